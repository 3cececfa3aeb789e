"""Importing buyers from lists, and exporting them."""
