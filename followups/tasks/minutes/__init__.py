"""Permitted minutes: when each open task may be done."""
