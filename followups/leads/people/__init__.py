"""Persons: exporting and erasing all that is on file about a lead."""
