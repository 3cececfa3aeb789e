"""Compliance: what the law of Canada says of a contact, and what is on file about it."""
