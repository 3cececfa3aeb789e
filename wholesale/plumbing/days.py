"""The range of days that may be stored, the instant at which a day begins, and a span held against the one before."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
OUT_OF_RANGE = "The day must lie between the years 2000 and 2099."
# Validators for a column or form field of a day. A day outside of the range is a mistake, and may have no computable end.
WITHIN_RANGE = (MinValueValidator(FIRST, OUT_OF_RANGE), MaxValueValidator(LAST, OUT_OF_RANGE))


def beginning(day: date) -> datetime:
    """Return the instant at which a day begins in UTC. In Canada it is still the evening before."""
    return datetime.combine(day, time(), UTC)


class Compared(NamedTuple):
    """The last days, from the beginning of the first until now, and as long a span so many days before."""

    days: int
    since: datetime
    until: datetime
    zone: tzinfo  # in which the days begin

    @classmethod
    def last(cls, days: int, now: datetime, zone: tzinfo) -> "Compared":
        """Return the last days, today included."""
        first = now.astimezone(zone).date() - timedelta(days=days - 1)
        return cls(days, datetime.combine(first, time(), zone).astimezone(UTC), now, zone)

    @property
    def before(self) -> tuple[datetime, datetime]:
        """The span before: its beginning, and its end, which does not belong to it."""
        return self.since - timedelta(days=self.days), self.until - timedelta(days=self.days)

    def all_days(self) -> list[date]:
        """Return the days, the first one first."""
        first = self.since.astimezone(self.zone).date()
        return [first + timedelta(days=n) for n in range(self.days)]

    def beginnings(self) -> list[datetime]:
        """Return the instants at which the days begin."""
        return [datetime.combine(day, time(), self.zone).astimezone(UTC) for day in self.all_days()]

    def in_current(self, column: str) -> Q:
        """The condition that a time is in these days."""
        return Q(**{f"{column}__gte": self.since, f"{column}__lt": self.until})

    def in_either(self, column: str) -> Q:
        """The condition that a time is in these days or in the span before."""
        begin, end = self.before
        return Q(**{f"{column}__gte": begin, f"{column}__lt": self.until}) & ~Q(
            **{f"{column}__gte": end, f"{column}__lt": self.since}
        )

    def holds(self, at: datetime | None) -> bool:
        """Whether an instant is in these days."""
        return at is not None and self.since <= at < self.until

    def held_before(self, at: datetime | None) -> bool:
        """Whether an instant is in the span before."""
        begin, end = self.before
        return at is not None and begin <= at < end
