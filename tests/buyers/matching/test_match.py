"""Which buyers a deal is offered to, in which order, and who is never among them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from buyers.book.models import BuyBox, Buyer
from buyers.liquidity.models import BuyerLiquidityNode, BuyerRecord, LiquidityPrior
from buyers.liquidity.rates import day_of, weight_on
from buyers.matching.rules import Deal
from buyers.matching.services import match
from governance import gate
from governance.ledger.erasures import erase_point
from tests.buyers.matching import book
from tests.factories import BuyerFactory, DealSentFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
NOW = book.NOW
HOUSE = Deal(province="ON", market="TORONTO", property_type="SFR", price=Decimal(400_000), beds=3)


def buyer(buyer_id: str, market: str = "TORONTO", **changes: Any) -> Any:
    """A buyer with a box in a market. `heard` are fresh trials and successes of responding, and the same of buying."""
    heard = changes.pop("heard", None)
    box = {name: changes.pop(name) for name in list(changes) if hasattr(BuyBox, name) and name not in ("name", "id")}
    made: Any = BuyerFactory(buyer_id=buyer_id, **changes)
    BuyBox.objects.create(buyer=made, **box).places.create(province="ON", market=market)
    if heard:
        weight, day = weight_on(day_of(NOW)), day_of(NOW)
        trials, successes = heard
        sums = (trials * weight, successes * weight, trials * weight * weight, trials * weight * day)
        BuyerRecord.objects.create(
            buyer_id=buyer_id,
            **dict(zip((*book.KINDS["response"], *book.KINDS["close"]), (*sums, *sums), strict=True)),
        )
    return made


def ids(deal: Deal = HOUSE, **options: Any) -> list[str]:
    return [one["buyer_id"] for one in match(deal, now=NOW, **options)["matches"]]


def first(deal: Deal = HOUSE, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = match(deal, now=NOW, **options)["matches"][0]
    return found


# Order ------------------------------------------------------------------------------------------------------------------


def test_those_who_miss_nothing_come_first_and_the_more_probable_before_others() -> None:
    buyer("sure", heard=(20, 18))
    buyer("sure-but-misses", heard=(20, 20), max_price=Decimal(300_000))
    buyer("misses-two", heard=(20, 20), max_price=Decimal(300_000), min_beds=4)
    buyer("unlikely", heard=(20, 2))
    buyer("b-unheard-of")
    buyer("a-unheard-of")
    assert ids() == ["sure", "a-unheard-of", "b-unheard-of", "unlikely", "sure-but-misses", "misses-two"]
    assert [one["fits"] for one in match(HOUSE, now=NOW)["matches"]] == [True] * 4 + [False] * 2


def test_a_buyer_of_the_whole_province_is_a_candidate_and_one_of_another_market_or_type_is_not() -> None:
    buyer("anywhere", "ALL")
    buyer("ottawa", "OTTAWA")
    buyer("condos", property_types=["CONDO"])
    buyer("both", property_types=["CONDO", "SFR"])
    assert ids() == ["anywhere", "both"]


def test_a_type_is_no_part_of_another_types_name() -> None:
    buyer("semis", property_types=["SEMI_SFR"])
    assert ids() == []


def test_a_deal_of_a_whole_province_leaves_the_market_open() -> None:
    buyer("toronto")
    buyer("anywhere", "ALL")
    found = match(Deal(province="ON", property_type="SFR"), now=NOW)["matches"]
    assert {one["buyer_id"]: one["criteria"]["place"] for one in found} == {"toronto": "UNKNOWN", "anywhere": "MET"}


def test_a_buyer_is_judged_by_the_best_box() -> None:
    made = buyer("B1", max_price=Decimal(1))
    BuyBox.objects.create(buyer=made, name="second", max_price=Decimal(900_000)).places.create(province="ON", market="ALL")
    assert first()["criteria"] == {"place": "MET", "price": "MET"}
    assert match(HOUSE, now=NOW)["candidates"] == 1


@pytest.fixture
def random_book() -> book.Recount:
    book.fill(300, opted_out=30)
    return book.Recount()


def test_the_order_is_that_of_a_plain_recount_for_500_random_deals(random_book: book.Recount) -> None:
    assert random_book.gone
    for deal in book.deals(500):
        found, expected = match(deal, limit=1_000, now=NOW), random_book.matched(deal)
        assert [(one["buyer_id"], one["criteria"]) for one in found["matches"]] == [one[:2] for one in expected], deal
        assert found["candidates"] == len(expected)
        means = [one["probability"]["mean"] for one in found["matches"]]
        assert means == pytest.approx([one[2] for one in expected], abs=5e-7)


# What is known ----------------------------------------------------------------------------------------------------------


def test_a_buyers_prior_is_the_rate_of_the_deals_node_as_sure_as_buyers_are_alike() -> None:
    buyer("B1")
    places: list[tuple[str, str, str, float]] = [("CANADA", "", "", 0.1), ("PROVINCE", "ON", "", 0.2)]
    for level, province, market, mean in [*places, ("MARKET", "ON", "TORONTO", 0.3), ("BUYER", "", "", 0.9)]:
        LiquidityPrior.objects.create(
            **{"level": level, "province": province, "market": market, "fitted_at": NOW},
            **{"response_mean": mean, "response_strength": 3, "close_mean": mean / 2, "close_strength": 5},
        )
        expected = mean if level != "BUYER" else 0.3
        assert first()["response"]["mean"] == pytest.approx(expected)
        assert first()["close"]["mean"] == pytest.approx(expected / 2)
    wide = first()["response"]
    LiquidityPrior.objects.filter(level="BUYER").update(response_strength=300)
    sure = first()["response"]
    assert sure["high"] - sure["low"] < (wide["high"] - wide["low"]) / 3
    BuyerLiquidityNode.objects.create(
        province="ON", market="TORONTO", property_type="SFR", prior_response_mean=0.7, updated_at=NOW
    )
    assert first()["response"]["mean"] == pytest.approx(0.7)


def test_the_answer_says_when_the_buyer_was_contacted_last_and_whether_the_funds_are_good() -> None:
    proof: dict[str, Any] = {"funds_amount": Decimal(500_000), "funds_proved_on": NOW.date(), "funds_expire_on": NOW.date()}
    made = buyer("B1", name="", company="Maple Homes", language="fr", phone="", email="", **proof)
    assert first()["last_contacted_at"] is None
    for days in (3, 1, 2):
        DealSentFactory(buyer=made, sent_at=NOW - timedelta(days=days))
    found = first()
    assert found["last_contacted_at"] == NOW - timedelta(days=1)
    shown = {name: found[name] for name in ("name", "language", "reachable", "funds", "status", "rank")}
    expected = {"name": "Maple Homes", "language": "fr", "reachable": False, "funds": "GOOD", "status": "ACTIVE", "rank": 1}
    assert shown == expected
    made.phone = "+14165550123"
    made.save()
    assert first()["reachable"] is True


# Who is never in the answer ---------------------------------------------------------------------------------------------


def test_blocked_buyers_are_never_listed_and_paused_ones_only_when_asked_for() -> None:
    buyer("active")
    buyer("paused", status="PAUSED")
    buyer("blocked", status="BLOCKED")
    assert ids() == ["active"]
    assert ids(include_paused=True) == ["active", "paused"]


PHONE, ADDRESS = "+14165550123", "bo@example.com"


@pytest.mark.parametrize("channel", ["", "SMS", "CALL"])
@pytest.mark.parametrize("column", ["phone", "second_phone"])
def test_a_buyer_whose_number_opted_out_of_any_channel_is_not_listed(column: str, channel: str) -> None:
    buyer("B1", **{column: PHONE})
    gate.record_opt_out(points=[("PHONE", PHONE)], channel=channel, said_at=NOW - timedelta(days=1), act=Act("a person"))
    assert match(HOUSE, now=NOW) == {"candidates": 0, "matches": []}


@pytest.mark.parametrize("said", [ADDRESS, "Bo@Example.COM", " bo@example.com "])
@pytest.mark.parametrize("column", ["email", "second_email"])
def test_a_buyer_whose_address_opted_out_in_any_spelling_is_not_listed(column: str, said: str) -> None:
    buyer("B1", **{column: ADDRESS})
    gate.record_opt_out(points=[("EMAIL", said)], said_at=NOW - timedelta(days=1), act=Act("a person"))
    assert ids() == []


def test_a_buyer_who_opted_out_as_such_is_not_listed_and_a_lifted_opt_out_binds_nobody() -> None:
    buyer("B1")
    point = (gate.BUYER, "B1")
    gate.record_opt_out(points=[point], said_at=NOW - timedelta(days=2), act=Act("a person"))
    assert ids() == []
    gate.lift_opt_out(points=[point], act=Act("a person", reason="a mistake", at=NOW - timedelta(days=1)))
    assert ids() == ["B1"]


@pytest.mark.parametrize("spelling", ["+14165550123", "(416) 555-0123", "1-416-555-0123", "416.555.0123"])
def test_a_number_stays_refused_after_its_erasure_when_it_comes_again_in_any_spelling(
    operator: APIClient, spelling: str
) -> None:
    buyer("old", phone=PHONE)
    gate.record_opt_out(points=[("PHONE", PHONE)], said_at=NOW - timedelta(days=1), act=Act("a person"))
    erase_point(point_id=gate.ledger.ContactPoint.objects.get().pk, act=Act("a person"))
    Buyer.objects.update(phone="", email="")
    assert ids() == ["old"]  # nothing is known of it any more, and nothing reaches it
    given = {"buyer_id": "again", "province": "ON", "boxes": [{"places": [{"province": "ON"}]}]}
    assert operator.post("/api/buyers/book/upsert", {**given, "phone": spelling}, format="json").status_code == 201
    assert Buyer.objects.get(buyer_id="again").phone == PHONE
    assert ids() == ["old"]


def test_nobody_is_listed_if_the_ledger_cannot_be_read(settings: Any) -> None:
    buyer("B1")
    gate.record_opt_out(points=[("PHONE", PHONE)], act=Act("a person"))
    settings.CONTACT_DIGEST_KEY = "another key"
    with pytest.raises(gate.LedgerUnreadable):
        match(HOUSE, now=NOW)


# Exploring --------------------------------------------------------------------------------------------------------------


def crowd() -> None:
    """Twenty buyers who are known well, and twenty of whom little is known."""
    for n in range(20):
        buyer(f"known-{n:02}", heard=(50, 40))
        buyer(f"new-{n:02}")


def test_a_share_of_the_places_goes_to_buyers_of_whom_little_is_known() -> None:
    crowd()
    assert not any(one["explored"] for one in match(HOUSE, limit=10, now=NOW)["matches"])
    found = match(HOUSE, limit=10, explore=Decimal("0.25"), seed="a request", now=NOW)["matches"]
    explored = [one["buyer_id"] for one in found if one["explored"]]
    assert len(found) == 10
    assert len(explored) == 3  # rounded up
    assert all(name.startswith("new-") for name in explored)


def test_a_repetition_with_the_same_seed_ranks_alike_also_later_and_after_a_new_buyer() -> None:
    crowd()
    options: dict[str, Any] = {"limit": 10, "explore": Decimal("0.5"), "seed": "a request"}
    before = ids(**options)
    assert ids(**options) == before
    later = match(HOUSE, now=NOW + timedelta(seconds=30), **options)["matches"]
    assert [one["buyer_id"] for one in later] == before
    assert any(ids(**{**options, "seed": f"request {n}"}) != before for n in range(3))
    buyer("zz", min_beds=9)
    assert ids(**options) == before


def test_exploring_keeps_those_who_miss_nothing_first() -> None:
    for n in range(10):
        buyer(f"fits-{n}", heard=(50, 10))
        buyer(f"new-{n}", max_price=Decimal(1))
    found = match(HOUSE, limit=10, explore=Decimal("0.5"), seed="a request", now=NOW)["matches"]
    assert [one["fits"] for one in found] == [True] * 5 + [False] * 5


def test_if_too_few_buyers_are_unknown_the_others_get_the_places() -> None:
    for n in range(10):
        buyer(f"known-{n}", heard=(50, 10))
    buyer("new", max_price=Decimal(1))
    found = match(HOUSE, limit=8, explore=Decimal(1), seed="a request", now=NOW)["matches"]
    assert [one["buyer_id"] for one in found if one["explored"]] == ["new"]
    assert len(found) == 8


# Cost -------------------------------------------------------------------------------------------------------------------


def test_the_number_of_queries_does_not_depend_on_the_number_of_buyers() -> None:
    asked = set()
    for n in range(3):
        for number in range(10**n):
            buyer(f"B{n}-{number}", heard=(5, 2))
        match(HOUSE, now=NOW)  # the rows that govern are kept from now on
        with CaptureQueriesContext(connection) as captured:
            match(HOUSE, explore=Decimal("0.2"), now=NOW)
        asked.add(counted(captured))
    assert asked == {queries("match a deal")}
