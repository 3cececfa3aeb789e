"""Verbs of persons: give out what is on file about one, and erase it (PIPEDA 4.9 and 4.5.3; Quebec's P-39.1, ss. 27 and 28).

An erased person's ledgers stay whole: who did what when, by id, with no word of whom. Its opt-outs hold by digest.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from followups.cancelling import cancel_open_ladders
from followups.history import Act
from followups.inbound.rules import Meaning
from followups.inbound.services import decide_inbound
from followups.leads.models import InboundDecisionWords, Lead, LeadReopeningWords
from followups.leads.storing import hold_writers
from followups.models import FollowupLadder, FollowupTask, InboxItem, TaskEventWords
from followups.people.files import erase_from_imports, lock_imports, refused_of, waiting_for
from followups.people.subjects import Person, person, row_of
from followups.signals import person_erased
from governance import gate
from governance.compliance.models import ContactPoint
from governance.compliance.services import forget_words, lock_points_known_by
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.answers import erase_answers, kept_answers
from wholesale.plumbing.wordings import is_own

ERASED = "erased"
# Personal columns of a lead, and what is left in them. The place of the market stays, for the figures.
_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("first_name", "last_name", "phone", "email", "address", "postal_code", "zone", "source"), ""),
    **{"phone_is_wrong": False, "email_is_wrong": False, "wrong_contacts": [], "score": None, "status": Lead.Status.DEAD},
}


@dataclass(frozen=True, slots=True)
class Erasure:
    """How much was erased."""

    lead_id: str
    cancelled_steps: int = 0  # of the ladder that was open
    points: int = 0  # numbers and addresses that nobody else has
    texts: int = 0  # notes, reasons, places of proof
    messages: int = 0
    files: int = 0  # imports that waited
    refused_rows: int = 0
    answers: int = 0  # kept for repeated requests
    shared_with: tuple[str, ...] = ()  # leads that have its number or address too: there it stays until they are erased


@verb(ExecutionClass.READ)
def export_person(lead_id: str, *, now: datetime | None = None) -> dict[str, Any]:
    """All that is on file about a person, as plain values.

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
        "ladders": [row_of(ladder) for ladder in whom.ladders],
        "tasks": [row_of(task) for task in whom.tasks],
        "events": [row_of(event) for event in whom.events],
        "attempts": [row_of(attempt) for attempt in whom.attempts],
        "messages": [row_of(message) for message in whom.messages],
        "replies": [row_of(reply) for reply in whom.replies],
        "inbox": [row_of(item) for item in whom.inbox],
        "reopenings": [row_of(reopening) for reopening in whom.reopenings],
        "decisions": [row_of(decision) for decision in whom.decisions],
        "refused_rows": [{"import": pk, "rows": rows} for pk, rows in refused_of(whom).items()],
        "files": [{"import": row.pk, "file_name": row.file_name, "state": row.state} for row in waiting_for(whom)],
        "answers": list(kept_answers(whom.in_answers).values("created_at", "body")),
        "admin_log": list(whom.log.values("action_time", "object_repr", "change_message")),
    }


@verb(ExecutionClass.RECORD)
@transaction.atomic
def erase_person(
    lead_id: str,
    reason: str,
    *,
    actor: str = "system",
    user: User | None = None,
    correlation_id: str | None = None,
    now: datetime | None = None,
) -> Erasure:
    """Forget a person whom we know as a lead, for good. Again it erases what came since.

    The open ladder closes. A doubtful message that nobody has decided becomes an opt-out: by what could it be decided later?
    The lead's row stays, empty and DEAD, as do all facts by id. `reason` is kept: it must not name the person.

    Raises:
        LeadUnknown: nothing is on file under this id.
        ImportUnderWay: a file that names the person is being imported at this moment.

    """
    lock_imports()
    hold_writers()
    lock_points_known_by([point.digest for point in person(lead_id).points])
    act = Act.of(actor, user, correlation_id, now or timezone.now())
    whom = person(lead_id)
    signature: dict[str, Any] = {"actor": actor, "user": user, "correlation_id": act.correlation_id, "now": act.now}
    files, refused_rows = erase_from_imports(whom)
    list(Lead.objects.filter(lead_id=lead_id).select_for_update().values_list("pk"))
    list(whom.ladders.order_by("pk").select_for_update().values_list("pk"))
    cancelled = cancel_open_ladders([lead_id], act=act, reason=ERASED)
    for message in whom.messages.filter(meaning=Meaning.DOUBTFUL, decided_at__isnull=True).order_by("pk"):
        decide_inbound(message.pk, Meaning.OPT_OUT, ERASED, **signature)
    texts = _erase_texts(whom)
    whom.replies.filter(sent_at__isnull=True).delete()  # what was not sent goes out no more
    messages = whom.messages.exclude(text="", as_sent={}).count()
    _erase_inbox(whom)
    whom.messages.update(text="", as_sent={}, decided_reason="")
    whom.log.update(object_repr=lead_id)
    answers = erase_answers(whom.in_answers)
    person_erased.send(sender=Lead, texts=whom.texts)
    gate.contact_points([(gate.LEAD, lead_id)])
    points = _erase_points(lead_id, reason, signature)
    Lead.objects.filter(lead_id=lead_id).update(**_EMPTY, changed_by=actor, user=user, updated_at=act.now)
    return Erasure(
        lead_id,
        cancelled_steps=cancelled,
        points=points.count,
        texts=texts + points.texts,
        messages=messages,
        files=files,
        refused_rows=refused_rows,
        answers=answers,
        shared_with=tuple(whom.shared_with),
    )


@dataclass(frozen=True, slots=True)
class _Points:
    count: int
    texts: int


def _erase_points(lead_id: str, reason: str, signature: dict[str, Any]) -> _Points:
    """Empty what nobody else has; what it is known by stays, and so does the lead's id."""
    rows = person(lead_id).points
    reached = [row for row in rows if row.kind != ContactPoint.Kind.LEAD]
    ContactPoint.objects.filter(pk__in=[row.pk for row in reached]).update(value=None)
    new = [row for row in rows if row.kind == ContactPoint.Kind.LEAD or row.value is not None]
    return _Points(len([row for row in reached if row.value is not None]), forget_words(new, reason=reason, **signature))


def _erase_texts(whom: Person) -> int:
    """Notes and reasons, wherever they stand."""
    words = TaskEventWords.objects.filter(event__task__lead_id=whom.lead_id).delete()[0]
    words += InboundDecisionWords.objects.filter(decision__message__in=whom.messages.values("pk")).delete()[0]
    words += LeadReopeningWords.objects.filter(reopening__lead_id=whom.lead_id).delete()[0]
    words += FollowupTask.objects.filter(lead_id=whom.lead_id).exclude(note="").update(note="")
    words += FollowupLadder.objects.filter(lead_id=whom.lead_id).exclude(reason="").update(reason="")
    theirs = [task.pk for task in whom.tasks.only("cancel_reason") if not is_own(task.cancel_reason)]
    return words + FollowupTask.objects.filter(pk__in=theirs).update(cancel_reason="")


def _erase_inbox(whom: Person) -> None:
    """What waits stays in the inbox, without a word of whom. An item about nothing else must say something."""
    for item in whom.inbox.only("pk", "message", "task"):
        said = "" if item.message_id or item.task_id else ERASED
        InboxItem.objects.filter(pk=item.pk).update(detail=said, done_reason="")


def told(erasure: Erasure) -> dict[str, Any]:
    """How much was erased, as plain values."""
    return asdict(erasure)
