"""Importing leads from lists: the meaning of columns and cells, and what a list says about contact."""
