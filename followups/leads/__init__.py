"""Leads: storing, importing and exporting them, their messages, and the erasure of persons."""
