"""Finding all rows about a person, whom we know as a lead, in every table that may name the person."""

import json
from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet

from followups.leads.errors import LeadUnknown
from followups.leads.events.models import LeadEvent
from followups.leads.inbound.models import InboundDecision, InboundMessage
from followups.leads.inbox.models import InboxItem
from followups.leads.models import Lead, LeadReopening
from followups.leads.people import registry
from followups.leads.replies.models import AdministrativeReply
from governance import gate, people
from governance.gate.ledger import (
    ConsentProof,
    ContactPoint,
    ContactRecord,
    lines_about,
    points_on_file,
    proofs_about,
)
from wholesale.plumbing.importing.persons import DIGITS, Named

Kind = ContactPoint.Kind


@dataclass(frozen=True)
class Person:
    """A person, known by a lead id, with the rows about the person. `points` are those that nobody else has."""

    lead_id: str
    lead: Lead | None  # None if only a ladder or a message names the id
    points: list[ContactPoint] = field(default_factory=list)  # its own points that nobody else has
    shared_with: list[str] = field(default_factory=list)  # others with the same number or address
    all_points: list[ContactPoint] = field(default_factory=list)  # its points, including those that others have too

    @property
    def messages(self) -> QuerySet[InboundMessage]:
        """The lead's messages, and messages of unknown senders from the lead's own number or address."""
        theirs = [point.pk for point in self.points]
        unnamed = InboundMessage.objects.filter(lead__isnull=True, subjects__in=theirs).values("pk")
        return InboundMessage.objects.filter(Q(lead_id=self.lead_id) | Q(pk__in=unnamed))

    @property
    def replies(self) -> QuerySet[AdministrativeReply]:
        """The administrative replies to the lead's messages."""
        return AdministrativeReply.objects.filter(message__in=self.messages.values("pk"))

    @property
    def decisions(self) -> QuerySet[InboundDecision]:
        """The decisions of persons about the lead's messages."""
        return InboundDecision.objects.filter(message__in=self.messages.values("pk")).select_related("words")

    @property
    def inbox(self) -> QuerySet[InboxItem]:
        """The inbox items about the lead, open or done."""
        naming = Q(lead_id=self.lead_id) | Q(task__lead_id=self.lead_id) | Q(message__in=self.messages.values("pk"))
        for text in self._reached_at:
            naming |= Q(detail__contains=text)
        return InboxItem.objects.filter(naming)

    @property
    def reopenings(self) -> QuerySet[LeadReopening]:
        """The reopenings of the lead."""
        return LeadReopening.objects.filter(lead_id=self.lead_id).select_related("words")

    @property
    def events(self) -> QuerySet[LeadEvent]:
        """The lead's notes, appointments and changes of status."""
        return LeadEvent.objects.filter(lead_id=self.lead_id).select_related("words")

    @property
    def records(self) -> QuerySet[ContactRecord]:
        """The ledger lines about the lead's own points."""
        return lines_about(self.points)

    @property
    def proofs(self) -> QuerySet[ConsentProof]:
        """The proofs of the lead's consents."""
        return proofs_about(self.points)

    @property
    def log(self) -> QuerySet[LogEntry]:
        """The admin's log entries about the lead."""
        if self.lead is None:
            return LogEntry.objects.none()
        return LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Lead), object_id=str(self.lead.pk))

    @cached_property
    def _reached_at(self) -> list[str]:
        return [text for text in (self.lead.phone, self.lead.email) if text] if self.lead else []

    @property
    def texts(self) -> list[str]:
        """The texts by which free text may name the person: phone with and without country code, addresses, full name."""
        lead = self.lead or Lead()
        return [text for text in (*self._reached_at, lead.phone[-DIGITS:], lead.address, self._whole_name) if text]

    @property
    def in_answers(self) -> list[str]:
        """The pieces of JSON to look for in stored API answers that may name the person."""
        as_json = json.dumps(self.lead_id, ensure_ascii=False)
        texts = [json.dumps(text, ensure_ascii=False)[1:-1] for text in self._reached_at]
        return [f'"lead_id":{as_json}', f'"value":{as_json}', *texts]

    @property
    def named(self) -> Named:
        """What names the lead in a row of a list: id, number, e-mail or postal address, or first and last name."""
        lead = self.lead or Lead()
        return Named(
            phones=frozenset(filter(None, [lead.phone])),
            emails=frozenset(filter(None, [lead.email])),
            words=frozenset(filter(None, [self.lead_id, lead.address, self._whole_name])),
            names=frozenset([lead.first_name, lead.last_name] if self._whole_name else []),
        )

    @property
    def _whole_name(self) -> str:
        lead = self.lead
        return f"{lead.first_name} {lead.last_name}" if lead and lead.first_name and lead.last_name else ""


def person(lead_id: str) -> Person:
    """Return the person whom we know by this lead id.

    Raises:
        LeadUnknown: nothing is on file under this id.

    """
    lead = Lead.objects.filter(lead_id=lead_id).first()
    found = Person(lead_id, lead)
    if lead is None and not (_is_named(lead_id) or found.messages.exists() or found.inbox.exists()):
        raise LeadUnknown
    points = _points(found)
    sharing: dict[int, list[str]] = {
        point.pk: people.others_with((point.kind, point.value), kind=people.LEAD, person_id=lead_id)
        for point in points
        if point.kind != Kind.LEAD and point.value
    }
    own = [point for point in points if not sharing.get(point.pk)]
    return Person(lead_id, lead, own, sorted({other for others in sharing.values() for other in others}), points)


def _is_named(lead_id: str) -> bool:
    return any(room.names(lead_id) for room in registry.rooms())


def _points(person: Person) -> list[ContactPoint]:
    """Return the points on file of the lead: its id, its number and address, and the senders' points of its messages."""
    lead = person.lead
    given = gate.points_of(phone=lead.phone, email=lead.email) if lead else []
    wrote_from = InboundMessage.objects.filter(lead_id=person.lead_id).values("subjects")
    return points_on_file([*given, (gate.LEAD, person.lead_id)], or_among=wrote_from)
