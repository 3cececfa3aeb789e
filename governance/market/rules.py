"""Contact rules of market policies as values: checking them, and reading them as stored. No database here."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.channels import Channel

WINDOWS = "contact_windows_local"
CHANNELS = "channels_allowed"
MIN_SCORE = "min_lead_score_to_contact"
CHANNEL_WINDOWS = "channel_windows"  # optional: {"CALL": [windows]}, in place of the windows above for that channel
HOLIDAYS = "holidays"  # optional: a HolidayRule
CALL_HOLIDAYS = "call_holidays"  # optional: a HolidayRule for calls, in place of the one above
ONE_CALL = "one_call_in_30_days"  # optional: whether a second call waits 30 days after an answered one
KEYS = (WINDOWS, CHANNELS, MIN_SCORE)
OPTIONAL_KEYS = (CHANNEL_WINDOWS, HOLIDAYS, CALL_HOLIDAYS, ONE_CALL)
# Provinces where no calls are made on statutory holidays unless the policy says otherwise. BC: no calls on statutory
# holidays (consumerprotectionbc.ca 2011/07, 2014/08, 2023/03, checked 2026-11-29). Its rules are for sellers to consumers,
# so it is doubtful whether they bind a buyer.
NO_CALLS_ON_HOLIDAYS = frozenset({"BC"})

SAFE_RULES: dict[str, Any] = {
    WINDOWS: [
        {"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "20:00"},
        {"days": [5], "start": "10:00", "end": "18:00"},
    ],
    CHANNELS: ["SMS", "CALL", "EMAIL"],
    MIN_SCORE: 0.65,
}

_HHMM = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_MAX_WINDOWS = 50
_NO_CHANNEL = f"Must be one of {', '.join(Channel.values)}."


class InvalidRules(ValueError):
    """Rules that are not well formed. `errors` has a message for each place, such as `contact_windows_local.0.start`."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{place}: {message}" for place, message in errors.items()))


class HolidayRule(models.TextChoices):
    """How a policy treats a statutory holiday of the province."""

    NORMAL = "normal", _("A day like any other")
    WEEKEND = "weekend_hours", _("The windows of Saturday")
    CLOSED = "closed", _("No contact")


@dataclass(frozen=True, slots=True)
class Window:
    """A contact window: days (Monday is 0) and local times `HH:MM`. Both ends are included, to the minute."""

    days: frozenset[int]
    start: str
    end: str

    def contains(self, weekday: int, hhmm: str) -> bool:
        """Whether the window contains a minute, given as its weekday (Monday is 0) and its local `HH:MM`."""
        return weekday in self.days and self.start <= hhmm <= self.end


@dataclass(frozen=True, slots=True)
class Rules:
    """The contact rules of a market policy as a plain value. They are well formed."""

    windows: tuple[Window, ...]
    channels: frozenset[str]
    min_score: Decimal
    channel_windows: Mapping[str, tuple[Window, ...]] = field(default_factory=dict)  # by channel; they replace `windows`
    holidays: str = HolidayRule.NORMAL
    call_holidays: str | None = None  # None: as `holidays`; in BC closed
    one_call_in_30_days: bool = False

    def holidays_of(self, channel: str, province: str) -> str:
        """The rule for statutory holidays that applies to a channel in a province."""
        if channel != Channel.CALL:
            return self.holidays
        by_default = HolidayRule.CLOSED if province in NO_CALLS_ON_HOLIDAYS else self.holidays
        return self.call_holidays or by_default

    def windows_of(self, channel: str) -> tuple[Window, ...]:
        """The contact windows of a channel. If there is none, the channel is never used."""
        return self.channel_windows.get(channel, self.windows)


def is_hhmm(text: object) -> bool:
    """Whether the text is a local time from 00:00 to 23:59."""
    return isinstance(text, str) and _HHMM.fullmatch(text) is not None


def normalised(rules: object) -> dict[str, Any]:
    """Check the rules of a policy and return them as they are stored: the required keys, the optional keys that are given,
    days in order, channels in upper case.

    Raises:
        InvalidRules: names every wrong place (CONTRACT section 2, market policy).

    """
    if not isinstance(rules, dict):
        raise InvalidRules({"": "Must be an object."})
    errors = dict.fromkeys(sorted(set(map(str, rules)) - {*KEYS, *OPTIONAL_KEYS}), "Unknown key.")
    errors |= {key: "This key is required." for key in KEYS if key not in rules}
    stored: dict[str, Any] = {
        WINDOWS: list(_windows(rules.get(WINDOWS, []), WINDOWS, errors)),
        CHANNELS: _channels(rules.get(CHANNELS, []), errors),
        MIN_SCORE: rules.get(MIN_SCORE, 0),
    }
    score = stored[MIN_SCORE]
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        errors[MIN_SCORE] = "Must be a number from 0 to 1."
    elif round(score, 4) != score:
        errors[MIN_SCORE] = "Must have at most 4 decimals."
    if CHANNEL_WINDOWS in rules:
        stored[CHANNEL_WINDOWS] = _channel_windows(rules[CHANNEL_WINDOWS], errors)
    for key in (HOLIDAYS, CALL_HOLIDAYS):
        if key in rules:
            stored[key] = rules[key]
            if not isinstance(rules[key], str) or rules[key] not in HolidayRule.values:
                errors[key] = f"Must be one of {', '.join(HolidayRule.values)}."
    if ONE_CALL in rules:
        stored[ONE_CALL] = rules[ONE_CALL]
        if not isinstance(rules[ONE_CALL], bool):
            errors[ONE_CALL] = "Must be true or false."
    if errors:
        raise InvalidRules(errors)
    return stored


