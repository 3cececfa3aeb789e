"""Leads out of lists: what their columns and cells mean, and what they say of contact."""
