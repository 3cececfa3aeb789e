"""Storing buyers and their buy boxes: one way for the API, forms and files, the spelling of values, and refusals."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.serializers import ValidationError

from buyers.book.fields import BoxesField, BuyerFileRow, BuyerRow, Place
from buyers.book.models import BuyBox, BuyBoxPlace, Buyer
from buyers.book.services import upsert_buyer
from buyers.book.signals import buyers_changed
from buyers.book.storing import store_file, store_one
from governance.clocks.models import MarketZone
from governance.lists.kinds import StoreResult
from tests.factories import NOON, BuyerFactory
from tests.query_counts import counted
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope
from wholesale.plumbing.errors import RequiredParameter

LATER = NOON + timedelta(days=1)
ROW = {
    "buyer_id": " B1 ",
    "name": "Bo Chen",
    "company": "Chen Homes",
    "phone": "(416) 555-0123",
    "second_phone": "1 416 555 0124",
    "email": "Bo@Example.ca",
    "province": "on",
    "market": "Toronto",
    "language": "EN",
    "status": "paused",
    "funds_amount": "900000",
    "funds_proved_on": "2026-11-01",
    "funds_expire_on": "2027-01-31",
    "notes": "Closes in two weeks.",
    "places": "ON TORONTO; Hamilton, ON; qc",
    "property_types": "sfr, Semi-Detached",
    "min_price": "200000",
    "max_price": "600000",
    "max_arv_share": "0.70",
    "min_beds": "3",
    "min_baths": "1.5",
    "exit": "flip",
    "financing": "cash",
}
BOX: dict[str, Any] = {"places": [Place("ON", "TORONTO")], "property_types": ["SFR"], "max_price": Decimal(500_000)}
db = pytest.mark.django_db


def settings_of(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A file's row, checked, by its buyer's id."""
    checked: dict[str, Any] = BuyerFileRow().run_validation(row)
    return {checked.pop("buyer_id"): checked}


def stored(buyer_id: str = "B1") -> dict[str, Any]:
    return dict(Buyer.objects.values().get(buyer_id=buyer_id))


def boxes() -> list[Any]:
    return [*BuyBox.objects.values(), *BuyBoxPlace.objects.values()]


def places(buyer_id: str = "B1", name: str = "") -> list[str]:
    return [str(place) for place in BuyBoxPlace.objects.filter(box__buyer__buyer_id=buyer_id, box__name=name)]


@pytest.fixture
def told() -> Any:
    """The envelopes of the signals that are sent."""
    heard: list[Envelope] = []

    def hear(envelopes: list[Envelope], **of: Any) -> None:
        heard.extend(envelopes)

    buyers_changed.connect(hear)
    yield heard
    buyers_changed.disconnect(hear)


# Spelling and refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ON", [Place("ON")]),
        ("on toronto", [Place("ON", "TORONTO")]),
        ("ON: Toronto | QC Trois-Rivières", [Place("ON", "TORONTO"), Place("QC", "TROIS_RIVIERES")]),
        ("St. John's, NL; St. John's (NL)", [Place("NL", "ST_JOHNS")]),
        ('[{"province": "BC"}, "AB Calgary"]', [Place("AB", "CALGARY"), Place("BC")]),
    ],
)
def test_the_places_of_a_box_may_be_a_text(text: str, expected: list[Place]) -> None:
    assert BuyerFileRow().run_validation({"buyer_id": "B1", "places": text})["box"]["places"] == expected


