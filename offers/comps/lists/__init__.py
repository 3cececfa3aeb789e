"""Importing sales from lists, and exporting them."""
