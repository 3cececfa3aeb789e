"""Comparing a policy's windows with the hours in which the law allows calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.channels import Channel
from governance.clocks.calling_hours import CALLING_HOURS
from governance.market.rules import CHANNEL_WINDOWS, CHANNELS, WINDOWS


@dataclass(frozen=True, slots=True)
class LegalWarning:
    """A warning about a policy's window that is wider than the hours in which the law allows calls."""

    place: str  # within the rules: `contact_windows_local.0`, `channel_windows.CALL.1`
    detail: str
    is_last_minute_only: bool  # only the window's last minute is too late


def legal_warnings(rules: Mapping[str, Any], channel: str = Channel.CALL) -> list[LegalWarning]:
    """Return a warning for each window in which the rules let this channel be used outside the legal hours for calls.

    A window includes its last minute and the legal hours do not, so a lawful window ends at 21:29, or 17:59 on weekends.
    """
    if channel not in rules[CHANNELS]:
        return []
    own = rules.get(CHANNEL_WINDOWS, {})
    place = f"{CHANNEL_WINDOWS}.{channel}" if channel in own else WINDOWS
    found = (_warning(f"{place}.{n}", window) for n, window in enumerate(own.get(channel, rules[WINDOWS])))
    return [warning for warning in found if warning]


def _warning(place: str, window: Mapping[str, Any]) -> LegalWarning | None:
    hours = {CALLING_HOURS.on(day) for day in window["days"]}
    wider = {(start, end) for start, end in hours if window["start"] < start or window["end"] > end}
    touching = {(start, end) for start, end in hours if window["end"] == end}
    if not wider | touching:
        return None
    said = {CALLING_HOURS.weekday: "on weekdays", CALLING_HOURS.weekend: "at weekends"}
    detail = " and ".join(f"from {start} until before {end} {said[start, end]}" for start, end in sorted(wider | touching))
    return LegalWarning(place, f"The law allows calls {detail}; outside those hours none is made.", not wider)
