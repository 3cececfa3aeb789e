"""The days that may be written down, and when one begins."""

from datetime import UTC, date, datetime, time

from django.core.validators import MaxValueValidator, MinValueValidator

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
OUT_OF_RANGE = "The day must lie between the years 2000 and 2099."
# For the column or the form field of a day. The end of the last day of all cannot be counted, so a day far off is a mistake.
WITHIN_RANGE = (MinValueValidator(FIRST, OUT_OF_RANGE), MaxValueValidator(LAST, OUT_OF_RANGE))


def beginning(day: date) -> datetime:
    """When a day begins in UTC, which in Canada is the evening before."""
    return datetime.combine(day, time(), UTC)
