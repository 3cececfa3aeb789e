"""May this lead be contacted by this channel at this instant? One pure function over plain values (CONTRACT section 2).

`gate` loads the values; nothing here reads a clock or a database. Every reason is returned, in the order of `Reason`.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from governance.channels import Channel
from governance.clocks.calling_hours import CALLING_HOURS
from governance.market.rules import CHANNEL_WINDOWS, CHANNELS, WINDOWS, local_minute
from governance.permitted import Calendar, calendar_of, next_allowed_at
from governance.reasons import Reason
from governance.situation import Situation, lasting, timetable_of

WITHIN_WINDOW = "within_window"
NO_MINUTE = (-1, "")  # a local minute that lies in no window
_ALLOWED = {"en": "Contact is allowed.", "fr": "Le contact est permis."}
_ORDER: dict[Reason, float] = {reason: n for n, reason in enumerate(Reason)}
# Asked by the lead's own weekday and time, the guide's question: its windows are named before the law's hours, as its
# checklist has it. A call on Saturday at 09:30 is outside of both.
_GUIDE_ORDER = {**_ORDER, Reason.OUTSIDE_CONTACT_WINDOW: _ORDER[Reason.OUTSIDE_LEGAL_HOURS] - 0.5}
_LEGAL = frozenset(
    {
        Reason.LEDGER_UNREADABLE,
        Reason.OPTED_OUT,
        Reason.INBOUND_UNDECIDED,
        Reason.CONSENT_MISSING,
        Reason.CONSENT_EXPIRED,
        Reason.NOT_IDENTIFIED,
        Reason.NOT_REGISTERED,
        Reason.AREA_CODE_NOT_SUBSCRIBED,
        Reason.SCRUB_MISSING,
        Reason.SCRUB_EXPIRED,
        Reason.CALL_AGAIN_TOO_SOON,
        Reason.OUTSIDE_LEGAL_HOURS,
    }
)
# What a later minute mends, though no clock says which.
_WAITING = frozenset({Reason.CONTACTED_RECENTLY, Reason.CALL_AGAIN_TOO_SOON})
_STANDING = frozenset({Reason.KILL_SWITCH_ENGAGED, Reason.GO_LIVE_DISABLED})


class Verdict(NamedTuple):
    """The answer, with everything that stands in the way."""

    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...] = ()  # what would refuse, were it enforced
    next_allowed_at: datetime | None = None  # UTC; given when only time stands in the way
    zone: ZoneInfo | None = None  # the zone that refused, else the first

    @property
    def allowed(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.reasons

    @property
    def code(self) -> str:
        """The first refusal, or `within_window`."""
        return self.reasons[0].value if self.reasons else WITHIN_WINDOW

    @property
    def legal_ok(self) -> bool:
        """Whether the law allows it."""
        return _LEGAL.isdisjoint(self.reasons)

    @property
    def policy_ok(self) -> bool:
        """Whether the operator's policy allows it."""
        return not set(self.reasons) - _LEGAL - _STANDING

    def detail(self, language: str = "en") -> str:
        """The first refusal as a sentence, in `en` or `fr`."""
        if not self.reasons:
            return _ALLOWED[language]
        return self.reasons[0].french if language == "fr" else str(self.reasons[0].label)


class _Passing(NamedTuple):
    """What time alone stands in the way with."""

    reasons: frozenset[Reason]
    zone: ZoneInfo | None  # the first that refused, else the first


def decide(situation: Situation, channel: str, at: datetime, local: tuple[int, str] | None = None) -> Verdict:
    """May the lead be contacted by the channel at the instant `at`?

    With `local`, the lead's own weekday (Monday is 0) and `HH:MM`, no clock is converted, and so no holiday is known.
    """
    return decide_all([(situation, channel)], at, local)[0]


def decide_all(asked: Sequence[tuple[Situation, str]], at: datetime, local: tuple[int, str] | None = None) -> list[Verdict]:
    """The same of many situations, each with its channel. One situation is asked about a channel once, and
    those that share a place and channel share its clocks."""
    if local is not None:
        return [_by_its_own_clock(situation, channel, at, local) for situation, channel in asked]
    passing: dict[Calendar, _Passing] = {}
    verdicts: dict[tuple[int, str], Verdict] = {}
    for situation, channel in asked:
        same = id(situation), channel
        if same not in verdicts:
            verdicts[same] = _verdict(situation, channel, at, passing)
    return [verdicts[id(situation), channel] for situation, channel in asked]


def _verdict(situation: Situation, channel: str, at: datetime, shared: dict[Calendar, _Passing]) -> Verdict:
    calendar = calendar_of(situation, channel)
    passing = shared.get(calendar) or shared.setdefault(calendar, _passing(calendar, at))
    reasons, warnings = lasting(situation, channel, at)
    opens = None
    if reasons <= _WAITING and (reasons or passing.reasons):  # only time stands in the way
        opens = next_allowed_at(situation, channel, at)
    return Verdict(_ordered(reasons | passing.reasons), _ordered(warnings), opens, passing.zone)


def _by_its_own_clock(situation: Situation, channel: str, at: datetime, local: tuple[int, str]) -> Verdict:
    reasons, warnings = lasting(situation, channel, at)
    passing = timetable_of(situation, channel).refusals(None, *local)
    return Verdict(_ordered(reasons | passing, _GUIDE_ORDER), _ordered(warnings))


def _passing(calendar: Calendar, at: datetime) -> _Passing:
    if not calendar.zones:  # nobody knows where: no minute is certain
        return _Passing(frozenset({Reason.OUTSIDE_CONTACT_WINDOW}), None)
    refusing = None
    reasons: set[Reason] = set()
    for zone in calendar.zones:
        here = calendar.timetable.refusals(at.astimezone(zone).date(), *local_minute(at, zone))
        refusing = refusing or (zone if here else None)
        reasons |= here
    return _Passing(frozenset(reasons), refusing or calendar.zones[0])


@dataclass(frozen=True, slots=True)
class LegalWarning:
    """A policy's window that is wider than the hours in which the law allows calls."""

    place: str  # within the rules: `contact_windows_local.0`, `channel_windows.CALL.1`
    detail: str
    is_last_minute_only: bool  # it ends on the very minute, itself too late, at which those hours end


def legal_warnings(rules: Mapping[str, Any], channel: str = Channel.CALL) -> list[LegalWarning]:
    """The windows of well-formed rules in which this channel, if it is allowed, could be used outside calling hours.

    The law's end is exclusive and a window's inclusive, so a window within ends a minute before: 21:29, weekends 17:59.
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


def _ordered(reasons: AbstractSet[Reason], order: Mapping[Reason, float] = _ORDER) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=order.__getitem__)) if reasons else ()
