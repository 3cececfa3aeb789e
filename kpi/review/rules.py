"""The week of a review and the figures of its rates, as pure functions. No database here."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from math import hypot
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from governance.gate import wilson_lower_bound

WEEKS_BEFORE = 4  # what the week is compared with
_FRIDAY, _AT = 4, time(16)
_DIGITS = 4
_DAY = timedelta(days=1)


def last_friday(now: datetime, zone: ZoneInfo) -> datetime:
    """Return the last Friday, 16:00 in the zone, that is not after `now`."""
    local = now.astimezone(zone)
    day = local.date() - timedelta(days=(local.weekday() - _FRIDAY) % 7)
    friday = datetime.combine(day, _AT, zone).astimezone(UTC)
    return friday if friday <= now else weeks_before(friday, 1, zone)


def weeks_before(moment: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    """Return the same time on the clock of the zone, so many weeks before. So weeks meet where the clock changes too."""
    local = moment.astimezone(zone)
    day = local.date() - timedelta(weeks=weeks)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


def share(successes: int, trials: int) -> dict[str, Any]:
    """Return a rate with its 95% interval by Wilson, all as fractions. They are None without trials."""
    if not trials:
        return {"successes": 0, "trials": 0, "rate": None, "low": None, "high": None}
    return {
        "successes": successes,
        "trials": trials,
        "rate": _rounded(successes / trials),
        "low": _rounded(wilson_lower_bound(successes, trials)),
        "high": _rounded(1 - wilson_lower_bound(trials - successes, trials)),  # the failures' lower end
    }


def change(week: dict[str, Any], before: dict[str, Any]) -> dict[str, float] | None:
    """Return how much a share is above an earlier one, with a 95% interval by Newcombe, made of the two of Wilson.

    Fractions: -0.1 is ten points lower. None if one of the shares has no trials. The interval is for looking at, once a
    week: who looks until it leaves out 0 finds a change that is none.
    """
    if week["rate"] is None or before["rate"] is None:
        return None
    difference = week["rate"] - before["rate"]
    down = hypot(week["rate"] - week["low"], before["high"] - before["rate"])
    up = hypot(week["high"] - week["rate"], before["rate"] - before["low"])
    return {
        "difference": _rounded(difference),
        "low": _rounded(difference - down),
        "high": _rounded(difference + up),
    }


def median_days(spans: Sequence[timedelta]) -> float | None:
    """Return the median of some spans in days. None if there are none."""
    return round(median(span / _DAY for span in spans), 2) if spans else None


def _rounded(value: float) -> float:
    return round(float(value), _DIGITS)
