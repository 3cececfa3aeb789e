"""Random verbs on offers, and what must hold after any of them in any order and at any moment."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from django.db import connection

from governance.policies import upsert
from governance.risk.models import RiskPolicy, RiskReservation
from kpi.models import KPIEvent
from offers.deals.life import services
from offers.deals.life.states import FINAL, OPEN, TRANSITIONS, State
from offers.models import Offer, OfferEvent
from tests.factories import BuyerFactory, EvidenceFactory, OfferFactory
from tests.offers.deals.lives import TORONTO, open_market
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError

BUYER = "B1"
# The verbs that lead on from each state, the others being refused. Expiry depends on the time.
LEADING: dict[str, tuple[str, ...]] = {
    State.DRAFT: ("send", "send", "send", "fail"),
    State.SENT: ("accept", "accept", "counter", "reject", "expire"),
    State.COUNTERED: ("accept", "accept", "counter", "reject", "fail"),
    State.EXPIRED: ("accept",),
    State.ACCEPTED: ("contract", "contract", "fail"),
    State.CONTRACTED: ("assign", "assign", "close", "fail"),
    State.ASSIGNED: ("close", "close", "assign", "fail"),
}
VERBS = ("send", "counter", "accept", "reject", "contract", "assign", "close", "fail", "expire")
CAP = Decimal(400_000)  # of some 100,000 each, three offers fit

# In one statement, so that both sums are of the same moment.
_SUMS = f"""
SELECT (SELECT COALESCE(sum(CASE stake WHEN 'offer' THEN amount ELSE fee END), 0) FROM offers_offer
        WHERE state IN ({", ".join(f"'{state.value}'" for state in OPEN)})),
       (SELECT COALESCE(sum(open_risk_reserved), 0) FROM governance_riskday WHERE engine = 'WHOLESALE'),
       (SELECT COALESCE(sum(open_risk_reserved), 0) FROM governance_riskday WHERE engine = 'GLOBAL')
"""


def ready(count: int, stakes: Sequence[str] = ("offer",), cap: Decimal = CAP) -> list[int]:
    """Open the market under a cap, and return the ids of so many drafts. The policy's stake is the first of these."""
    policy = open_market(stake=stakes[0])
    upsert(RiskPolicy, engine="WHOLESALE", max_open_risk=cap, act=Act("test"))
    BuyerFactory.create(buyer_id=BUYER)
    evidence = EvidenceFactory.create(policy=policy, **TORONTO)
    return [OfferFactory.create(evidence=evidence, amount=Decimal(100_000 + n)).pk for n in range(count)]


def verb_for(offer_id: int, number: int) -> str:
    """Return a verb by a random number: three in four lead on from the offer's state, if any does."""
    leading = LEADING.get(Offer.objects.get(pk=offer_id).state, VERBS) if number % 4 else VERBS
    return leading[number // 4 % len(leading)]


def do(verb: str, offer_id: int, share: float, now: datetime) -> bool:
    """Carry out a verb; the amounts that it needs are this share of their largest. Return whether it was not refused."""
    act, amount = Act("ann", at=now), round(Decimal(share) * 280_000 + 1, 2)
    more: dict[str, Any] = {
        "counter": {"amount": amount},
        "assign": {"buyer_id": BUYER},
        "close": {"realized_profit": round(Decimal(share) * 20_000 - 10_000, 2)},
        "fail": {"realized_loss": round(Decimal(share) * 100, 2) if share > 0.5 else Decimal(0)},
    }
    try:
        if verb == "expire":
            services.expire_offers(act=act)
        else:
            getattr(services, f"{verb}_offer")(offer_id=offer_id, **more.get(verb, {}), act=act)
    except DomainError:
        return False
    return True


def any_verb(luck: Random, offer_ids: list[int], since: datetime) -> bool:
    """Carry out a random verb on a random offer, at a random time within two months. In the place of an offer that has ended
    a new one is drafted now and then."""
    now, place = since + timedelta(hours=luck.randrange(24 * 60)), luck.randrange(len(offer_ids))
    offer_id = offer_ids[place]
    if luck.random() < 0.5 and (ended := Offer.objects.filter(pk=offer_id, state__in=FINAL).first()):
        evidence_id, amount = ended.evidence_id, Decimal(luck.randrange(50_000, 200_000))
        offer_ids[place] = services.draft_offer(evidence_id=evidence_id, amount=amount, act=Act("ann", at=now)).pk
    return do(verb_for(offer_id, luck.randrange(1000)), offer_id, luck.random(), now)


def assert_risk_is_what_is_open() -> None:
    """What is reserved is what the open offers put at stake, at this moment."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS)
        stakes, wholesale, everywhere = (round(Decimal(str(value)), 2) for value in cursor.fetchone())
    assert stakes == wholesale == everywhere


def assert_lives_are_sound() -> None:
    """Each offer went by the table of transitions, counted at most once, and has its reservation while it is open."""
    assert_risk_is_what_is_open()
    told = Counter(KPIEvent.objects.filter(subject_type="offer").values_list("subject_id", "metric"))
    reservations = RiskReservation.objects.in_bulk()
    for offer in Offer.objects.all():
        events = list(OfferEvent.objects.filter(offer=offer).order_by("seq"))
        steps = [(State(event.from_state), State(event.to_state)) for event in events]
        assert [event.seq for event in events] == list(range(1, offer.last_seq + 1))
        assert set(steps) <= TRANSITIONS
        assert all(before[1] == after[0] for before, after in pairwise(steps))
        assert [State.DRAFT, *(to for _, to in steps)][-1] == offer.state
        for metric in ("offer_accept_rate", "contract_rate", "roi_event"):
            assert told[str(offer.pk), metric] <= 1
        assert told[str(offer.pk), "offer_accept_rate"] == (offer.acceptance_told_at is not None)
        assert told[str(offer.pk), "contract_rate"] == (offer.contract_told_at is not None)
        if offer.reservation_id is not None:
            is_settled = reservations.pop(offer.reservation_id).settled_at is not None
            assert is_settled is (offer.state in FINAL)
    assert all(other.settled_at for other in reservations.values())  # those from before an acceptance that came late