def _channels(given: object, errors: dict[str, str]) -> list[str]:
    if not isinstance(given, list):
        errors[CHANNELS] = "Must be a list."
        return []
    channels: list[str] = []
    for n, item in enumerate(given):
        word = _channel(item)
        if word is None:
            errors[f"{CHANNELS}.{n}"] = _NO_CHANNEL
        elif word in channels:
            errors[f"{CHANNELS}.{n}"] = "Is listed twice."
        else:
            channels.append(word)
    return channels


def _channel(given: object) -> str | None:
    word = given.strip().upper() if isinstance(given, str) else None
    return word if word in Channel.values else None


def _channel_windows(given: object, errors: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    if not isinstance(given, dict):
        errors[CHANNEL_WINDOWS] = "Must be an object with a list of windows for each channel that has its own."
        return {}
    windows: dict[str, list[dict[str, Any]]] = {}
    for key, item in given.items():
        word = _channel(key)
        if word is None:
            errors[f"{CHANNEL_WINDOWS}.{key}"] = _NO_CHANNEL
        elif word in windows:
            errors[f"{CHANNEL_WINDOWS}.{key}"] = "Is given twice."
        else:
            windows[word] = list(_windows(item, f"{CHANNEL_WINDOWS}.{word}", errors))
    return windows


def _windows(given: object, place: str, errors: dict[str, str]) -> Iterator[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > _MAX_WINDOWS:
        errors[place] = f"Must be a list of at most {_MAX_WINDOWS} windows."
        return
    taken: list[tuple[int, str, str]] = []
    for n, item in enumerate(given):
        row = f"{place}.{n}"
        wrong = dict(_window_errors(item))
        if wrong:
            errors |= {f"{row}.{key}" if key else row: message for key, message in wrong.items()}
            continue
        days, start, end = sorted(item["days"]), item["start"], item["end"]
        if any(day in days and start <= other_end and other_start <= end for day, other_start, other_end in taken):
            errors[row] = "Overlaps or touches another window of the same day."
        taken += [(day, start, end) for day in days]
        yield {"days": days, "start": start, "end": end}


def _window_errors(item: object) -> Iterator[tuple[str, str]]:
    if not isinstance(item, dict):
        yield "", "Must be an object with days, start and end."
        return
    for key in sorted(set(map(str, item)) - {"days", "start", "end"}):
        yield key, "Unknown key."
    days = item.get("days")
    if not isinstance(days, list) or not days:
        yield "days", "Must be a list of at least one day, Monday being 0."
    elif not all(isinstance(day, int) and not isinstance(day, bool) and 0 <= day <= 6 for day in days):
        yield "days", "Each day must be a whole number from 0 (Monday) to 6 (Sunday)."
    elif len(set(days)) != len(days):
        yield "days", "A day is listed twice."
    start, end = item.get("start"), item.get("end")
    for key, value in (("start", start), ("end", end)):
        if not is_hhmm(value):
            yield key, "Must be a time from 00:00 to 23:59."
    if is_hhmm(start) and is_hhmm(end) and not str(start) < str(end):
        yield "end", "Must be after the start; a window ends on the day it begins."


def parsed(rules: dict[str, Any]) -> Rules:
    """Turn well-formed rules from a dict into a `Rules` value."""
    return Rules(
        windows=_parsed(rules[WINDOWS]),
        channels=frozenset(rules[CHANNELS]),
        min_score=Decimal(str(rules[MIN_SCORE])),
        channel_windows={channel: _parsed(windows) for channel, windows in rules.get(CHANNEL_WINDOWS, {}).items()},
        holidays=rules.get(HOLIDAYS, HolidayRule.NORMAL),
        call_holidays=rules.get(CALL_HOLIDAYS),
        one_call_in_30_days=rules.get(ONE_CALL, False),
    )


def _parsed(windows: Iterable[dict[str, Any]]) -> tuple[Window, ...]:
    return tuple(Window(frozenset(w["days"]), w["start"], w["end"]) for w in windows)


def local_minute(at: datetime, zone: ZoneInfo) -> tuple[int, str]:
    """The weekday and `HH:MM` that a clock in the zone shows at an instant."""
    local = at.astimezone(zone)
    return local.weekday(), f"{local.hour:02}:{local.minute:02}"
