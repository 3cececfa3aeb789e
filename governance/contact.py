"""May this lead be contacted by this channel at this instant? One pure function over plain values (CONTRACT section 2).

`gate` loads the values; nothing here reads a clock or a database. Every reason is returned, in the order of `Reason`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models

from governance.channels import Channel
from governance.compliance.holidays import is_holiday
from governance.compliance.rules import (
    CALLING_HOURS,
    LedgerLine,
    LegalHours,
    Organisation,
    Standing,
    Strictness,
    consent,
    opted_out,
    scrub,
)
from governance.decisions import Decision
from governance.market.rules import CHANNEL_WINDOWS, CHANNELS, WINDOWS, HolidayRule, Rules, Window, local_minute

HORIZON = timedelta(days=30)  # how far ahead the next permitted minute is looked for
_DAYS_AT_ONCE = 3  # of the horizon; most answers lie within the next days


class Reason(models.TextChoices):
    """Why not, in the order in which the reasons are given; the first is the answer's `reason`."""

    KILL_SWITCH_ENGAGED = "KILL_SWITCH_ENGAGED", "The kill switch is engaged."
    GO_LIVE_DISABLED = "GO_LIVE_DISABLED", "The system is not live."
    NO_POLICY = "no_policy", "No policy covers this market."
    POLICY_DISABLED = "policy_disabled", "The policy of this market is switched off."
    CHANNEL_NOT_ALLOWED = "channel_not_allowed", "The policy does not allow this channel."
    LEDGER_UNREADABLE = (
        "ledger_unreadable",
        "What is on file of the lead cannot be found: CONTACT_DIGEST_KEY was changed.",
    )
    OPTED_OUT = "opted_out", "The lead has asked not to be contacted by this channel."
    CONSENT_MISSING = "consent_missing", "No consent to messages of this channel is on file."
    CONSENT_EXPIRED = "consent_expired", "The consent to messages of this channel has expired."
    NOT_REGISTERED = "organisation_not_registered", "Our registration with the National Do Not Call List is not in force."
    SCRUB_MISSING = "scrub_missing", "The number was never checked against the National Do Not Call List."
    SCRUB_EXPIRED = "scrub_expired", "The last check against the National Do Not Call List is older than 31 days."
    LEAD_SCORE_BELOW_MINIMUM = "lead_score_below_minimum", "The lead's score is below the policy's minimum."
    OUTSIDE_LEGAL_HOURS = "outside_legal_hours", "It is outside the hours in which the law allows calls there."
    CLOSED_DAY = "closed_day", "It is a holiday or a closed day there."
    OUTSIDE_CONTACT_WINDOW = "outside_contact_window", "It is outside the policy's contact windows there."

    @property
    def french(self) -> str:
        """The sentence in French."""
        return _FRENCH[self]


WITHIN_WINDOW = "within_window"
NO_MINUTE = (-1, "")  # a local minute that lies in no window
_ALLOWED = {"en": "Contact is allowed.", "fr": "Le contact est permis."}
_FRENCH = {
    Reason.KILL_SWITCH_ENGAGED: "L'arrêt d'urgence est enclenché.",
    Reason.GO_LIVE_DISABLED: "Le système n'est pas en service.",
    Reason.NO_POLICY: "Aucune règle ne couvre ce marché.",
    Reason.POLICY_DISABLED: "La règle de ce marché est désactivée.",
    Reason.CHANNEL_NOT_ALLOWED: "La règle ne permet pas ce moyen de contact.",
    Reason.LEDGER_UNREADABLE: "Le dossier de la personne est introuvable : CONTACT_DIGEST_KEY a été changée.",
    Reason.OPTED_OUT: "La personne a demandé de ne plus être contactée par ce moyen.",
    Reason.CONSENT_MISSING: "Aucun consentement aux messages de ce type n'est au dossier.",
    Reason.CONSENT_EXPIRED: "Le consentement aux messages de ce type est expiré.",
    Reason.NOT_REGISTERED: "Notre inscription à la Liste nationale de numéros exclus n'est pas en vigueur.",
    Reason.SCRUB_MISSING: "Le numéro n'a jamais été vérifié dans la Liste nationale de numéros de télécommunication exclus.",
    Reason.SCRUB_EXPIRED: "La dernière vérification dans la Liste nationale de numéros exclus date de plus de 31 jours.",
    Reason.LEAD_SCORE_BELOW_MINIMUM: "La cote de la personne est sous le minimum de la règle.",
    Reason.OUTSIDE_LEGAL_HOURS: "C'est en dehors des heures où la loi permet les appels à cet endroit.",
    Reason.CLOSED_DAY: "C'est un jour férié ou un jour de fermeture à cet endroit.",
    Reason.OUTSIDE_CONTACT_WINDOW: "C'est en dehors des plages de contact de la règle à cet endroit.",
}

