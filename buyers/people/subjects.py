"""Finding all rows about a buyer, in every table that may name the person."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet

from buyers.book.errors import BuyerNotOnFile
from buyers.book.lookups import CONTACTS, EMAILS, PHONES, points_of
from buyers.book.models import Buyer
from buyers.liquidity.models import BuyerFeedbackEvent, DealSent
from governance import people
from governance.gate.ledger import ConsentProof, ContactPoint, ContactRecord, lines_about, points_on_file, proofs_about
from wholesale.plumbing.importing.persons import DIGITS, Named


@dataclass(frozen=True)
class BuyerOnFile:
    """A person whom we know as a buyer, with the rows about the person."""

    buyer_id: str
    buyer: Buyer | None  # None: only feedback or the ledger names the id
    points: list[ContactPoint] = field(default_factory=list)  # the buyer's own, that nobody else has
    shared_with: list[str] = field(default_factory=list)  # others with the same number or address

    @property
    def feedback(self) -> QuerySet[BuyerFeedbackEvent]:
        """What the buyer did."""
        return BuyerFeedbackEvent.objects.filter(buyer_id=self.buyer_id)

    @property
    def deals_sent(self) -> QuerySet[DealSent]:
        """The deals that were offered to the buyer."""
        return DealSent.objects.filter(buyer_id=self.buyer_id)

    @property
    def records(self) -> QuerySet[ContactRecord]:
        """The ledger lines about the buyer's own points."""
        return lines_about(self.points)

    @property
    def proofs(self) -> QuerySet[ConsentProof]:
        """The proofs of the buyer's consents."""
        return proofs_about(self.points)

    @property
    def log(self) -> QuerySet[LogEntry]:
        """The admin's log entries about the buyer."""
        if self.buyer is None:
            return LogEntry.objects.none()
        return LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(Buyer), object_id=str(self.buyer.pk))

    @property
    def named(self) -> Named:
        """What names the buyer in a row of a list: id, numbers, e-mail addresses, or the name, in one cell or in parts."""
        parts = self._full_name.split()
        return Named(
            phones=self._values(PHONES),
            emails=self._values(EMAILS),
            words=frozenset(filter(None, [self.buyer_id, self._full_name])),
            names=frozenset(parts),
        )

    @property
    def texts(self) -> list[str]:
        """The texts by which free text may name the person: numbers with and without country code, addresses, the name."""
        phones = sorted(self._values(PHONES))
        return [
            text
            for text in (*phones, *(one[-DIGITS:] for one in phones), *sorted(self._values(EMAILS)), self._full_name)
            if text
        ]

    @property
    def in_answers(self) -> list[str]:
        """The pieces of JSON to look for in stored API answers that may name the person."""
        as_json = json.dumps(self.buyer_id, ensure_ascii=False)
        texts = [json.dumps(text, ensure_ascii=False)[1:-1] for text in sorted(self._values(CONTACTS))]
        return [f'"buyer_id":{as_json}', f'"value":{as_json}', *texts]

    @property
    def _full_name(self) -> str:
        """The name, if it has several parts: a single one may be anybody's."""
        return self.buyer.name if self.buyer and " " in self.buyer.name else ""

    def _values(self, names: tuple[str, ...]) -> frozenset[str]:
        return frozenset(filter(None, (getattr(self.buyer, name) for name in names))) if self.buyer else frozenset()


def on_file(buyer_id: str) -> BuyerOnFile:
    """Return the person whom we know by this buyer id.

    Raises:
        BuyerNotOnFile: nothing is on file under this id.

    """
    buyer = Buyer.objects.filter(buyer_id=buyer_id).first()
    found = BuyerOnFile(buyer_id, buyer)
    given: dict[str, Any] = {name: getattr(buyer, name) for name in CONTACTS} if buyer else {}
    points = points_on_file([*points_of(given), (people.BUYER, buyer_id)])
    if buyer is None and not (points or found.feedback.exists() or found.deals_sent.exists()):
        raise BuyerNotOnFile
    sharing = {
        point.pk: people.others_with((point.kind, point.value), kind=people.BUYER, person_id=buyer_id)
        for point in points
        if point.kind in (ContactPoint.Kind.PHONE, ContactPoint.Kind.EMAIL) and point.value
    }
    own = [point for point in points if not sharing.get(point.pk)]
    return BuyerOnFile(buyer_id, buyer, own, sorted({other for others in sharing.values() for other in others}))
