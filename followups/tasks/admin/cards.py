"""The card of a task that an agent has claimed: whom to contact, when and where, what to say, what was done before."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import quote

from django.db.models import Max
from django.forms import Form
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from followups.leads.inbound.models import InboundMessage
from followups.leads.lookups import leads_at
from followups.leads.models import Lead
from followups.sla.lateness import Standing, standing
from followups.tasks import leases
from followups.tasks.admin.forms import CompleteForm, SnoozeForm
from followups.tasks.admin.presses import Press, SnoozeUntil, outcome_words, presses, snoozes
from followups.tasks.contacts import contact_for
from followups.tasks.models import FollowupTask
from followups.tasks.page_parts import clock
from followups.tasks.scripts import scripts_of
from governance import gate
from governance.channels import Channel
from governance.gate import Point
from wholesale.plumbing.admin_questions import ReasonForm
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.showing import shown_rate

_REACH = {Channel.CALL: pgettext_lazy("to do", "Call"), Channel.SMS: _("Write a text"), Channel.EMAIL: _("Write an e-mail")}
OTHERS_READ = 50  # a placeholder number may be on file for thousands of leads
# The form of each button.
FORMS: dict[str, type[Form]] = {
    "complete": CompleteForm,
    "snooze": SnoozeForm,
    "skip": ReasonForm,
    "renew": Form,
    "give_back": Form,
}


@dataclass(slots=True)
class Card:
    """The card of a task: the task, with everything that the page shows about it at `now`."""

    task: FollowupTask
    answer: gate.ContactAnswer
    script: str
    steps: list[FollowupTask]  # of the whole ladder, in their order
    now: datetime
    asks: dict[str, Form]  # the form of each button
    standing: Standing | None = None  # with the SLA, if the task is late
    is_anothers: bool = False  # somebody else holds the task, so completing it needs force
    heard: InboundMessage | None = None  # the last message of the lead with words in it
    others: Sequence[Lead] = ()  # other leads with the number or address: the owner of several houses has one ladder

    def form(self, act: str, data: Mapping[str, Any] | None = None) -> Form:
        """Return the form of the button `act`: empty, or filled in with `data`."""
        options: dict[str, Any] = {"zone": self.zone} if FORMS[act] is SnoozeForm else {}
        return FORMS[act](data, auto_id=f"{act}_{self.task.pk}_%s", **options)

    @property
    def lead(self) -> Lead | None:
        """The lead to contact; None if the lead is unknown."""
        return self.task.lead

    @property
    def name(self) -> str:
        """The name of the lead, or the lead's id if the name is unknown."""
        return str(self.lead or self.task.lead_id or gettext("A lead without an id"))

    @property
    def phone(self) -> str:
        """The lead's number; empty if the channel is EMAIL."""
        return self.lead.phone if self.lead and self.task.channel != Channel.EMAIL else ""

    @property
    def email(self) -> str:
        """The lead's e-mail address; empty unless the channel is EMAIL."""
        return self.lead.email if self.lead and self.task.channel == Channel.EMAIL else ""

    @property
    def reach(self) -> str:
        """The address that dials the number, or begins the message with its words; empty if there is none on file."""
        if self.email:
            return f"mailto:{quote(self.email, safe='@')}?body={quote(self.script)}"
        if not self.phone:
            return ""
        return f"tel:{self.phone}" if self.task.channel == Channel.CALL else f"sms:{self.phone}?body={quote(self.script)}"

    @property
    def reach_words(self) -> str:
        """What `reach` does, in a word or two."""
        return str(_REACH[Channel(self.task.channel)])

    @property
    def presses(self) -> Sequence[Press]:
        """The outcomes that the contact may have."""
        return presses(self.task.channel)

    @property
    def snoozes(self) -> Sequence[SnoozeUntil]:
        """The usual times of a snooze, on the lead's clock."""
        return snoozes(self.now, self.zone)

    @property
    def points(self) -> list[tuple[FollowupTask, str, str]]:
        """The steps of the ladder: each with its state (now, done, off, waits) and what came of it in words."""
        return [(step, *_state_of(step, self.task)) for step in self.steps]

    @property
    def score(self) -> str:
        """The score of the lead in percent; empty if there is none."""
        return shown_rate(self.lead.score) if self.lead and self.lead.score is not None else ""

    @property
    def address(self) -> str:
        """The address of the lead in one line; only the task's place if the lead is unknown."""
        if self.lead is None:
            return place_text(self.task)
        return ", ".join(filter(None, (self.lead.address, place_text(self.lead), self.lead.postal_code)))

    @property
    def zone(self) -> tzinfo | None:
        """The time zone of the lead's clock; None if it is unknown."""
        return self.answer.verdict.zone

    @property
    def time_there(self) -> str:
        """The day and time on the lead's clock."""
        return clock(self.now, self.zone)

    @property
    def open_until(self) -> str:
        """When the permitted interval around now ends, on the lead's clock; empty if there is none."""
        task = self.task
        if task.open_from and task.open_until and task.open_from <= self.now <= task.open_until:
            return clock(task.open_until, self.zone)
        return ""

    @property
    def refusal(self) -> str:
        """Why the lead may not be contacted now, and from when on; empty if the lead may be contacted now."""
        verdict = self.answer.verdict
        why = " ".join(self.answer.why)
        opens = verdict.next_allowed_at
        if not (why and opens):
            return why
        return gettext("%(why)s Permitted again %(time)s there.") % {"why": why, "time": clock(opens, self.zone)}

    @property
    def is_held(self) -> bool:
        """Whether the last claim of the task is still live."""
        return leases.is_live(self.task, self.now)