_ORDER: dict[Reason, float] = {reason: n for n, reason in enumerate(Reason)}
# Asked by the lead's own weekday and time, the guide's question: its windows are named before the law's hours, as its
# checklist has it. A call on Saturday at 09:30 is outside of both.
_GUIDE_ORDER = {**_ORDER, Reason.OUTSIDE_CONTACT_WINDOW: _ORDER[Reason.OUTSIDE_LEGAL_HOURS] - 0.5}
_LEGAL = frozenset(
    {
        Reason.LEDGER_UNREADABLE,
        Reason.OPTED_OUT,
        Reason.CONSENT_MISSING,
        Reason.CONSENT_EXPIRED,
        Reason.NOT_REGISTERED,
        Reason.SCRUB_MISSING,
        Reason.SCRUB_EXPIRED,
        Reason.OUTSIDE_LEGAL_HOURS,
    }
)
_STANDING = frozenset({Reason.KILL_SWITCH_ENGAGED, Reason.GO_LIVE_DISABLED})
_PASSING = frozenset({Reason.OUTSIDE_LEGAL_HOURS, Reason.CLOSED_DAY, Reason.OUTSIDE_CONTACT_WINDOW})  # with time alone


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The market policy that governs."""

    matched_market: str
    version: int
    enabled: bool
    rules: Rules


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the answer depends on, beside the channel and the time."""

    province: str
    zones: tuple[ZoneInfo, ...]  # in which the lead may live; contact must be allowed in each
    standing: Decision  # what the go-live row says
    policy: PolicyFacts | None
    organisation: Organisation
    closed_days: frozenset[date] = frozenset()  # the operator's own, in this province
    lead_score: Decimal | None = None
    ledger: tuple[LedgerLine, ...] | None = None  # None where no lead is known: then nobody is asked for consent
    hours: LegalHours = CALLING_HOURS


@dataclass(frozen=True, slots=True)
class Verdict:
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


def decide(situation: Situation, channel: str, at: datetime, local: tuple[int, str] | None = None) -> Verdict:
    """May the lead be contacted by the channel at the instant `at`?

    With `local`, the lead's own weekday (Monday is 0) and `HH:MM`, no clock is converted, and so no holiday is known.
    """
    lasting, warnings = _lasting(situation, channel, at)
    if local is not None:
        passing = _passing(situation, channel, None, *local)
        return Verdict(_ordered(lasting | passing, _GUIDE_ORDER), _ordered(warnings))
    refusing = None
    passing = set()
    for zone in situation.zones:
        here = _at(situation, channel, at, zone)
        refusing = refusing or (zone if here else None)
        passing |= here
    if not situation.zones:  # nobody knows where: no minute is certain
        passing = {Reason.OUTSIDE_CONTACT_WINDOW}
    reasons = lasting | passing
    opens = next_allowed_at(situation, channel, at) if reasons and reasons <= _PASSING else None
    first = situation.zones[0] if situation.zones else None
    return Verdict(_ordered(reasons), _ordered(warnings), opens, refusing or first)


def next_allowed_at(situation: Situation, channel: str, after: datetime) -> datetime | None:
    """The first instant at or after another at which contact is allowed, `after` itself perhaps, or None within 30 days.

    Permission can only begin where a window begins (a call's not before the legal hours), a clock changes in one of the
    zones, or a line of the ledger takes effect, so only those are tried.
    """
    if not situation.zones or not _windows(situation, channel):
        return None
    latest = after + HORIZON
    for candidates in _candidates(situation, channel, after):
        for at in sorted(candidates):
            if at > latest:
                return None
            if (
                at >= after
                and not any(_at(situation, channel, at, zone) for zone in situation.zones)
                and not _lasting(situation, channel, at)[0]  # a consent may have expired by then
            ):
                return at
    return None


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


def _ordered(reasons: set[Reason], order: Mapping[Reason, float] = _ORDER) -> tuple[Reason, ...]:
    return tuple(sorted(reasons, key=order.__getitem__))


def _lasting(situation: Situation, channel: str, at: datetime) -> tuple[set[Reason], set[Reason]]:
    """What no later minute mends, and what would refuse too if it were enforced."""
    reasons: set[Reason] = set()
    warnings: set[Reason] = set()
    if not situation.standing.allowed:
        reasons.add(Reason(situation.standing.code))
    policy = situation.policy
    if policy is None:
        reasons.add(Reason.NO_POLICY)
    else:
        if not policy.enabled:
            reasons.add(Reason.POLICY_DISABLED)
        if channel not in policy.rules.channels:
            reasons.add(Reason.CHANNEL_NOT_ALLOWED)
        if situation.lead_score is not None and situation.lead_score < policy.rules.min_score:
            reasons.add(Reason.LEAD_SCORE_BELOW_MINIMUM)
    if situation.ledger is not None:
        if not situation.organisation.is_ledger_readable:
            reasons.add(Reason.LEDGER_UNREADABLE)
        if opted_out(situation.ledger, channel, at):
            reasons.add(Reason.OPTED_OUT)
        strictness, unproven = _unproven(situation, situation.ledger, channel, at)
        (reasons if strictness == Strictness.ENFORCE else warnings).update(unproven)
    return reasons, warnings


