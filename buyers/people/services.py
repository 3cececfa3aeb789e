"""Verbs of buyers as persons: export what is on file, and erase it, as for leads.

The facts about an erased buyer stay, known by id, without anything that names the person. Opt-outs stay by digest.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from buyers.book.boxes import boxes_of
from buyers.book.lookups import CONTACTS
from buyers.book.models import BuyBox, BuyBoxPlace, Buyer
from buyers.book.signals import buyer_erased, envelope_of
from buyers.book.storing import hold_writers
from buyers.people.subjects import on_file
from governance import gate, people
from governance.decisions import ExecutionClass, verb
from governance.gate.ledger import forget_points
from wholesale.plumbing.act import Act
from wholesale.plumbing.answers import erase_answers, kept_answers
from wholesale.plumbing.importing.persons import erase_from_imports, in_imports, lock_imports
from wholesale.plumbing.json_files import row_of

# The personal columns of a buyer, and their values after an erasure. Province and market stay, for the statistics.
_EMPTY: dict[str, Any] = {
    **dict.fromkeys(("name", "company", *CONTACTS, "zone", "source", "notes"), ""),
    **dict.fromkeys(("funds_amount", "funds_proved_on", "funds_expire_on")),
    "status": Buyer.Status.BLOCKED,
}


@dataclass(frozen=True, slots=True)
class BuyerErasure:
    """The result of an erasure: the numbers of the things that it removed."""

    buyer_id: str
    points: int = 0  # numbers and addresses that nobody else has
    boxes: int = 0
    texts: int = 0  # words and proofs of the ledger
    files: int = 0  # imports that waited
    refused_rows: int = 0
    answers: int = 0  # API answers kept for repeated requests
    shared_with: tuple[str, ...] = ()  # others with the same number or address, which stays until they are erased too


@verb(ExecutionClass.READ)
def export_buyer(buyer_id: str, *, now: datetime | None = None) -> dict[str, Any]:
    """Return all that is on file about a buyer, as plain values.

    Raises:
        BuyerNotOnFile: nothing is on file under this id.

    """
    whom = on_file(buyer_id)
    boxes = boxes_of([whom.buyer.pk]) if whom.buyer else {}
    return {
        "buyer_id": buyer_id,
        "exported_at": now or timezone.now(),
        "buyer": row_of(whom.buyer) if whom.buyer else None,
        "boxes": [
            {"name": name, **box, "places": [str(place) for place in box["places"]]}
            for theirs in boxes.values()
            for name, box in theirs.items()
        ],
        "shared_with": whom.shared_with,
        "contact_points": [row_of(point) for point in whom.points],
        "ledger": [row_of(record) for record in whom.records],
        "proofs": [row_of(proof) for proof in whom.proofs],
        "deals_sent": [row_of(sent) for sent in whom.deals_sent],
        "feedback": [row_of(event) for event in whom.feedback],
        **in_imports(whom.named),
        "answers": list(kept_answers(whom.in_answers).values("created_at", "body")),
        "admin_log": list(whom.log.values("action_time", "object_repr", "change_message")),
    }


@verb(ExecutionClass.RECORD)
@transaction.atomic
def erase_buyer(buyer_id: str, *, act: Act) -> BuyerErasure:
    """Erase a person whom we know as a buyer. An erasure cannot be undone. Erasing a buyer again erases what came since.

    The buyer's row stays, empty and BLOCKED, without a buy box. What the buyer did and which deals were offered stays, known
    by id. The act's reason must not name the person.

    Raises:
        BuyerNotOnFile: nothing is on file under this id.
        ImportUnderWay: a file that names the person is being imported at this moment.

    """
    lock_imports()
    hold_writers()
    whom = on_file(buyer_id)
    files, refused_rows = erase_from_imports(whom.named)
    list(Buyer.objects.filter(buyer_id=buyer_id).select_for_update().values_list("pk"))
    whom.log.update(object_repr=buyer_id)
    answers = erase_answers(whom.in_answers)
    told = envelope_of("buyer_erased", whom.buyer or buyer_id, act, texts=whom.texts)
    buyer_erased.send(sender=Buyer, envelopes=[told])
    gate.contact_points([(people.BUYER, buyer_id)], act)
    points = forget_points(on_file(buyer_id).points, act=act)  # what nobody else has
    BuyBoxPlace.objects.filter(box__buyer__buyer_id=buyer_id).delete()
    _, removed = BuyBox.objects.filter(buyer__buyer_id=buyer_id).delete()
    Buyer.objects.filter(buyer_id=buyer_id).update(**_EMPTY, changed_by=act.actor, user=act.user, updated_at=act.now)
    return BuyerErasure(
        buyer_id,
        points=points.points,
        boxes=removed.get(BuyBox._meta.label, 0),
        texts=points.texts,
        files=files,
        refused_rows=refused_rows,
        answers=answers,
        shared_with=tuple(whom.shared_with),
    )
