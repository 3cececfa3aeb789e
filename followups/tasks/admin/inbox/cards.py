"""The card of an inbox item: who it is about, how long it has waited, the thread, and what may be done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy_

from followups.leads.facts import lead_facts
from followups.leads.inbox.models import InboxItem
from followups.leads.inbox.services import require_own
from followups.leads.models import Lead
from followups.tasks.admin.inbox.presses import ANSWERS, MeaningButton, UsualAnswer, decisions_for
from followups.tasks.admin.inbox.threads import ThreadLine, thread_of
from followups.tasks.admin.presses import SnoozeUntil, snoozes
from followups.tasks.answers import may_put_off, next_step
from followups.tasks.models import FollowupTask
from governance import gate
from governance.channels import Channel
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.showing import shown_phone, shown_time

Kind = InboxItem.Kind
KINDS: dict[str, Any] = {
    Kind.MESSAGE: lazy_("Doubtful message"),
    Kind.SENDER: lazy_("Unreadable sender"),
    Kind.REPLY: lazy_("Reply"),
}
NEEDS_LIFT = "governance.lift_opt_out"


@dataclass(frozen=True, slots=True)
class WayToAnswer:
    """A way to answer: the address that a browser opens (empty if it is not permitted now), what it is called, why not."""

    link: str
    words: str
    refusal: str = ""


@dataclass(slots=True)
class InboxCard:
    """The card of an inbox item, with everything that the page shows about it at `now`."""

    item: InboxItem
    now: datetime
    thread: list[ThreadLine]
    ways: list[WayToAnswer]
    zone: tzinfo | None  # of the lead's clock
    step: FollowupTask | None  # the next open step of the lead
    may_act: bool
    decisions: Sequence[MeaningButton] = ()
    snoozes: Sequence[SnoozeUntil] = ()
    points: list[str] = field(default_factory=list)  # numbers and addresses of the sender, as far as known
    note: str = ""  # what was written, if the act was refused
    refusal: str = ""

    @property
    def name(self) -> str:
        """The name of whom it is about."""
        return name_of(self.item)

    @property
    def best_way(self) -> WayToAnswer | None:
        """The first way that is permitted now, if any is."""
        return next((way for way in self.ways if way.link), None)

    @property
    def is_late(self) -> bool:
        """Whether the time by which it is to be looked at is over."""
        return self.item.due_by < self.now

    @property
    def answers(self) -> Sequence[UsualAnswer]:
        """The usual answers."""
        return ANSWERS[self.item.kind]

    @property
    def may_opt_out(self) -> bool:
        """Whether a wish for no more contact can be recorded from here: a message's own decision is another button."""
        return self.may_act and self.item.kind != Kind.MESSAGE and bool(self.item.lead_id or self.points)

    @property
    def may_meet(self) -> bool:
        """Whether an appointment can be recorded from here."""
        return self.may_act and self.item.kind == Kind.REPLY and self.item.lead_id is not None


def name_of(item: InboxItem) -> str:
    """Return the name of whom an item is about, or the lead's id."""
    return str(item.lead or item.lead_id or _("Somebody unknown"))


def bare_card(item: InboxItem, now: datetime) -> InboxCard:
    """Return a card without what the page shows: enough for an act."""
    return InboxCard(item, now, thread=[], ways=[], zone=None, step=None, may_act=True)


def card_of(item: InboxItem, user: Any, now: datetime) -> InboxCard:
    """Return the card of an item, in a constant number of queries. The item was read with its lead and message."""
    ways, zone = _ways(item.lead, now) if item.lead else ([], None)
    may_act = user.has_perm("followups.close_inboxitem") and _is_theirs(item, user)
    step = next_step(item.lead_id) if item.kind == Kind.REPLY else None
    card = InboxCard(item, now, thread_of(item), ways, zone, step, may_act)
    if item.kind == Kind.MESSAGE and may_act and user.has_perm("followups.decide_inbound"):
        card.decisions = decisions_for(user.has_perm(NEEDS_LIFT))
    if may_act and user.has_perm("followups.put_off_task") and may_put_off(step, Act.by(user)):
        card.snoozes = snoozes(now, zone)
    if item.message and item.lead is None:
        card.points = [shown_phone(point.value) for point in item.message.subjects.all() if point.value]
    return card


def _is_theirs(item: InboxItem, user: Any) -> bool:
    try:
        require_own(item, user)
    except DomainError:
        return False
    return True


def _ways(lead: Lead, now: datetime) -> tuple[list[WayToAnswer], tzinfo | None]:
    """Return the ways to answer a lead, those permitted now first, and the zone of the lead's clock."""
    known = [
        (Channel.CALL, lead.phone, f"tel:{lead.phone}", _("Call %(where)s")),
        (Channel.SMS, lead.phone, f"sms:{lead.phone}", _("Text %(where)s")),
        (Channel.EMAIL, lead.email, f"mailto:{lead.email}", _("Write to %(where)s")),
    ]
    found = [one for one in known if one[1]]
    facts = lead_facts(lead)
    answers = gate.decide_contacts([gate.Contact(facts, channel) for channel, *_rest in found], at=now) if found else []
    ways, zone = [], None
    for (_channel, where, link, words), answer in zip(found, answers, strict=True):
        verdict = answer.verdict
        zone = verdict.zone
        why = " ".join(answer.why)
        if why and verdict.next_allowed_at:
            why += " " + _("Permitted again %(time)s.") % {"time": shown_time(verdict.next_allowed_at)}
        ways.append(WayToAnswer("" if why else link, words % {"where": shown_phone(where)}, why))
    return sorted(ways, key=lambda way: not way.link), zone
