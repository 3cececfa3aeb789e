"""What an agent sees of a task in its hands: whom to contact, when and where, what to say, what was done before."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.forms import Form

from followups import leases
from followups.admin.forms import CompleteForm, SnoozeForm
from followups.admin.rows import clock
from followups.leads.facts import contact_for
from followups.leads.lookups import leads_at
from followups.models import FollowupTask, Lead
from followups.sla.rules import Standing, standing
from followups.steps.services import scripts_of
from governance import gate
from governance.channels import Channel
from governance.compliance.services import Point
from wholesale.plumbing.admin_base import ReasonForm, place_text

OTHERS_READ = 50  # a number that stands for nobody may be on file at thousands
# What each button asks.
FORMS: dict[str, type[Form]] = {
    "complete": CompleteForm,
    "snooze": SnoozeForm,
    "skip": ReasonForm,
    "renew": Form,
    "give_back": Form,
}


@dataclass(slots=True)
class Card:
    """A task with what its page shows of it at `now`."""

    task: FollowupTask
    answer: gate.ContactAnswer
    script: str
    steps: list[FollowupTask]  # of the whole ladder, in their order
    now: datetime
    asks: dict[str, Form]  # what each button asks
    standing: Standing | None = None  # with the SLA, where it is late
    is_anothers: bool = False  # somebody else holds it, so that only force records what came of it
    others: Sequence[Lead] = ()  # with the same number or address: an owner of several houses has one ladder

    def form(self, act: str, data: Mapping[str, Any] | None = None) -> Form:
        """What the button asks, as it was filled in."""
        options: dict[str, Any] = {"zone": self.zone} if FORMS[act] is SnoozeForm else {}
        return FORMS[act](data, auto_id=f"{act}_{self.task.pk}_%s", **options)

    @property
    def lead(self) -> Lead | None:
        """Whom to contact, where somebody knows."""
        return self.task.lead

    @property
    def name(self) -> str:
        """Its name, else its id."""
        return str(self.lead or self.task.lead_id or "A lead without an id")

    @property
    def phone(self) -> str:
        """Where to call or to text."""
        return self.lead.phone if self.lead and self.task.channel != Channel.EMAIL else ""

    @property
    def email(self) -> str:
        """Where to write."""
        return self.lead.email if self.lead and self.task.channel == Channel.EMAIL else ""

    @property
    def address(self) -> str:
        """Where it lives, as one line."""
        if self.lead is None:
            return place_text(self.task)
        return ", ".join(filter(None, (self.lead.address, place_text(self.lead), self.lead.postal_code)))

    @property
    def zone(self) -> tzinfo | None:
        """Of its clock."""
        return self.answer.verdict.zone

    @property
    def time_there(self) -> str:
        """What its clock shows."""
        return clock(self.now, self.zone)

    @property
    def open_until(self) -> str:
        """When the permitted interval that contains now ends there; empty where none does."""
        task = self.task
        if task.open_from and task.open_until and task.open_from <= self.now <= task.open_until:
            return clock(task.open_until, self.zone)
        return ""

    @property
    def refusal(self) -> str:
        """Why the lead may not be contacted now, and from when it may; empty if it may."""
        verdict = self.answer.verdict
        why = " ".join(str(reason.label) for reason in verdict.reasons)
        opens = verdict.next_allowed_at
        return f"{why} Permitted again {clock(opens, self.zone)} there." if why and opens else why

    @property
    def is_held(self) -> bool:
        """Whether its last claim still lives."""
        return leases.is_live(self.task, self.now)


def cards(tasks: Sequence[FollowupTask], now: datetime) -> list[Card]:
    """A card for each of these tasks, read with their leads, in a constant number of queries."""
    if not tasks:
        return []
    steps: dict[int, list[FollowupTask]] = defaultdict(list)
    for step in FollowupTask.objects.filter(ladder_id__in={task.ladder_id for task in tasks}).order_by("ladder_id", "step"):
        steps[step.ladder_id].append(step)
    answers = gate.decide_contacts([contact_for(task) for task in tasks], at=now)
    at = _leads_at({point for task in tasks if (point := _point(task))})
    made = []
    for task, answer, script in zip(tasks, answers, scripts_of(tasks), strict=True):
        card = Card(task, answer, script or "", steps[task.ladder_id], now, {}, standing(task, now))
        card.others = [lead for lead in at.get(_point(task), ()) if lead.lead_id != task.lead_id]
        card.asks = {act: card.form(act) for act in FORMS}
        made.append(card)
    return made


def _point(task: FollowupTask) -> Point | None:
    """Where the task contacts its lead."""
    return gate.point_of(task.channel, phone=task.lead.phone, email=task.lead.email) if task.lead else None


def _leads_at(points: Collection[Point]) -> dict[Point | None, list[Lead]]:
    """Who has these numbers and addresses, as far as a page shows them."""
    found: dict[Point | None, list[Lead]] = defaultdict(list)
    for lead in leads_at(points).order_by("pk")[:OTHERS_READ]:
        for point in gate.points_of(phone=lead.phone, email=lead.email):
            found[point].append(lead)
    return found
