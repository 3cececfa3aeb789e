"""May this lead be contacted by this channel at this instant? One pure function over plain values (CONTRACT section 2).

Nothing here reads a clock or a database. The answer names every refusal reason, in the order of `Reason`.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy, override

from governance.gate.calendar import Calendar, calendar_of, timetable_of
from governance.gate.facts import Situation
from governance.gate.obstacles import lasting
from governance.gate.permission import next_allowed_at
from governance.gate.reasons import Reason
from governance.market.rules import local_minute

WITHIN_WINDOW = "within_window"
NO_MINUTE = (-1, "")  # a local minute that is in no window
_ALLOWED = gettext_lazy("Contact is allowed.")
_ORDER: dict[Reason, float] = {reason: n for n, reason in enumerate(Reason)}
# The order when the question gives the lead's weekday and time, as the guide asks: its checklist names windows before the
# law's hours. A call on Saturday at 09:30 is outside both.
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
# These reasons also end with time, but the calendar does not know when.
_WAITING = frozenset({Reason.CONTACTED_RECENTLY, Reason.CALL_AGAIN_TOO_SOON})
_STANDING = frozenset({Reason.KILL_SWITCH_ENGAGED, Reason.GO_LIVE_DISABLED})


class Verdict(NamedTuple):
    """The gate's answer about one contact: every refusal reason and warning, and the next permitted minute."""

    reasons: tuple[Reason, ...]
    warnings: tuple[Reason, ...] = ()  # reasons that would refuse if they were enforced
    next_allowed_at: datetime | None = None  # UTC; given where only time refuses
    zone: ZoneInfo | None = None  # the zone that refused, else the first

    @property
    def allowed(self) -> bool:
        """Whether contact is allowed: there is no refusal reason."""
        return not self.reasons

    @property
    def code(self) -> str:
        """The code of the first refusal reason, or `within_window` if there is none."""
        return self.reasons[0].value if self.reasons else WITHIN_WINDOW

    @property
    def legal_ok(self) -> bool:
        """Whether no refusal reason comes from the law."""
        return _LEGAL.isdisjoint(self.reasons)

    @property
    def policy_ok(self) -> bool:
        """Whether no refusal reason comes from the operator's policy."""
        return not set(self.reasons) - _LEGAL - _STANDING

    def detail(self, language: str = "en") -> str:
        """The first refusal reason as a sentence, in English (`en`) or French (`fr`)."""
        if self.reasons:
            return self.reasons[0].sentence(language)
        with override(language):
            return str(_ALLOWED)


class _Passing(NamedTuple):
    """The reasons of the calendar that refuse an instant, and the zone that an answer shows."""

    reasons: frozenset[Reason]
    zone: ZoneInfo | None  # the first that refused, else the first


def decide(situation: Situation, channel: str, at: datetime, local: tuple[int, str] | None = None) -> Verdict:
    """Judge whether the lead may be contacted by the channel at the instant `at`.

    `local` is a weekday (Monday is 0) and an `HH:MM` by the lead's own clock. If it is given, windows and legal hours are
    checked at `local` instead of at `at`, and holidays and closed days are not checked.
    """
    return decide_all([(situation, channel)], at, local)[0]


def decide_all(asked: Sequence[tuple[Situation, str]], at: datetime, local: tuple[int, str] | None = None) -> list[Verdict]:
    """Judge many situations, each given with its channel, as `decide` judges one. Equal questions are judged once, and each
    calendar is asked once."""
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
    if reasons <= _WAITING and (reasons or passing.reasons):  # only time refuses
        opens = next_allowed_at(situation, channel, at)
    return Verdict(_ordered(reasons | passing.reasons), _ordered(warnings), opens, passing.zone)


def _by_its_own_clock(situation: Situation, channel: str, at: datetime, local: tuple[int, str]) -> Verdict:
    reasons, warnings = lasting(situation, channel, at)
    passing = timetable_of(situation, channel).refusals(None, *local)
    return Verdict(_ordered(reasons | passing, _GUIDE_ORDER), _ordered(warnings))


def _passing(calendar: Calendar, at: datetime) -> _Passing:
    if not calendar.zones:  # the zone is not known, so no minute is certain
        return _Passing(frozenset({Reason.OUTSIDE_CONTACT_WINDOW}), None)
    refusing = None
    reasons: set[Reason] = set()
    for zone in calendar.zones:
        here = calendar.timetable.refusals(at.astimezone(zone).date(), *local_minute(at, zone))
        refusing = refusing or (zone if here else None)
        reasons |= here
    return _Passing(frozenset(reasons), refusing or calendar.zones[0])


def _ordered(reasons: AbstractSet[Reason], order: Mapping[Reason, float] = _ORDER) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=order.__getitem__)) if reasons else ()
