"""Plain values: the contact that is asked about, and the facts that decide it."""

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
from governance.people import PersonFacts, Received, Role

NO_GAP = timedelta()


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The effective market policy of a place, as a plain value."""

    matched_market: str
    version: int
    enabled: bool
    rules: Rules


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that a contact decision depends on, except the channel and the time."""

    province: str
    zones: tuple[ZoneInfo, ...]  # in which the person may live; contact must be allowed in each
    standing: Decision  # by the kill switch and go-live
    policy: PolicyFacts | None
    organisation: OrganisationFacts
    closed_days: frozenset[date] = frozenset()  # the operator's own, in this province
    lead_score: Decimal | None = None
    ledger: tuple[LedgerLine, ...] | None = None  # of the number or address; None: unknown person, consent is not checked
    of_person: tuple[LedgerLine, ...] | None = None  # of the person as such; None where the question names nobody
    is_closed: bool = False  # the person's status is one of a person whom nobody contacts
    is_wrong: bool = False  # the number or address is somebody else's
    contacted_at: datetime | None = None  # the last recorded contact of this person
    gap: timedelta = NO_GAP  # the least time between that contact and the next
    answered_at: datetime | None = None  # the last call to this number that was answered
    subscribed_until: date | None = None  # the last day of our subscription for the number's area code; None without one
    role: str = Role.HOMEOWNER.value  # how the person is spoken to
    purpose: str = Purpose.PROSPECT.value  # of the message; REPLY only where it answers a message of the person
    hours: LegalHours = CALLING_HOURS

    @property
    def subjects(self) -> tuple[tuple[LedgerLine, ...], ...]:
        """Two groups of ledger lines: about the number or address, and about the person. A lift counts only in its group."""
        return self.ledger or (), self.of_person or ()

    def again_from(self, channel: str) -> datetime | None:
        """When the number may be called again after an answered call. None if no wait applies, as for any message."""
        if channel != Channel.CALL or self.answered_at is None:
            return None
        policy = self.policy
        return self.answered_at + CALL_AGAIN_AFTER if policy and policy.rules.one_call_in_30_days else None


class Contact(NamedTuple):
    """A contact that the gate is asked about. For an unknown person `person` names just a place; consent is not checked."""

    person: PersonFacts
    channel: str
    is_known: bool = True
    gap: timedelta = NO_GAP  # the least time after the last contact of this person
    purpose: str = Purpose.PROSPECT.value  # of a message
    answers: Received | None = None  # of a REPLY: the message that it answers
