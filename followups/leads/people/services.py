"""Verbs of persons: export what is on file, and erase it (PIPEDA 4.9 and 4.5.3; Quebec's P-39.1, ss. 27 and 28).

The facts about an erased person stay, known by id, without anything that names the person. Opt-outs stay by digest.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from followups.leads.events.models import LeadEventWords
from followups.leads.inbox.models import InboxItem
from followups.leads.models import Lead, LeadReopeningWords
from followups.leads.people import registry
from followups.leads.people.messages import ERASED, erase_messages
from followups.leads.people.subjects import Person, person
from followups.leads.signals import envelope_of, person_erased
from followups.leads.storing import hold_writers
from governance import gate
from governance.decisions import ExecutionClass, verb
from governance.gate import lock_points_known_by
from governance.gate.ledger import forget_points
from wholesale.plumbing.act import Act
from wholesale.plumbing.answers import erase_answers, kept_answers
from wholesale.plumbing.importing.persons import erase_from_imports, in_imports, lock_imports
from wholesale.plumbing.json_files import row_of

# The personal columns of a lead, and their values after an erasure. Province and market stay, for the statistics.
_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("first_name", "last_name", "phone", "email", "address", "postal_code", "zone", "source"), ""),
    **{"phone_is_wrong": False, "email_is_wrong": False, "wrong_contacts": [], "score": None, "status": Lead.Status.DEAD},
}


@dataclass(frozen=True, slots=True)
class Erasure:
    """The result of an erasure: the numbers of the things that it removed."""

    lead_id: str
    cancelled_steps: int = 0  # of the ladder that was open
    points: int = 0  # numbers and addresses that nobody else has
    texts: int = 0  # notes, reasons, places of proof
    messages: int = 0
    files: int = 0  # imports that waited
    refused_rows: int = 0
    answers: int = 0  # API answers kept for repeated requests
    shared_with: tuple[str, ...] = ()  # others with the same number or address, which stays until they are erased too


@verb(ExecutionClass.READ)
def export_person(lead_id: str, *, now: datetime | None = None) -> dict[str, Any]:
    """Return all that is on file about a person, as plain values.

    Raises:
        LeadUnknown: nothing is on file under this id.

    """
    whom = person(lead_id)
    return {
        "lead_id": lead_id,
        "exported_at": now or timezone.now(),
        "lead": row_of(whom.lead) if whom.lead else None,
        "shared_with": whom.shared_with,
        "contact_points": [row_of(point) for point in whom.points],
        "ledger": [row_of(record) for record in whom.records],
        "proofs": [row_of(proof) for proof in whom.proofs],
        **{name: [row_of(row) for row in rows] for room in registry.rooms() for name, rows in room.rows(lead_id).items()},
        "messages": [row_of(message) for message in whom.messages],
        "replies": [row_of(reply) for reply in whom.replies],
        "inbox": [row_of(item) for item in whom.inbox],
        "reopenings": [row_of(reopening) for reopening in whom.reopenings],
        "events": [row_of(event) for event in whom.events],
        "decisions": [row_of(decision) for decision in whom.decisions],
        **in_imports(whom.named),
        "answers": list(kept_answers(whom.in_answers).values("created_at", "body")),
        "admin_log": list(whom.log.values("action_time", "object_repr", "change_message")),
    }


@verb(ExecutionClass.RECORD)
@transaction.atomic
def erase_person(lead_id: str, *, act: Act) -> Erasure:
    """Erase a person whom we know as a lead. An erasure cannot be undone. Erasing a person again erases what came since.

    The open ladder closes. An undecided doubtful message becomes an opt-out, because nobody can decide it without its text.
    The lead's row stays, empty and DEAD. All facts stay, known by id. The act's reason is kept: it must not name the person.

    Raises:
        LeadUnknown: nothing is on file under this id.
        ImportUnderWay: a file that names the person is being imported at this moment.

    """
    lock_imports()
    hold_writers()
    lock_points_known_by([point.digest for point in person(lead_id).points])
    whom = person(lead_id)
    files, refused_rows = erase_from_imports(whom.named)
    list(Lead.objects.filter(lead_id=lead_id).select_for_update().values_list("pk"))
    cancelled = sum(room.close(lead_id, act, reason=ERASED) for room in registry.rooms())
    texts = _erase_words(whom)
    messages, decisions = erase_messages(whom.messages, act)
    _erase_inbox(whom)
    whom.log.update(object_repr=lead_id)
    answers = erase_answers(whom.in_answers)
    person_erased.send(sender=Lead, envelopes=[envelope_of("person_erased", whom.lead or lead_id, act, texts=whom.texts)])
    gate.contact_points([(gate.LEAD, lead_id)], act)
    points = forget_points(person(lead_id).points, act=act)  # what nobody else has
    Lead.objects.filter(lead_id=lead_id).update(**_EMPTY, changed_by=act.actor, user=act.user, updated_at=act.now)
    return Erasure(
        lead_id,
        cancelled_steps=cancelled,
        points=points.points,
        texts=texts + decisions + points.texts,
        messages=messages,
        files=files,
        refused_rows=refused_rows,
        answers=answers,
        shared_with=tuple(whom.shared_with),
    )


def _erase_words(whom: Person) -> int:
    """Erase notes and reasons in all rooms, and return the number of rows."""
    words = LeadReopeningWords.objects.filter(reopening__lead_id=whom.lead_id).delete()[0]
    words += LeadEventWords.objects.filter(event__lead_id=whom.lead_id).delete()[0]
    return words + sum(room.erase_words(whom.lead_id) for room in registry.rooms())


def _erase_inbox(whom: Person) -> None:
    """Empty the texts of the person's inbox items. If an item has no message and no task, its detail becomes ERASED."""
    for item in whom.inbox.only("pk", "message", "task"):
        said = "" if item.message_id or item.task_id else ERASED
        InboxItem.objects.filter(pk=item.pk).update(detail=said, done_reason="")
