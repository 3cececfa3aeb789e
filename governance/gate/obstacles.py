"""The refusal reasons that do not come from the calendar, and the instants at which they may change. Pure functions."""

from collections.abc import Hashable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from governance.channels import Channel
from governance.gate.facts import Situation
from governance.gate.reasons import Reason
from governance.grounds import Purpose
from governance.ledger.rules import (
    CALL_AGAIN_AFTER,
    SCRUB_VALID,
    Entry,
    LedgerLine,
    Validity,
    consent,
    has_relationship,
    is_exempt,
    is_held,
    may_call_again,
    opted_out,
    scrub,
)
from governance.organisation.rules import Strictness
from governance.people import Role
from wholesale.plumbing.days import beginning


def lasting(situation: Situation, channel: str, at: datetime) -> tuple[set[Reason], set[Reason]]:
    """The reasons at an instant that do not come from the calendar: those that refuse, and those that only warn."""
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
        if is_score_too_low(situation):
            reasons.add(Reason.LEAD_SCORE_BELOW_MINIMUM)
    reasons |= _of_the_person(situation, channel, at)
    if situation.ledger is not None:
        strictness, unproven = _unproven(situation, situation.ledger, channel, at)
        (reasons if strictness == Strictness.ENFORCE else warnings).update(unproven)
        if channel != Channel.CALL and not situation.organisation.is_identified:
            (reasons if situation.organisation.identity == Strictness.ENFORCE else warnings).add(Reason.NOT_IDENTIFIED)
    return reasons, warnings


def is_opted_out(situation: Situation, channel: str, at: datetime) -> bool:
    """Whether the number, the address or the person as such is opted out of the channel at the instant `at`."""
    return any(opted_out(lines, channel, at) for lines in situation.subjects)


def _of_the_person(situation: Situation, channel: str, at: datetime) -> set[Reason]:
    """The refusal reasons that concern the person: opt-outs, holds, a closed file, a wrong number, a recent contact."""
    reasons = set()
    names_somebody = situation.ledger is not None or situation.of_person is not None
    if names_somebody and not situation.organisation.is_ledger_readable:
        reasons.add(Reason.LEDGER_UNREADABLE)
    if is_opted_out(situation, channel, at):
        reasons.add(Reason.OPTED_OUT)
    if any(is_held(lines, at) for lines in situation.subjects):
        reasons.add(Reason.INBOUND_UNDECIDED)
    if situation.is_closed:
        reasons.add(Reason.LEAD_CLOSED)
    if situation.is_wrong:
        reasons.add(Reason.WRONG_NUMBER)
    # A contact at a later instant does not make an earlier one too soon.
    if situation.contacted_at and situation.contacted_at <= at < situation.contacted_at + situation.gap:
        reasons.add(Reason.CONTACTED_RECENTLY)
    if _calls_again_too_soon(situation, channel, at):
        reasons.add(Reason.CALL_AGAIN_TOO_SOON)
    return reasons


def _calls_again_too_soon(situation: Situation, channel: str, at: datetime) -> bool:
    over = situation.again_from(channel)
    if over is None or not over - CALL_AGAIN_AFTER <= at < over:
        return False
    return not may_call_again(situation.ledger or (), at)


def is_score_too_low(situation: Situation) -> bool:
    """Whether the lead's score is below the policy's minimum. An unknown score is never too low."""
    policy, score = situation.policy, situation.lead_score
    return policy is not None and score is not None and score < policy.rules.min_score


def _unproven(
    situation: Situation, ledger: tuple[LedgerLine, ...], channel: str, at: datetime
) -> tuple[str, Iterable[Reason]]:
    """The organisation's strictness for the channel, and a reason for each consent, scrub or other proof not in force."""
    organisation = situation.organisation
    if channel == Channel.CALL:
        unproven = [*_unproven_call(situation, ledger, at), *_unproven_area_code(situation, ledger, at)]
        return organisation.scrub, unproven
    return organisation.consent, _unproven_consent(situation, ledger, channel, at)