@pytest.mark.parametrize(
    ("row", "field", "message"),
    [
        ({"phone": "555"}, "phone", "valid phone number"),
        ({"second_phone": "555"}, "second_phone", "valid phone number"),
        ({"second_email": "bo"}, "second_email", "valid email"),
        ({"funds_amount": "900000"}, "funds_expire_on", "needs its amount, its date and its expiry"),
        ({"funds_amount": 1, "funds_proved_on": "2026-11-02", "funds_expire_on": "2026-11-01"}, "funds_expire_on", "before"),
        ({"places": "ON, QC"}, "places", "ON, QC: Must be a province, or a province and a market"),
        ({"places": "Toronto"}, "places", "Toronto: Must be a province"),
        ({"property_types": "SFR; !"}, "property_types", "!: Must be 1 to 64 letters"),
        ({"min_price": "2", "max_price": "1"}, "max_price", "Must not be below min_price."),
        ({"min_year_built": "1990", "max_year_built": "1950"}, "max_year_built", "Must not be below min_year_built."),
        ({"max_arv_share": "7"}, "max_arv_share", "less than or equal to 1"),
        ({"min_beds": "3.5"}, "min_beds", "valid integer"),
        ({"exit": "burn"}, "exit", "Must be one of FLIP, RENTAL, LAND."),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(row: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        BuyerFileRow().run_validation({"buyer_id": "B1", **row})
    details: Any = refusal.value.detail
    assert message in str(details[field][0])


def test_a_wrong_value_of_a_box_is_named_with_its_box() -> None:
    with pytest.raises(ValidationError) as refusal:
        BoxesField().run_validation([{}, {"places": [{"province": "ZZ"}], "max_price": "x"}])
    details: Any = refusal.value.detail
    assert {1} == details.keys()
    assert details[1].keys() == {"places", "max_price"}


def test_two_boxes_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="same name"):
        BoxesField().run_validation([{"min_price": 1}, {"min_price": 2}])


# Buyers -----------------------------------------------------------------------------------------------------------------


@db
def test_a_row_becomes_a_buyer_with_each_value_in_its_one_spelling(user_of: Callable[..., Any]) -> None:
    user = user_of("operator")

    store_file(settings_of(ROW), Act("bryan", user=user, at=NOON))

    assert {name: value for name, value in stored().items() if name != "id"} == {
        "buyer_id": "B1",
        "name": "Bo Chen",
        "company": "Chen Homes",
        "phone": "+14165550123",
        "second_phone": "+14165550124",
        "email": "bo@example.ca",
        "second_email": "",
        "province": "ON",
        "market": "TORONTO",
        "zone": "",
        "language": "en",
        "status": "PAUSED",
        "funds_amount": Decimal("900000.00"),
        "funds_proved_on": date(2026, 11, 1),
        "funds_expire_on": date(2027, 1, 31),
        "source": "",
        "notes": "Closes in two weeks.",
        "changed_by": "bryan",
        "user_id": user.pk,
        "created_at": NOON,
        "updated_at": NOON,
    }
    box = BuyBox.objects.get()
    assert places() == ["ON HAMILTON", "ON TORONTO", "QC ALL"]
    assert (box.name, box.property_types, box.min_price, box.max_beds) == ("", ["SEMI_DETACHED", "SFR"], 200_000, None)
    assert (box.max_arv_share, box.min_baths, box.exit) == (Decimal("0.7"), Decimal("1.5"), "FLIP")


@db
def test_storing_the_same_row_again_changes_nothing() -> None:
    store_file(settings_of(ROW), Act("bryan", at=NOON))
    before = [stored(), *boxes()]

    result = store_file(settings_of(ROW), Act("somebody else", at=LATER))

    assert result["B1"].outcome is StoreResult.UNCHANGED
    assert [stored(), *boxes()] == before


@db
@pytest.mark.parametrize("nothing", ["", "  "])
def test_an_empty_value_keeps_the_stored_one(nothing: str) -> None:
    store_file(settings_of(ROW), Act("bryan", at=NOON))
    before, kept = stored(), boxes()

    store_file(settings_of({**dict.fromkeys(ROW, nothing), "buyer_id": "B1", "name": "Bob"}), Act("va1", at=LATER))

    assert stored() == {**before, "name": "Bob", "changed_by": "va1", "updated_at": LATER}
    assert boxes() == kept


@db
def test_a_new_buyer_needs_its_province() -> None:
    result = store_file({"B1": {"name": "Bo"}, "B2": {"province": "QC"}}, Act())

    assert (result["B1"].outcome, result["B2"].outcome) == (StoreResult.NO_PROVINCE, StoreResult.CREATED)
    assert (stored("B2")["language"], stored("B2")["market"], stored("B2")["status"]) == ("fr", "ALL", "ACTIVE")
    with pytest.raises(RequiredParameter) as refusal:
        upsert_buyer(buyer_id="B1", name="Bo", act=Act())
    assert (refusal.value.attr, Buyer.objects.count()) == ("province", 1)


@db
def test_another_name_of_a_market_becomes_the_markets_own_name() -> None:
    MarketZone.objects.filter(province="ON", market="TORONTO").update(other_names=["GTA"])

    store_file(settings_of({"buyer_id": "B1", "province": "ON", "market": "gta", "places": "ON GTA; ON TORONTO"}), Act())

    assert (stored()["market"], places()) == ("TORONTO", ["ON TORONTO"])


@db
def test_a_dry_run_reports_the_results_and_stores_nothing() -> None:
    BuyerFactory.create(buyer_id="B1", name="Bo", province="ON")
    store_one("B2", {"province": "ON", "boxes": [BOX]}, Act())
    before: list[Any] = [*Buyer.objects.values(), *boxes()]
    rows: dict[str, Any] = {
        "B1": {"name": "Al"},
        "B2": {"box": {"max_price": Decimal(1)}},
        "B3": {"province": "ON"},
        "B4": {},
    }

    results = store_file(rows, Act(), dry_run=True)

    assert [one.outcome.value for one in results.values()] == ["updated", "updated", "created", "no province"]
    assert [*Buyer.objects.values(), *boxes()] == before


@db
def test_a_change_is_told_by_the_names_of_what_changed(told: list[Envelope]) -> None:
    store_file({"B1": {"province": "ON", "name": "Bo", "boxes": [BOX]}, "B2": {"province": "ON"}}, Act(at=NOON))
    store_file({"B1": {"name": "Bob", "province": "ON", "boxes": []}, "B2": {"province": "ON"}}, Act(at=LATER))

    assert [(one.name, one.subject.id, one.facts) for one in told] == [
        ("buyer_changed", "B1", {"created": True, "names": ["boxes", "name", "province"]}),
        ("buyer_changed", "B2", {"created": True, "names": ["province"]}),
        ("buyer_changed", "B1", {"created": False, "names": ["boxes", "name"]}),
    ]


@db
def test_a_single_upsert_can_empty_a_value() -> None:
    BuyerFactory.create(buyer_id="B1", funds_amount=1, funds_proved_on=NOON.date(), funds_expire_on=NOON.date())

    nothing = {"funds_amount": None, "funds_proved_on": None, "funds_expire_on": None}
    upsert_buyer(buyer_id="B1", phone="", **nothing, act=Act())

    assert (stored()["phone"], stored()["funds_amount"]) == ("", None)


# Boxes ------------------------------------------------------------------------------------------------------------------


@db
def test_the_boxes_of_a_list_replace_all_boxes() -> None:
    store_one("B1", {"province": "ON", "boxes": [{"name": "a", **BOX}, {"name": "b", **BOX}]}, Act("one", at=NOON))
    [first, _] = BuyBox.objects.all()

    changed = {"boxes": [{"name": "a", **BOX}, {"name": "c", "places": [Place("QC")]}]}
    store_one("B1", changed, Act("two", at=LATER))

    assert [box.name for box in BuyBox.objects.all()] == ["a", "c"]
    assert BuyBox.objects.get(name="a").pk == first.pk
    assert (places(name="a"), places(name="c")) == (["ON TORONTO"], ["QC ALL"])
    assert (stored()["changed_by"], stored()["updated_at"]) == ("two", LATER)


@db
def test_the_box_of_a_file_replaces_the_box_without_a_name_as_a_whole() -> None:
    store_one("B1", {"province": "ON", "boxes": [BOX, {"name": "cottages", **BOX}]}, Act())

    result = store_file(settings_of({"buyer_id": "B1", "min_price": "5"}), Act())

    assert result["B1"].outcome is StoreResult.UPDATED
    unnamed = BuyBox.objects.get(name="")
    assert (unnamed.min_price, unnamed.max_price, unnamed.property_types) == (5, None, [])
    assert places() == ["ON ALL"]  # where the buyer lives, because the row names no place
    assert places(name="cottages") == ["ON TORONTO"]


@db
def test_an_empty_list_removes_all_boxes() -> None:
    store_one("B1", {"province": "ON", "boxes": [BOX]}, Act())

    store_one("B1", {"boxes": []}, Act())

    assert boxes() == []


@db
def test_a_thousand_buyers_with_boxes_take_as_many_statements_as_ten() -> None:
    def statements(size: int, price: int) -> int:
        box = {"places": [Place("ON", "TORONTO"), Place("QC")], "max_price": Decimal(price)}
        given = {f"S{size}-{n}": {"province": "ON", "box": box} for n in range(size)}
        with CaptureQueriesContext(connection) as captured:
            store_file(given, Act())
        return counted(captured)

    # SQLite writes some hundreds of rows a statement. Only PostgreSQL takes all at once.
    growth = 0 if connection.vendor == "postgresql" else 60
    few = statements(10, 1)
    assert statements(1_000, 1) <= few + growth
    assert statements(1_000, 2) <= statements(10, 2) + growth
    assert few <= 12
    assert BuyBox.objects.filter(max_price=2).count() == 1_010
    assert BuyBoxPlace.objects.count() == 2_020


def test_the_columns_of_a_file_keep_the_buyers_own_names() -> None:
    assert BuyerRow().fields.keys() <= BuyerFileRow().fields.keys()
