"""The operator's own closed days."""
