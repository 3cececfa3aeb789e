"""Contact rules as values: how they are written, whether they are well formed, and what they say. No database here."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models

from governance.decisions import Decision


class Channel(models.TextChoices):
    """How a lead is contacted."""

    SMS = "SMS", "Text message"
    CALL = "CALL", "Call"
    EMAIL = "EMAIL", "E-mail"


class Reason(models.TextChoices):
    """The answers of the contact gate, in the order in which they are tried; the first refusal wins."""

    NO_POLICY = "no_policy", "No policy covers this market."
    POLICY_DISABLED = "policy_disabled", "The policy of this market is switched off."
    CHANNEL_NOT_ALLOWED = "channel_not_allowed", "The policy does not allow this channel."
    LEAD_SCORE_BELOW_MINIMUM = "lead_score_below_minimum", "The lead's score is below the policy's minimum."
    OUTSIDE_CONTACT_WINDOW = "outside_contact_window", "It is outside the policy's contact windows there."
    WITHIN_WINDOW = "within_window", "Contact is allowed."


WINDOWS = "contact_windows_local"
CHANNELS = "channels_allowed"
MIN_SCORE = "min_lead_score_to_contact"
KEYS = (WINDOWS, CHANNELS, MIN_SCORE)
HORIZON = timedelta(days=30)  # how far ahead the next permitted minute is looked for

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


class InvalidRules(ValueError):
    """Rules that are not well formed; `errors` names each place (`contact_windows_local.0.start`) with its message."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{place}: {message}" for place, message in errors.items()))


@dataclass(frozen=True, slots=True)
class Window:
    """Days (Monday is 0) and local times `HH:MM`, both ends inclusive to the minute."""

    days: frozenset[int]
    start: str
    end: str

    def contains(self, weekday: int, hhmm: str) -> bool:
        """Whether that local minute lies inside."""
        return weekday in self.days and self.start <= hhmm <= self.end


@dataclass(frozen=True, slots=True)
class Rules:
    """Well-formed contact rules."""

    windows: tuple[Window, ...]
    channels: frozenset[str]
    min_score: Decimal

    def window_open(self, weekday: int, hhmm: str) -> bool:
        """Whether a local minute lies in one of the windows; no window at all means never."""
        return any(window.contains(weekday, hhmm) for window in self.windows)


def is_hhmm(text: object) -> bool:
    """Whether it is a local time from 00:00 to 23:59."""
    return isinstance(text, str) and _HHMM.fullmatch(text) is not None


def normalised(rules: object) -> dict[str, Any]:
    """The rules as they are stored: the three keys, days in order, channels in upper case.

    Raises:
        InvalidRules: names every place that is wrong (CONTRACT section 2, market policy).

    """
    if not isinstance(rules, dict):
        raise InvalidRules({"": "Must be an object."})
    errors = dict.fromkeys(sorted(set(map(str, rules)) - set(KEYS)), "Unknown key.")
    errors |= {key: "This key is required." for key in KEYS if key not in rules}
    windows = list(_windows(rules.get(WINDOWS, []), errors))
    channels = _channels(rules.get(CHANNELS, []), errors)
    score = rules.get(MIN_SCORE, 0)
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= 1:
        errors[MIN_SCORE] = "Must be a number from 0 to 1."
    elif round(score, 4) != score:
        errors[MIN_SCORE] = "Must have at most 4 decimals."
    if errors:
        raise InvalidRules(errors)
    return {WINDOWS: windows, CHANNELS: channels, MIN_SCORE: score}


def _channels(given: object, errors: dict[str, str]) -> list[str]:
    if not isinstance(given, list):
        errors[CHANNELS] = "Must be a list."
        return []
    channels: list[str] = []
    for n, item in enumerate(given):
        word = item.strip().upper() if isinstance(item, str) else None
        if word not in Channel.values:
            errors[f"{CHANNELS}.{n}"] = f"Must be one of {', '.join(Channel.values)}."
        elif word in channels:
            errors[f"{CHANNELS}.{n}"] = "Is listed twice."
        else:
            channels.append(word)
    return channels


