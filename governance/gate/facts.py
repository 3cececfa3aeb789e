"""What is asked, and what a decision is made from: plain values."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from governance.channels import Channel
from governance.clocks.calling_hours import CALLING_HOURS, LegalHours
from governance.decisions import Decision
from governance.grounds import Purpose
from governance.ledger.rules import CALL_AGAIN_AFTER, LedgerLine
from governance.market.rules import Rules
from governance.organisation.rules import OrganisationFacts
from governance.people import LeadFacts, Received, Role

NO_GAP = timedelta()


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
    organisation: OrganisationFacts
    closed_days: frozenset[date] = frozenset()  # the operator's own, in this province
    lead_score: Decimal | None = None
    ledger: tuple[LedgerLine, ...] | None = None  # of the number or address; None for an unknown lead: no consent is asked
    of_lead: tuple[LedgerLine, ...] | None = None  # of the lead as such; None where the question names no lead
    is_closed: bool = False  # the lead's status is CLOSED or DEAD
    is_wrong: bool = False  # the number or address is somebody else's
    contacted_at: datetime | None = None  # the last recorded contact of this person
    gap: timedelta = NO_GAP  # at least so long after it comes the next
    answered_at: datetime | None = None  # the last call to this number that was answered
    subscribed_until: date | None = None  # the last day of the subscription for its area code; None: there is none
    role: str = Role.HOMEOWNER.value  # in which the lead is spoken to
    purpose: str = Purpose.PROSPECT.value  # of the message; a REPLY is bound to the message that it answers
    hours: LegalHours = CALLING_HOURS

    @property
    def subjects(self) -> tuple[tuple[LedgerLine, ...], ...]:
        """The lines of each subject that the contact touches. A lift at one subject takes nothing back at another."""
        return self.ledger or (), self.of_lead or ()

    def again_from(self, channel: str) -> datetime | None:
        """When the wait after an answered call is over; None where nobody has to wait."""
        if channel != Channel.CALL or self.answered_at is None:
            return None
        policy = self.policy
        return self.answered_at + CALL_AGAIN_AFTER if policy and policy.rules.one_call_in_30_days else None


class Contact(NamedTuple):
    """Somebody to be contacted. For an unknown person `lead` holds the place, and perhaps the id. Consent is not checked."""

    lead: LeadFacts
    channel: str
    is_known: bool = True
    gap: timedelta = NO_GAP  # at least so long after the last contact of this person
    purpose: str = Purpose.PROSPECT.value  # of a message
    answers: Received | None = None  # of a REPLY: the message that it answers
