"""Exporting and erasing what is on file about a buyer."""
