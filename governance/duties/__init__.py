"""Duties that the law sets dates for: when each is due, and when it was last done."""
