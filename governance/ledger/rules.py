"""The law of Canada about contacts, as values and pure functions: opt-outs, holds, consents, scrubs. No database here.

Sources: CRTC Unsolicited Telecommunications Rules (calls), Canada's Anti-Spam Legislation (text messages, e-mail). Not legal
advice; docs/contact-rules.md lists each rule with its source and what is unverified.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.channels import Channel
from governance.grounds import RELATIONSHIPS, RETIRED, Basis, consent_expiry, gives_ground
from governance.people import Role

SCRUB_VALID = timedelta(days=31)  # CRTC: the version of the National DNCL in use is at most 31 days old


class Entry(models.TextChoices):
    """The kind of a ledger line: what it records."""

    CONSENT = "CONSENT", _("Consent")
    OPT_OUT = "OPT_OUT", _("Opt-out")
    DO_NOT_CALL = "DO_NOT_CALL", _("Internal do-not-call list")
    LIFT = "LIFT", _("Opt-out lifted: it was a mistake")
    SCRUB = "SCRUB", _("Checked against the National Do Not Call List")
    ERASED = "ERASED", _("Number or address erased")
    HOLD = "HOLD", _("Held: a doubtful message waits for a person")
    RELEASE = "RELEASE", _("No longer held: a person decided on the message")
    ENDED = "ENDED", _("Contract ended")
    USED = "USED", _("Referral used: a message went out")


class LedgerLine(NamedTuple):
    """One line of the ledger about a phone number, an e-mail address, or a lead as such."""

    kind: str
    channel: str  # "" is every channel
    effective_at: datetime
    basis: str = ""
    expires_at: datetime | None = None

    def concerns(self, channel: str) -> bool:
        """Whether the line is about this channel or about every channel."""
        return self.channel in ("", channel)

    @property
    def counts_until(self) -> datetime | None:
        """When the line stops counting; None is never. A retired ground counts no longer than a purchase of that date."""
        if self.basis not in RETIRED:
            return self.expires_at
        longest = consent_expiry(self.channel, Basis.PURCHASE_BY_LEAD, self.effective_at)
        return min(self.expires_at or longest, longest) if longest else self.expires_at


def opted_out(lines: Sequence[LedgerLine], channel: str, at: datetime) -> bool:
    """Whether by these lines the channel is opted out of at the instant `at`. No consent outweighs an opt-out.

    `lines` come in the order in which they were recorded. A lift takes back the opt-outs that were recorded before the lift
    and that were said by the time of the lift. Opt-outs recorded later stay.
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
    """The opt-outs and do-not-call entries among these lines, lifted or not."""
    return [line for line in lines if line.kind in (Entry.OPT_OUT, Entry.DO_NOT_CALL)]


def is_held(lines: Sequence[LedgerLine], at: datetime) -> bool:
    """Whether by these lines a point is held at the instant `at`, because a doubtful message waits for a person.

    Each such message has one HOLD line, and the decision about the message has one RELEASE line. A RELEASE never ends a
    HOLD that was recorded after the RELEASE.
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
# checked 2026-11-29). The rule is about selling to consumers, so a policy has to switch it on.
CALL_AGAIN_AFTER = timedelta(days=30)


def may_call_again(lines: Sequence[LedgerLine], at: datetime) -> bool:
    """Whether an express consent for calls is in force. With it a number may be called again within 30 days."""
    return any(
        line.kind == Entry.CONSENT
        and line.basis == Basis.EXPRESS
        and line.concerns(Channel.CALL)
        and line.effective_at <= at
        and (line.expires_at is None or at < line.expires_at)
        for line in lines
    )


class Validity(models.TextChoices):
    """The validity of a consent or a scrub: whether it is on file, and whether it is in force."""

    LIVE = "live", _("On file and in force")
    MISSING = "missing", _("Not on file")
    EXPIRED = "expired", _("On file, but expired")


def consent(lines: Sequence[LedgerLine], channel: str, at: datetime, role: str = Role.HOMEOWNER) -> Validity:
    """The validity of the consent to contact a lead in this role at the instant `at`: LIVE if a ground is in force, EXPIRED
    if every ground has expired, MISSING if there is none. At the instant of expiry a ground has expired.

    `lines` come in the order in which they were recorded. A ground that does not fit the role does not count.
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
    """Whether the consent `line`, which is `lines[n]`, is in force at `at`. It must have been obtained by then."""
    if line.basis == Basis.REFERRAL and uses_of(line, lines, at):
        return False
    until = contract_counts_until(line, lines[n + 1 :], channel) if line.basis == Basis.CONTRACT else line.counts_until
    return until is None or at < until


def uses_of(referral: LedgerLine, lines: Sequence[LedgerLine], at: datetime) -> int:
    """The number of messages that went out after a referral, until `at`. Only one may go out (SOR/2013-221, 4)."""
    return sum(line.kind == Entry.USED and referral.effective_at <= line.effective_at <= at for line in lines)


def contract_counts_until(contract: LedgerLine, later: Sequence[LedgerLine], channel: str) -> datetime | None:
    """When a contract stops being a ground, or None while it is in force. Of the ends in `later`, the lines recorded after
    the contract, the earliest counts. An end on a day before the contract belongs to another contract (CASL 10(10)(d))."""
    ends = (
        line.expires_at or line.effective_at
        for line in later
        if line.kind == Entry.ENDED and line.concerns(channel) and is_ended_by(contract, line.effective_at)
    )
    return min(ends, default=None)


def is_ended_by(contract: LedgerLine, ended_at: datetime) -> bool:
    """Whether a contract's end may belong to this contract: it was made by the end of the day that begins at `ended_at`."""
    return contract.effective_at < ended_at + timedelta(days=1)


def has_relationship(lines: Sequence[LedgerLine], channel: str, at: datetime) -> bool:
    """Whether an inquiry, a contract or a purchase is on file for the channel, expired or not (CASL 6(6))."""
    return any(
        line.kind == Entry.CONSENT and line.basis in RELATIONSHIPS and line.effective_at <= at and line.concerns(channel)
        for line in lines
    )


def is_exempt(lines: Sequence[LedgerLine], at: datetime, role: str = Role.HOMEOWNER) -> bool:
    """Whether the number may be called even if it is on the National DNCL: the lead is a business, or an express consent
    or a relationship is in force for calls (Telecommunications Act, 41.7(1))."""
    return role == Role.BUSINESS or consent(lines, Channel.CALL, at) is Validity.LIVE


def scrub(lines: Sequence[LedgerLine], at: datetime, role: str = Role.HOMEOWNER) -> Validity:
    """The validity of the last check against the National DNCL. It is LIVE for 31 days, and always for an exempt number."""
    if is_exempt(lines, at, role):
        return Validity.LIVE
    checked = [line.effective_at for line in lines if line.kind == Entry.SCRUB and line.effective_at <= at]
    if checked and at - max(checked) <= SCRUB_VALID:
        return Validity.LIVE
    return Validity.EXPIRED if checked else Validity.MISSING
