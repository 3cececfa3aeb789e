"""Advice on what to offer first: how likely sellers accept each price, and what is to be earned by it. It is no gate."""
