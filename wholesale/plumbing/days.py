"""The range of days that may be stored, and the instant at which a day begins."""

from datetime import UTC, date, datetime, time

from django.core.validators import MaxValueValidator, MinValueValidator

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
OUT_OF_RANGE = "The day must lie between the years 2000 and 2099."
# Validators for a column or form field of a day. A day outside of the range is a mistake, and may have no computable end.
WITHIN_RANGE = (MinValueValidator(FIRST, OUT_OF_RANGE), MaxValueValidator(LAST, OUT_OF_RANGE))


def beginning(day: date) -> datetime:
    """Return the instant at which a day begins in UTC. In Canada it is still the evening before."""
    return datetime.combine(day, time(), UTC)
