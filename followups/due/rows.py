"""A due task as the lists show it, with what the contact gate says of it now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from followups.leads.facts import FACTS, contact_of
from followups.models import TaskQuerySet
from governance import gate
from governance.leads import LeadFacts

_TASK = (
    *("id", "lead_id", "due_at", "channel", "step", "owner", "province", "market"),
    *("actionable_at", "open_until", "leased_by", "leased_until"),
)
_NAME = ("lead__first_name", "lead__last_name")
_COLUMNS = (*_TASK, *(f"lead__{name}" for name in FACTS), *_NAME)


class DueTask(NamedTuple):
    """A due task. Times are UTC but for `local_time`."""

    id: int
    lead_id: str | None
    due_at: datetime
    channel: str
    step: int
    owner: str | None
    province: str
    market: str
    actionable_at: datetime | None  # the first permitted minute at or after due_at
    open_until: datetime | None  # the last instant of the permitted interval that contains now, or of the next
    local_time: str | None  # the lead's clock: ISO 8601 with its offset; None where nobody knows where it lives
    timezone: str | None  # the IANA name of that clock's zone
    allowed: bool
    reason: str  # `within_window`, else what stands in the way first
    next_allowed_at: datetime | None  # where only time stands in the way
    leased_by: str | None  # who holds a live claim
    leased_until: datetime | None


class ContactDetails(NamedTuple):
    """Whom to contact, and where; "" is unknown."""

    name: str
    phone: str  # E.164
    email: str


class Candidate(NamedTuple):
    """A due task before the gate is asked: the columns of `_TASK`, and whom the contact would reach."""

    task: tuple[Any, ...]
    contact: gate.Contact
    name: str

    @property
    def pk(self) -> int:
        """The task's id."""
        return int(self.task[0])

    @property
    def due_at(self) -> datetime:
        """When the task is due."""
        due_at: datetime = self.task[2]
        return due_at

    @property
    def details(self) -> ContactDetails:
        """What a dialer needs."""
        lead = self.contact.lead
        return ContactDetails(self.name, lead.phone, lead.email)


def candidates(tasks: TaskQuerySet) -> list[Candidate]:
    """These tasks with their leads' facts, in one query and without a model instance."""
    facts, names = len(_TASK), len(_TASK) + len(FACTS)
    province = facts + FACTS.index("province")  # null where there is no such lead
    return [
        Candidate(
            row[:facts],
            contact_of(
                LeadFacts(*row[facts:names]) if row[province] is not None else None,
                lead_id=row[1],
                province=row[6],
                market=row[7],
                channel=row[3],
            ),
            " ".join(filter(None, row[names:])),
        )
        for row in tasks.values_list(*_COLUMNS)
    ]


def shown(candidate: Candidate, answer: gate.ContactAnswer) -> DueTask:
    """The task with the gate's answer, which is asked at the instant that leases are measured by."""
    *task, leased_by, leased_until = candidate.task
    is_leased = leased_until is not None and leased_until > answer.at
    verdict, local_time = answer.verdict, answer.local_time
    *head, actionable_at, open_until = task
    return DueTask(
        *head,
        actionable_at=actionable_at,
        open_until=open_until,
        local_time=local_time.isoformat(timespec="seconds") if local_time else None,
        timezone=verdict.zone.key if verdict.zone else None,
        allowed=verdict.allowed,
        reason=verdict.code,
        next_allowed_at=verdict.next_allowed_at,
        leased_by=leased_by if is_leased else None,
        leased_until=leased_until if is_leased else None,
    )


def asked(found: Sequence[Candidate], now: datetime) -> list[gate.ContactAnswer]:
    """What the gate says of each, in a constant number of queries; of none in none."""
    return gate.decide_contacts([candidate.contact for candidate in found], at=now) if found else []