def cards(tasks: Sequence[FollowupTask], now: datetime) -> list[Card]:
    """Return a card for each of these tasks, in a constant number of queries. The tasks have been read with their leads."""
    if not tasks:
        return []
    steps: dict[int, list[FollowupTask]] = defaultdict(list)
    for step in FollowupTask.objects.filter(ladder_id__in={task.ladder_id for task in tasks}).order_by("ladder_id", "step"):
        steps[step.ladder_id].append(step)
    answers = gate.decide_contacts([contact_for(task) for task in tasks], at=now)
    at = _leads_at({point for task in tasks if (point := _point(task))})
    heard = _heard({task.lead_id for task in tasks if task.lead_id})
    made = []
    for task, answer, script in zip(tasks, answers, scripts_of(tasks), strict=True):
        card = Card(task, answer, script or "", steps[task.ladder_id], now, {}, standing(task, now))
        card.heard = heard.get(task.lead_id or "")
        card.others = [lead for lead in at.get(_point(task), ()) if lead.lead_id != task.lead_id]
        card.asks = {act: card.form(act) for act in FORMS}
        made.append(card)
    return made


def _state_of(step: FollowupTask, present: FollowupTask) -> tuple[str, str]:
    """Return the state of a step of the ladder, and what came of it in words."""
    if step.pk == present.pk:
        return "now", gettext("now")
    if step.completed_at:
        return "done", outcome_words(step.channel, step.outcome) if step.outcome else gettext("done")
    if step.cancelled_at:
        return "off", gettext("cancelled")
    return "waits", ""


def _heard(lead_ids: Collection[str]) -> dict[str, InboundMessage]:
    """Return the last message of each of these leads that has words in it, by the lead's id."""
    worded = InboundMessage.objects.filter(lead_id__in=lead_ids).exclude(text="").order_by()
    last = worded.values("lead_id").annotate(last=Max("pk")).values("last")
    return {message.lead_id: message for message in InboundMessage.objects.filter(pk__in=last) if message.lead_id}


def _point(task: FollowupTask) -> Point | None:
    """Return the number or address at which the task contacts its lead; None if it is unknown."""
    return gate.point_of(task.channel, phone=task.lead.phone, email=task.lead.email) if task.lead else None


def _leads_at(points: Collection[Point]) -> dict[Point | None, list[Lead]]:
    """Return the leads at these numbers and addresses, by number or address. At most `OTHERS_READ` leads are read."""
    found: dict[Point | None, list[Lead]] = defaultdict(list)
    for lead in leads_at(points).order_by("pk")[:OTHERS_READ]:
        for point in gate.points_of(phone=lead.phone, email=lead.email):
            found[point].append(lead)
    return found
