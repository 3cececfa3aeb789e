"""Times, numbers and money as a person reads them: in the language and the time zone that are active.

The console activates both for each user. Answers of the API, commands and stored texts do not come through here.
"""

import re
from datetime import date, datetime, time, tzinfo
from decimal import Decimal

import phonenumbers
from babel import dates, numbers
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

MISSING = "-"
_PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
# By locale. Babel's own patterns have no weekday in the short form, and write 14:05 in French, which Canada writes 14 h 05.
_TIMES = {"en_CA": "EEE, MMM d, y, h:mm a", "fr_CA": "EEE d MMM y, HH 'h' mm"}
_CLOCKS = {"en_CA": "h:mm a", "fr_CA": "HH 'h' mm"}


def locale() -> str:
    """Return the locale of the active language: `fr_CA` for French, else `en_CA`."""
    return "fr_CA" if (get_language() or "").startswith("fr") else "en_CA"


def shown_time(at: datetime | None, zone: tzinfo | None = None) -> str:
    """Return an aware time as weekday, date, hour and minute, in the active zone or in `zone`."""
    if at is None:
        return MISSING
    return _first(dates.format_datetime(timezone.localtime(at, zone), _TIMES[locale()], locale=locale()))


def shown_there(at: datetime | None) -> str:
    """Return an aware time as `shown_time` does, in the zone that it has itself."""
    return MISSING if at is None else shown_time(at, at.tzinfo)


def shown_zoned(at: datetime, zone: tzinfo | None = None) -> str:
    """Return an aware time as `shown_time` does, and the name of the zone: for a text whose reader may be elsewhere."""
    zone = zone or timezone.get_current_timezone()
    return f"{shown_time(at, zone)} ({zone})"


def shown_hour(hour: time) -> str:
    """Return an hour and minute of a rule, such as 9:00 a.m. Its parts stay on one line."""
    return dates.format_time(hour, _CLOCKS[locale()], locale=locale()).replace(" ", "\xa0")


def shown_clock(at: datetime | None, zone: tzinfo | None = None) -> str:
    """Return the hour and minute of an aware time, in the active zone or in `zone`."""
    if at is None:
        return MISSING
    return dates.format_datetime(timezone.localtime(at, zone), _CLOCKS[locale()], locale=locale())


def shown_day(day: date | None) -> str:
    """Return a day, such as Nov 30, 2026."""
    return MISSING if day is None else _first(dates.format_date(day, "medium", locale=locale()))


def shown_short_day(day: date) -> str:
    """Return a day without its year, such as Nov 30: for the axis of a chart."""
    return _first(dates.format_skeleton("MMMd", day, locale=locale()))


def _first(shown: str) -> str:
    """Return a shown day with the first of a month as French says it: 1er janv., which Babel writes 1 janv."""
    return re.sub(r"(?<!\d)1 (?=[a-zéû])", "1er ", shown, count=1) if locale() == "fr_CA" else shown


def shown_number(value: Decimal | float | None, digits: int = 0) -> str:
    """Return a number with the separators of the language, with at most so many decimals."""
    if value is None:
        return MISSING
    return numbers.format_decimal(value, format="#,##0" + ("." + "#" * digits if digits else ""), locale=locale())


def shown_rate(rate: Decimal | float | None, digits: int = 0) -> str:
    """Return a fraction (0..1) in percent, with at most so many decimals."""
    if rate is None:
        return MISSING
    pattern = "#,##0" + ("." + "#" * digits if digits else "") + ("\xa0%" if locale() == "fr_CA" else "%")
    return numbers.format_percent(rate, format=pattern, locale=locale())


def shown_money(amount: Decimal | None) -> str:
    """Return an amount in CAD, such as $1,234.50. The cents are left out of a whole amount."""
    if amount is None:
        return MISSING
    pattern = {"en_CA": "¤#,##0.00", "fr_CA": "#,##0.00\xa0¤"}[locale()]
    if amount == amount.to_integral_value():
        pattern = pattern.replace(".00", "")
    return numbers.format_currency(amount, "CAD", format=pattern, locale=locale(), currency_digits=False)


def shown_phone(number: str) -> str:
    """Return a phone number in E.164 in groups, such as +1 705 555-0143. A text that is no such number is left as it is."""
    if not _PHONE.fullmatch(number):
        return number
    try:
        found = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number  # of no country
    said = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    if found.country_code == 1:
        said = said.replace("-", " ", 1)  # +1 705-555-0143: the area code is a group as the others are
    return said


def shown_span(minutes: float | None) -> str:
    """Return a span of minutes in words: to the minute if it is below a day, else to the hour. A negative one is early."""
    if minutes is None:
        return MISSING
    whole = round(abs(minutes))
    days, hours, rest = whole // 1440, whole // 60 % 24, whole % 60
    parts = ((days, gettext("%(n)s d")), (hours, gettext("%(n)s h"))) if days else ()
    parts = parts or ((hours, gettext("%(n)s h")), (rest, gettext("%(n)s min")))
    words = " ".join(text % {"n": shown_number(number)} for number, text in parts if number) or gettext("0 min")
    return gettext("%(words)s early") % {"words": words} if minutes < 0 and whole else words


def colon() -> str:
    """Return what stands between a name and its value, before the space: French has a space before it too."""
    return pgettext("between a name and its value", ":")


def shown_pair(name: object, value: object) -> str:
    """Return a name and its value in one line, such as Zone: Toronto."""
    return f"{name}{colon()} {value}"
