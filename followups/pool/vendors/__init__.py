"""Hired callers: vendors, their registration, and which agents are theirs."""
