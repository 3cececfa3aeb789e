"""The buyers that match a deal, as plain values for the template: how probable each is, why, what was asked and answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from buyers.book.models import Buyer
from buyers.liquidity.deals import questions_to
from buyers.liquidity.figures import Event
from buyers.liquidity.models import BuyerFeedbackEvent, DealSent
from buyers.matching.rules import BoxVerdict, Deal, Funds
from buyers.matching.services import match
from governance import gate, people
from governance.channels import Channel
from offers.deals.life.models import Offer
from wholesale.console.timeline.parts import WayToPerson, way_of
from wholesale.plumbing.showing import shown_rate

SHOWN = 20  # buyers that match; those who were asked are shown beside them
ASKED_MAX = 200  # sendings, and answers, of a deal that are read
CRITERIA: Mapping[str, Any] = {
    "place": gettext_lazy("place"),
    "property_type": gettext_lazy("property type"),
    "price": gettext_lazy("price"),
    "arv_share": gettext_lazy("share of ARV"),
    "repairs": gettext_lazy("repairs"),
    "beds": gettext_lazy("beds"),
    "baths": gettext_lazy("baths"),
    "area": gettext_lazy("living area"),
    "lot": gettext_lazy("lot"),
    "year_built": gettext_lazy("year built"),
}
ANSWERS = (Event.RESPONDED, Event.BOUGHT, Event.PASSED, Event.NO_RESPONSE)
FEATURES = ("beds", "baths", "area", "lot", "year_built")
_WORDS = {  # of a line of why
    BoxVerdict.MET.value: gettext_lazy("Fits: %(criteria)s"),
    BoxVerdict.MISSED.value: gettext_lazy("Misses: %(criteria)s"),
    BoxVerdict.UNKNOWN.value: gettext_lazy("Not known of the deal: %(criteria)s"),
}


@dataclass(frozen=True, slots=True)
class Chance:
    """A probability with its 90% interval, in words."""

    mean: str
    low: str
    high: str

    @classmethod
    def of(cls, found: Mapping[str, float]) -> "Chance":
        """Make it of the figures of a match."""
        return cls(*(shown_rate(found[name]) for name in ("mean", "low", "high")))


@dataclass(slots=True)
class MatchedBuyer:
    """A buyer that matches the deal, or was asked about it: a row of the table."""

    buyer_id: str
    name: str
    link: str = ""  # of the buyer's page; empty where the book has none
    rank: int | None = None  # None: asked, but not among those who match best
    probability: Chance | None = None
    response: Chance | None = None
    close: Chance | None = None
    why: Sequence[tuple[str, str]] = ()  # a verdict of the box's criteria, and the line that says it
    funds: str = ""
    contacted_at: datetime | None = None  # when any deal was last sent to the buyer
    ways: Sequence[WayToPerson] = ()
    asked: Sequence[DealSent] = ()  # about this deal, the last first
    answers: Sequence[BuyerFeedbackEvent] = field(default_factory=list)  # about this deal, the last first
    refusal: str = ""  # why the last act on the row was refused

    @property
    def seen(self) -> int:
        """The id of the last sending that the row shows, or 0."""
        return self.asked[0].pk if self.asked else 0

    @property
    def heard(self) -> int:
        """The id of the last answer that the row shows, or 0."""
        return self.answers[0].pk if self.answers else 0


def deal_of(offer: Offer) -> Deal:
    """Return an offer as the deal that buyers are asked about. They are asked the price that the seller gets and our fee."""
    evidence = offer.evidence
    subject = (evidence.arv_json or {}).get("subject") or {}
    features = {name: subject.get(name) for name in FEATURES}
    if features["baths"] is not None:
        features["baths"] = Decimal(str(features["baths"]))
    return Deal(
        province=offer.province,
        market=offer.market,
        property_type=offer.property_type,
        price=offer.amount + offer.fee,
        arv=offer.arv,
        repairs=evidence.repairs,
        **features,
    )


def place_of(offer: Offer) -> dict[str, str]:
    """Return the place and the property type of the deal, by name."""
    return {"province": offer.province, "market": offer.market, "property_type": offer.property_type}


def matched_of(offer: Offer, now: datetime) -> tuple[list[MatchedBuyer], int]:
    """Return the buyers that match the deal, the best first, then others who were asked about it, and how many match in all.

    Takes 11 queries: 6 of the match, and one each for what was sent, what was answered, who they are, what the gate needs to
    know of them, and its answer. Nothing is written.
    """
    found = match(deal_of(offer), limit=SHOWN, now=now)
    sent = _by_buyer(DealSent.objects.filter(deal_ref=offer.deal_name))
    said = _by_buyer(BuyerFeedbackEvent.objects.filter(deal_ref=offer.deal_name, buyer_id__isnull=False))
    matches = {one["buyer_id"]: one for one in found["matches"]}
    ids = list(dict.fromkeys([*matches, *sent, *said]))
    buyers = {one.buyer_id: one for one in Buyer.objects.filter(buyer_id__in=ids)} if ids else {}
    ways = _ways(ids, now)
    rows = []
    for buyer_id in ids:
        row = _row(buyer_id, buyers.get(buyer_id), matches.get(buyer_id))
        row.asked, row.answers, row.ways = sent.get(buyer_id, ()), said.get(buyer_id, []), ways.get(buyer_id, ())
        rows.append(row)
    return rows, found["candidates"]


def _by_buyer(rows: Any) -> dict[str, list[Any]]:
    """The newest of these rows by buyer, the last first."""
    found: dict[str, list[Any]] = {}
    for row in rows.order_by("-id")[:ASKED_MAX]:
        found.setdefault(row.buyer_id, []).append(row)
    return found


def _row(buyer_id: str, buyer: Buyer | None, found: Mapping[str, Any] | None) -> MatchedBuyer:
    link = reverse("admin:buyers_buyer_change", args=[buyer.pk]) if buyer else ""
    row = MatchedBuyer(buyer_id, str(buyer or buyer_id), link)
    if found is None:
        return row
    row.rank, row.contacted_at = found["rank"], found["last_contacted_at"]
    row.probability, row.response, row.close = (Chance.of(found[name]) for name in ("probability", "response", "close"))
    row.why, row.funds = _why(found["criteria"]), str(Funds(found["funds"]).label)
    return row


def _why(criteria: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the buyer's best box says of the deal: a line for each verdict."""
    lines = []
    for verdict in (BoxVerdict.MISSED.value, BoxVerdict.MET.value, BoxVerdict.UNKNOWN.value):
        names = [str(CRITERIA[name]) for name, given in criteria.items() if given == verdict]
        if names:
            lines.append((verdict.lower(), str(_WORDS[verdict]) % {"criteria": ", ".join(names)}))
    return lines or [("met", _("The box bounds nothing"))]


def _ways(ids: Sequence[str], now: datetime) -> dict[str, list[WayToPerson]]:
    """The ways to each buyer of the book, with the answers that `send_deal` would get. Takes two queries."""
    found = people.load(people.BUYER, ids) if ids else {}
    questions = {buyer_id: questions_to(person) for buyer_id, person in found.items()}
    contacts = [one for own in questions.values() for one in own.values() if one]
    answers = iter(gate.decide_contacts(contacts, at=now) if contacts else [])
    return {
        buyer_id: [
            way_of(next(answers)) if asked else WayToPerson(Channel(channel), False, False, [_("nothing on file")], None, "")
            for channel, asked in own.items()
        ]
        for buyer_id, own in questions.items()
    }
