"""How Django writes dates and times in the French of Canada. What is absent here is Django's own."""

# Django has H h i for the time: there the h is the hour again.
TIME_FORMAT = "H \\h i"
DATETIME_FORMAT = "D j N Y, H \\h i"  # lun. 30 nov. 2026, 14 h 05
SHORT_DATETIME_FORMAT = "Y-m-d H \\h i"