def _unproven(
    situation: Situation, ledger: tuple[LedgerLine, ...], channel: str, at: datetime
) -> tuple[str, Iterator[Reason]]:
    """What is not on file for the channel, and how strict the organisation is about it."""
    organisation = situation.organisation
    if channel == Channel.CALL:
        return organisation.scrub, _unproven_call(organisation, ledger, at)
    missing = {Standing.MISSING: Reason.CONSENT_MISSING, Standing.EXPIRED: Reason.CONSENT_EXPIRED}
    standing = consent(ledger, channel, at)
    return organisation.consent, iter([missing[standing]] if standing in missing else [])


def _unproven_call(organisation: Organisation, ledger: tuple[LedgerLine, ...], at: datetime) -> Iterator[Reason]:
    if not organisation.registered(at.astimezone(UTC).date()):
        yield Reason.NOT_REGISTERED
    standing = scrub(ledger, at)
    if standing is Standing.MISSING:
        yield Reason.SCRUB_MISSING
    elif standing is Standing.EXPIRED:
        yield Reason.SCRUB_EXPIRED


def _at(situation: Situation, channel: str, at: datetime, zone: ZoneInfo) -> set[Reason]:
    """What only time stands in the way with, on a clock of this zone."""
    local = at.astimezone(zone)
    return _passing(situation, channel, local.date(), *local_minute(local, zone))


def _passing(situation: Situation, channel: str, day: date | None, weekday: int, hhmm: str) -> set[Reason]:
    reasons = set()
    if channel == Channel.CALL and not situation.hours.allow(weekday, hhmm):
        reasons.add(Reason.OUTSIDE_LEGAL_HOURS)
    if day is not None and _is_closed(situation, day):
        reasons.add(Reason.CLOSED_DAY)
    if situation.policy is not None:
        weekday = weekday if day is None else _policy_weekday(situation, day)
        if not any(window.contains(weekday, hhmm) for window in _windows(situation, channel)):
            reasons.add(Reason.OUTSIDE_CONTACT_WINDOW)
    return reasons


def _windows(situation: Situation, channel: str) -> tuple[Window, ...]:
    return situation.policy.rules.windows_of(channel) if situation.policy else ()


def _is_closed(situation: Situation, day: date) -> bool:
    return day in situation.closed_days or (
        _holiday_rule(situation) == HolidayRule.CLOSED and is_holiday(situation.province, day)
    )


def _policy_weekday(situation: Situation, day: date) -> int:
    """The weekday whose windows govern a day: a holiday may have Saturday's. The law's calling hours know no holidays."""
    if day.weekday() < 5 and _holiday_rule(situation) == HolidayRule.WEEKEND and is_holiday(situation.province, day):
        return 5
    return day.weekday()


def _holiday_rule(situation: Situation) -> str:
    return situation.policy.rules.holidays if situation.policy else HolidayRule.NORMAL


def _candidates(situation: Situation, channel: str, after: datetime) -> Iterator[list[datetime]]:
    """The instants at which permission may begin, a few days at a time; none of a later batch is earlier."""
    windows = _windows(situation, channel)
    today = min(after.astimezone(zone).date() for zone in situation.zones)
    # A line of the ledger lies ahead of an instant that is past.
    pending = [after, *(line.effective_at for line in situation.ledger or () if line.effective_at > after)]
    steady = {zone for zone in situation.zones if _keeps_its_offset(zone, after)}
    for offset in range(-1, HORIZON.days + 3, _DAYS_AT_ONCE):
        days = [today + timedelta(days=offset + n) for n in range(_DAYS_AT_ONCE)]
        for zone in situation.zones:
            for day in days:
                pending += _beginnings(situation, channel, windows, day, zone, is_steady=zone in steady)
        following = days[-1] + timedelta(days=1)
        complete_until = min(_instant(following, time(), zone, 0) for zone in situation.zones)
        yield [at for at in pending if at < complete_until]
        pending = [at for at in pending if at >= complete_until]


def _keeps_its_offset(zone: ZoneInfo, after: datetime) -> bool:
    """Whether no clock changes in the zone around the horizon; changes there and back lie months apart."""
    around = (after - timedelta(days=_DAYS_AT_ONCE), after + HORIZON + timedelta(days=2 * _DAYS_AT_ONCE))
    return len({at.astimezone(zone).utcoffset() for at in around}) == 1


def _beginnings(
    situation: Situation, channel: str, windows: tuple[Window, ...], day: date, zone: ZoneInfo, *, is_steady: bool
) -> Iterator[datetime]:
    weekday = _policy_weekday(situation, day)
    opening = situation.hours.on(day.weekday())[0] if channel == Channel.CALL else ""
    for start in {max(window.start, opening) for window in windows if weekday in window.days}:
        at = time.fromisoformat(start)
        yield _instant(day, at, zone, 0)
        if not is_steady:
            yield _instant(day, at, zone, 1)  # a time that the clock shows twice begins twice
    change = None if is_steady else _clock_change(day, zone)  # which covers a time that the clock skips
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
