"""Statutory holidays of the provinces, from the `holidays` library (its category "public")."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=256)
def of_year(province: str, year: int) -> frozenset[date]:
    """The days of a year that are public holidays in a province, observed days included."""
    return frozenset(holidays.country_holidays("CA", subdiv=province, years=year))


def is_holiday(province: str, day: date) -> bool:
    """Whether a day is a public holiday in a province."""
    return day in of_year(province, day.year)
