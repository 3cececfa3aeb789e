"""The law of Canada as values and pure functions: calling hours, do-not-contact, what is proven. No database here.

Sources: CRTC Unsolicited Telecommunications Rules (calls), Canada's Anti-Spam Legislation (text messages, e-mail). Not legal
advice; docs/contact-rules.md lists each rule with its source and what of it is unverified.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import models

from governance.channels import Channel
from governance.grounds import RELATIONSHIPS, RETIRED, Basis, Role, consent_expiry, gives_ground

SCRUB_VALID = timedelta(days=31)  # CRTC: the version of the National DNCL in use is at most 31 days old


class Entry(models.TextChoices):
    """What a line of the ledger says."""

    CONSENT = "CONSENT", "Consent"
    OPT_OUT = "OPT_OUT", "Opt-out"
    DO_NOT_CALL = "DO_NOT_CALL", "Internal do-not-call list"
    LIFT = "LIFT", "Opt-out lifted: it was a mistake"
    SCRUB = "SCRUB", "Checked against the National Do Not Call List"
    ERASED = "ERASED", "Number or address erased"
    HOLD = "HOLD", "Held: a doubtful message waits for a person"
    RELEASE = "RELEASE", "No longer held: a person decided on the message"
    ENDED = "ENDED", "Contract ended"
    USED = "USED", "Referral used: a message went out"


class LedgerLine(NamedTuple):
    """One line of the ledger about a phone number, an e-mail address, or a lead as such."""

    kind: str
    channel: str  # "" is every channel
    effective_at: datetime
    basis: str = ""
    expires_at: datetime | None = None

    def concerns(self, channel: str) -> bool:
        """Whether it is about this channel."""
        return self.channel in ("", channel)

    @property
    def counts_until(self) -> datetime | None:
        """When it stops counting, or None. A retired ground never counts longer than a purchase of its date would."""
        if self.basis not in RETIRED:
            return self.expires_at
        longest = consent_expiry(self.channel, Basis.PURCHASE_BY_LEAD, self.effective_at)
        return min(self.expires_at or longest, longest) if longest else self.expires_at


def opted_out(lines: Sequence[LedgerLine], channel: str, at: datetime) -> bool:
    """Whether the lead has said no to this channel by then. No consent outweighs it, however new.

    `lines` come in the order in which they were recorded. A lift takes back what was on file and had been said by then,
    never an opt-out that was recorded later, whenever it was said.
    """
    said: list[datetime] = []
    for line in lines:
        if line.effective_at > at or not line.concerns(channel):
            continue
        if line.kind in (Entry.OPT_OUT, Entry.DO_NOT_CALL):
            said.append(line.effective_at)
        elif line.kind == Entry.LIFT:
            said = [said_at for said_at in said if said_at > line.effective_at]
    return bool(said)


def refusals(lines: Sequence[LedgerLine]) -> list[LedgerLine]:
    """The opt-outs and do-not-call entries among some lines, lifted or not."""
    return [line for line in lines if line.kind in (Entry.OPT_OUT, Entry.DO_NOT_CALL)]


def is_held(lines: Sequence[LedgerLine], at: datetime) -> bool:
    """Whether a doubtful message waits for a person at an instant.

    Each such message is one HOLD, and the decision about it one RELEASE. A RELEASE never answers a HOLD that was recorded
    after it.
    """
    waiting = 0
    for line in lines:
        if line.effective_at > at:
            continue
        if line.kind == Entry.HOLD:
            waiting += 1
        elif line.kind == Entry.RELEASE:
            waiting = max(0, waiting - 1)
    return waiting > 0


# BC: at most one call in 30 days about the same offer without permission (consumerprotectionbc.ca 2011/07, 2014/08, 2023/03,
# checked 2026-11-29). It is for sellers to consumers, so each policy switches it on.
CALL_AGAIN_AFTER = timedelta(days=30)


def may_call_again(lines: Sequence[LedgerLine], at: datetime) -> bool:
    """Whether a permission to call the number is on file: an express consent for calls that is in force."""
    return any(
        line.kind == Entry.CONSENT
        and line.basis == Basis.EXPRESS
        and line.concerns(Channel.CALL)
        and line.effective_at <= at
        and (line.expires_at is None or at < line.expires_at)
        for line in lines
    )


class Validity(models.TextChoices):
    """What is on file for a channel."""

    LIVE = "live", "On file and in force"
    MISSING = "missing", "Not on file"
    EXPIRED = "expired", "On file, but expired"


def consent(lines: Sequence[LedgerLine], channel: str, at: datetime, role: str = Role.HOMEOWNER) -> Validity:
    """Whether a ground to contact a lead in this role by the channel is in force at an instant. At the instant of its expiry
    it no longer is.

    `lines` come in the order in which they were recorded. A ground that does not fit the role is stored and gives none.
    """
    standing = Validity.MISSING
    for n, line in enumerate(lines):
        if line.kind != Entry.CONSENT or line.effective_at > at or not line.concerns(channel):
            continue
        if not gives_ground(channel, line.basis, role):
            continue
        if _is_in_force(line, lines, n, channel, at):
            return Validity.LIVE
        standing = Validity.EXPIRED
    return standing


def _is_in_force(line: LedgerLine, lines: Sequence[LedgerLine], n: int, channel: str, at: datetime) -> bool:
    """Whether a consent, the n-th of some lines, counts at an instant after it was obtained."""
    if line.basis == Basis.REFERRAL and uses_of(line, lines, at):
        return False
    until = contract_counts_until(line, lines[n + 1 :], channel) if line.basis == Basis.CONTRACT else line.counts_until
    return until is None or at < until


def uses_of(referral: LedgerLine, lines: Sequence[LedgerLine], at: datetime) -> int:
    """How many messages went out since a referral, by an instant. It is a ground for the first alone (SOR/2013-221, 4)."""
    return sum(line.kind == Entry.USED and referral.effective_at <= line.effective_at <= at for line in lines)


def contract_counts_until(contract: LedgerLine, later: Sequence[LedgerLine], channel: str) -> datetime | None:
    """When a contract stops being a ground, or None while it is in force. Of several ends that were recorded after it the
    earliest counts; an end on a day before the contract is one of another contract (CASL 10(10)(d))."""
    ends = (
        line.expires_at or line.effective_at
        for line in later
        if line.kind == Entry.ENDED and line.concerns(channel) and is_ended_by(contract, line.effective_at)
    )
    return min(ends, default=None)


def is_ended_by(contract: LedgerLine, ended_at: datetime) -> bool:
    """Whether an end on the day that begins then may be one of the contract: it was made on that day or before."""
    return contract.effective_at < ended_at + timedelta(days=1)


def has_relationship(lines: Sequence[LedgerLine], channel: str, at: datetime) -> bool:
    """Whether an inquiry, a contract or a purchase is on file for the channel, expired or not (CASL 6(6))."""
    return any(
        line.kind == Entry.CONSENT and line.basis in RELATIONSHIPS and line.effective_at <= at and line.concerns(channel)
        for line in lines
    )


def is_exempt(lines: Sequence[LedgerLine], at: datetime, role: str = Role.HOMEOWNER) -> bool:
    """Whether the number may be called though it may be on the National DNCL: it is a business's, or a ground for calls is
    in force, express or from a relationship (Telecommunications Act, 41.7(1))."""
    return role == Role.BUSINESS or consent(lines, Channel.CALL, at) is Validity.LIVE


def scrub(lines: Sequence[LedgerLine], at: datetime, role: str = Role.HOMEOWNER) -> Validity:
    """Whether the number was checked against the National DNCL within 31 days, or is exempt."""
    if is_exempt(lines, at, role):
        return Validity.LIVE
    checked = [line.effective_at for line in lines if line.kind == Entry.SCRUB and line.effective_at <= at]
    if checked and at - max(checked) <= SCRUB_VALID:
        return Validity.LIVE
    return Validity.EXPIRED if checked else Validity.MISSING
