"""Ratio studies: how good our estimates are, by the measures by which assessors judge theirs."""