def _windows(given: object, errors: dict[str, str]) -> Iterator[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > _MAX_WINDOWS:
        errors[WINDOWS] = f"Must be a list of at most {_MAX_WINDOWS} windows."
        return
    taken: list[tuple[int, str, str]] = []
    for n, item in enumerate(given):
        place = f"{WINDOWS}.{n}"
        wrong = dict(_window_errors(item))
        if wrong:
            errors |= {f"{place}.{key}" if key else place: message for key, message in wrong.items()}
            continue
        days, start, end = sorted(item["days"]), item["start"], item["end"]
        if any(day in days and start <= other_end and other_start <= end for day, other_start, other_end in taken):
            errors[place] = "Overlaps or touches another window of the same day."
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
    """Well-formed rules as a value."""
    return Rules(
        windows=tuple(Window(frozenset(w["days"]), w["start"], w["end"]) for w in rules[WINDOWS]),
        channels=frozenset(rules[CHANNELS]),
        min_score=Decimal(str(rules[MIN_SCORE])),
    )


@lru_cache(maxsize=512)
def parsed_text(text: str) -> Rules:
    """Stored rules as a value. Kept by their own text, so a changed policy is never answered from memory."""
    return parsed(json.loads(text))


def judge(
    rules: Rules | None,
    *,
    enabled: bool,
    channel: str,
    lead_score: Decimal | None,
    minutes: Iterable[tuple[int, str]],
) -> Decision:
    """The gate's answer for local minutes (weekday, `HH:MM`), one for each zone that the lead may live in.

    All of them must lie in a window. No rules, no minute: refused.
    """
    if rules is None:
        return refusal(Reason.NO_POLICY)
    if not enabled:
        return refusal(Reason.POLICY_DISABLED)
    if channel not in rules.channels:
        return refusal(Reason.CHANNEL_NOT_ALLOWED)
    if lead_score is not None and lead_score < rules.min_score:
        return refusal(Reason.LEAD_SCORE_BELOW_MINIMUM)
    checked = [rules.window_open(weekday, hhmm) for weekday, hhmm in minutes]
    if not checked or not all(checked):
        return refusal(Reason.OUTSIDE_CONTACT_WINDOW)
    return Decision(True, Reason.WITHIN_WINDOW.value, Reason.WITHIN_WINDOW.label)


def refusal(reason: Reason, next_allowed_at: datetime | None = None) -> Decision:
    """A refusal of the contact gate for this reason."""
    return Decision(False, reason.value, reason.label, next_allowed_at)


def local_minute(at: datetime, zone: ZoneInfo) -> tuple[int, str]:
    """The weekday and `HH:MM` that a clock in the zone shows at an instant."""
    local = at.astimezone(zone)
    return local.weekday(), f"{local.hour:02}:{local.minute:02}"


def next_open(rules: Rules, zones: Iterable[ZoneInfo], after: datetime) -> datetime | None:
    """The first minute at or after an instant that lies in a window in every zone, or None within 30 days.

    Permission can only begin where a window begins or a clock changes in one of the zones, so only those are tried.
    """
    zones = tuple(zones)
    candidates = {after}
    for zone in zones:
        candidates.update(_beginnings(rules, zone, after))
    for at in sorted(candidates):
        if after <= at <= after + HORIZON and all(rules.window_open(*local_minute(at, zone)) for zone in zones):
            return at
    return None


def _beginnings(rules: Rules, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    first = after.astimezone(zone).date() - timedelta(days=1)
    days = [first + timedelta(days=n) for n in range(HORIZON.days + 3)]
    for day in days:
        for window in rules.windows:
            if day.weekday() in window.days:
                # A time that the clock shows twice begins twice; one that it skips is covered by the change itself.
                yield from (_instant(day, time.fromisoformat(window.start), zone, fold) for fold in (0, 1))
        change = _clock_change(day, zone)
        if change is not None:
            yield change


def _instant(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
    return datetime.combine(day, at.replace(fold=fold), zone).astimezone(UTC)


def _clock_change(day: date, zone: ZoneInfo) -> datetime | None:
    """The minute of this local day at which the zone's offset changes, or None."""
    start, end = _instant(day, time(), zone, 0), _instant(day + timedelta(days=1), time(), zone, 0)
    before = start.astimezone(zone).utcoffset()
    if before == end.astimezone(zone).utcoffset():
        return None
    low, high = 0, int((end - start) / timedelta(minutes=1))  # the offset is `before` at low, and another at high
    while high - low > 1:
        middle = (low + high) // 2
        same = (start + timedelta(minutes=middle)).astimezone(zone).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    return start + timedelta(minutes=high)
