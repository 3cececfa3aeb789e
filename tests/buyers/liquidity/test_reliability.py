"""How reliable a buyer is: derived from what the buyer did about deals."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from buyers.liquidity.reliability import Reliability, reliability_of
from tests.factories import NOON, BuyerFactory, DealSentFactory, FeedbackFactory
from tests.query_counts import counted

pytestmark = pytest.mark.django_db


def did(*events: str, deal: str | None = "D1", buyer: str = "B1", day: float = 0) -> None:
    for event in events:
        FeedbackFactory.create(buyer_id=buyer, event=event, deal_ref=deal, created_at=NOON + timedelta(days=day))


def sent(deal: str = "D1", *, day: float) -> None:
    DealSentFactory.create(buyer_id="B1", buyer=None, deal_ref=deal, sent_at=NOON + timedelta(days=day))


def figures(buyer: str = "B1") -> tuple[int, int, Decimal | None]:
    return reliability_of([buyer])[buyer]


def test_a_buyer_who_did_nothing_has_no_deal() -> None:
    assert figures() == Reliability(0, 0, None) == (0, 0, None)


@pytest.mark.parametrize(
    ("events", "closed", "fell_through"),
    [
        (["BOUGHT"], 1, 0),
        (["BOUGHT", "BOUGHT"], 1, 0),
        (["RESPONDED", "PASSED"], 0, 0),
        (["BOUGHT", "PASSED"], 0, 1),
        (["PASSED", "BOUGHT"], 1, 0),
        (["BOUGHT", "PASSED", "BOUGHT"], 1, 0),
        (["BOUGHT", "RESPONDED", "NO_RESPONSE"], 1, 0),
    ],
)
def test_the_last_word_about_a_deal_counts(events: list[str], closed: int, fell_through: int) -> None:
    did(*events)
    assert figures()[:2] == (closed, fell_through)


def test_a_purchase_that_names_no_deal_is_a_deal_of_its_own() -> None:
    did("BOUGHT", "BOUGHT", "PASSED", deal=None)
    assert figures() == (2, 0, None)


def test_deals_and_buyers_are_kept_apart() -> None:
    did("BOUGHT", deal="D1")
    did("PASSED", deal="D2")
    did("PASSED", deal="D1", buyer="B2")
    assert reliability_of(["B1", "B2", "B3"]) == {"B1": (1, 0, None), "B2": (0, 0, None), "B3": (0, 0, None)}


def test_the_days_to_close_go_from_the_first_sending_to_the_purchase_that_stands() -> None:
    sent(day=3)
    sent(day=1)
    did("BOUGHT", day=4)
    did("PASSED", day=5)
    did("BOUGHT", day=8.5)
    did("BOUGHT", day=20)
    assert figures() == (1, 0, Decimal("7.5"))


def test_the_median_is_over_closed_deals_that_were_sent_before() -> None:
    for deal, sent_on, bought_on in (("D1", 0, 2), ("D2", 0, 10), ("D3", 0, 5), ("late", 9, 2)):
        sent(deal, day=sent_on)
        did("BOUGHT", deal=deal, day=bought_on)
    did("BOUGHT", deal="never sent", day=50)
    sent("D4", day=0)
    did("BOUGHT", "PASSED", deal="D4", day=30)
    assert figures() == (5, 1, Decimal(5))


def test_a_page_of_buyers_takes_one_query() -> None:
    buyers = [BuyerFactory.create().buyer_id for _ in range(20)]
    for buyer in buyers:
        did("BOUGHT", "PASSED", buyer=buyer)
    with CaptureQueriesContext(connection) as captured:
        found = reliability_of(buyers)
    assert (counted(captured), len(found)) == (1, 20)
