"""How Django writes dates and times in the English of Canada. What is absent here is Django's own."""

DATE_FORMAT = "M j, Y"  # Nov 30, 2026
TIME_FORMAT = "g:i a"
DATETIME_FORMAT = "D, M j, Y, g:i a"  # Mon, Nov 30, 2026, 2:05 p.m.