def _unproven_consent(situation: Situation, ledger: tuple[LedgerLine, ...], channel: str, at: datetime) -> Iterator[Reason]:
    if situation.purpose != Purpose.PROSPECT and _needs_no_consent(situation, ledger, channel, at):
        return
    standing = consent(ledger, channel, at, situation.role)
    if standing is Validity.MISSING:
        yield Reason.CONSENT_MISSING
    elif standing is Validity.EXPIRED:
        yield Reason.CONSENT_EXPIRED


def _needs_no_consent(situation: Situation, ledger: tuple[LedgerLine, ...], channel: str, at: datetime) -> bool:
    """Whether the purpose makes consent unnecessary: REPLY (SOR/2013-221, 3(b)), REQUESTED by the lead (CASL 6(6)),
    or BUSINESS_INQUIRY to a business (CASL 6(5)(b)). All other checks of the gate still apply."""
    if situation.purpose == Purpose.REQUESTED:
        return has_relationship(ledger, channel, at)
    if situation.purpose == Purpose.BUSINESS_INQUIRY:
        return situation.role == Role.BUSINESS
    return situation.purpose == Purpose.REPLY


def _unproven_call(situation: Situation, ledger: tuple[LedgerLine, ...], at: datetime) -> Iterator[Reason]:
    if not situation.organisation.registered(at.astimezone(UTC).date()):
        yield Reason.NOT_REGISTERED
    standing = scrub(ledger, at, situation.role)
    if standing is Validity.MISSING:
        yield Reason.SCRUB_MISSING
    elif standing is Validity.EXPIRED:
        yield Reason.SCRUB_EXPIRED


def _unproven_area_code(situation: Situation, ledger: tuple[LedgerLine, ...], at: datetime) -> Iterator[Reason]:
    """A refusal reason if the area code of a number that is not exempt has no subscription on this day (UTC)."""
    last_day = situation.subscribed_until
    is_subscribed = last_day is not None and at.astimezone(UTC).date() <= last_day
    if not is_subscribed and not is_exempt(ledger, at, situation.role):
        yield Reason.AREA_CODE_NOT_SUBSCRIBED


def turning_points(situation: Situation, channel: str) -> list[datetime]:
    """The instants, in order, at which the answer of `lasting` may change. Between two of them it stays the same."""
    ledger = situation.ledger or ()
    turns = {line.effective_at for lines in situation.subjects for line in lines}
    turns |= {until for line in ledger if (until := line.counts_until)}
    if situation.contacted_at and situation.gap:
        turns |= {situation.contacted_at, situation.contacted_at + situation.gap}
    over = situation.again_from(channel)
    if over:
        turns |= {over - CALL_AGAIN_AFTER, over}
    if channel == Channel.CALL:
        # A scrub is still in force exactly 31 days after it.
        turns |= {line.effective_at + SCRUB_VALID + datetime.resolution for line in ledger if line.kind == Entry.SCRUB}
        last_days = situation.organisation.registration_expires_on, situation.subscribed_until
        if situation.ledger is not None:
            turns |= {beginning(last_day) + timedelta(days=1) for last_day in last_days if last_day}
    return sorted(turns)


def what_decides(situation: Situation, channel: str) -> Hashable:
    """A key made of all that `lasting` and `turning_points` look at. Situations with equal keys have the same answer."""
    return (
        channel,
        situation.standing,
        situation.policy and (situation.policy.enabled, situation.policy.rules.channels),
        is_score_too_low(situation),
        situation.organisation,
        *situation.subjects,
        (situation.ledger is None, situation.of_person is None),
        (situation.is_closed, situation.is_wrong),
        (situation.contacted_at, situation.gap) if situation.gap else None,
        situation.again_from(channel),
        situation.subscribed_until,
        (situation.role, situation.purpose),
    )
