"""Duties that the law sets dates for: what is due when, and when it was last done."""
