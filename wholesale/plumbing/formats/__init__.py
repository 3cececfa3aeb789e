"""Formats of dates and times by locale (FORMAT_MODULE_PATH)."""
