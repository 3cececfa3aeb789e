"""Land transfer tax, to the cent: published examples, each rule of the table, and both sides of each change."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.deals.taxes.brackets import brackets_of
from offers.deals.taxes.files import installed
from offers.deals.taxes.models import TransferTax
from offers.deals.taxes.rules import TaxOfTransfer as Found
from offers.deals.taxes.rules import Transfer, land_transfer_tax
from offers.deals.taxes.words import Kind
from wholesale.plumbing.vocabulary import Province, normalise_word

DATA = Path(__file__).parents[2] / "data"
SCHEDULES = [TransferTax(**row).schedule for row in installed() if row["enabled"]]
TODAY = date(2026, 11, 30)
# The days of the examples' versions.
DAYS = {
    "any": TODAY,
    "2024": date(2024, 7, 1),
    "2025 thresholds": date(2025, 7, 1),
    "2026": date(2026, 7, 1),
    "2022+": TODAY,
    "before 2020": date(2019, 7, 1),
    "before 2024-10-20": date(2024, 10, 19),
    "2024-01-01..2026-03-31": date(2026, 3, 31),
}
# The examples call some municipalities by their whole name; the product knows them by their market's.
MARKETS = {"HALIFAX_REGIONAL_MUNICIPALITY": "HALIFAX", "CAPE_BRETON_REGIONAL_MUNICIPALITY": "SYDNEY"}


def found(province: str = "ON", price: int | str = 450_000, on: date = TODAY, **known: Any) -> Found:
    """The tax of a sale by the installed schedules."""
    return land_transfer_tax(SCHEDULES, Transfer(province=province, on=on, price=Decimal(price), **known))


def examples() -> Iterator[Any]:
    """The published examples that the table should match."""
    with (DATA / "ltt_examples.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["check_against_table"] in ("match", "not independent"):
                yield pytest.param(row, id=f"{row['jurisdiction']}-{row['version']}-{row['price']}-{row['what']}")


def place_of(jurisdiction: str) -> dict[str, str]:
    province, _, municipality = jurisdiction.replace("+", "-", 1).partition("-")
    word = normalise_word(municipality) if municipality else ""
    return {"province": province, **({"municipality": MARKETS.get(word, word)} if word else {})}


@pytest.mark.parametrize("row", list(examples()))
def test_the_tax_agrees_to_the_cent_with_published_examples(row: dict[str, str]) -> None:
    what = row["what"]
    day = DAYS[row["version"]] if row["version"] in DAYS else date.fromisoformat(row["version"].rstrip("+"))
    known: dict[str, Any] = place_of(row["jurisdiction"])
    if "mortgage" in what:
        known["mortgage"] = Decimal(what.rsplit(maxsplit=1)[1].replace(",", ""))
    if "assessed" in what:
        known["assessed_value"] = Decimal(100_000)
    if "assurance" in what:
        known["last_value"] = Decimal(80_000)
    tax = found(price=row["price"], on=day, **known)
    due: Decimal | None = tax.known
    if "assurance fee only" in what:
        [due] = [part.amount for part in tax.parts if part.kind == Kind.INCREASE]
    left_out = 50 if "without the $50 base" in what else 0
    assert due is not None
    assert due - left_out == Decimal(row["tax"])


@pytest.mark.parametrize(
    ("province", "known", "due"),
    [
        # DOMAIN's table: 450,000 in 2026.
        ("ON", {"municipality": "HAMILTON"}, "5475.00"),
        ("ON", {"municipality": "TORONTO"}, "10950.00"),
        ("BC", {}, "7000.00"),
        ("MB", {}, "6650.00"),
        ("QC", {}, "4860.50"),
        ("QC", {"municipality": "MONTREAL"}, "4860.50"),
        ("AB", {}, "500.00"),
        ("SK", {}, "1800.00"),
        ("NB", {}, "4500.00"),
        ("PE", {}, "4500.00"),
        ("NL", {}, "1898.00"),
        ("NT", {}, "900.00"),
        ("NU", {}, "675.00"),
        ("YT", {}, "150.00"),
        ("NS", {"municipality": "HALIFAX"}, "6750.00"),
    ],
)
def test_each_province_taxes_by_its_own_schedule(province: str, known: dict[str, Any], due: str) -> None:
    assert found(province, **known).tax == Decimal(due)


def test_every_province_has_a_schedule() -> None:
    assert {row["province"] for row in installed()} == set(Province.values)


@pytest.mark.parametrize(
    ("known", "due"),
    [
        ({"units": 1}, "48975.00"),
        ({"units": 2}, "48975.00"),
        ({"units": 3}, "46475.00"),  # the tier of 2.5% is for one or two residences
        ({"is_residential": False}, "46475.00"),
        ({"units": None}, None),
    ],
)
def test_in_ontario_the_class_of_the_land_decides(known: dict[str, Any], due: str | None) -> None:
    tax = found(price=2_500_000, municipality="HAMILTON", **known).tax
    assert tax == (None if due is None else Decimal(due))


@pytest.mark.parametrize(
    ("known", "due"),
    [({}, "118000.00"), ({"is_residential": False}, "98000.00")],
)
def test_in_british_columbia_only_residential_land_pays_the_highest_rate(known: dict[str, Any], due: str) -> None:
    assert found("BC", 4_000_000, **known).tax == Decimal(due)


@pytest.mark.parametrize(
    ("province", "known", "due"),
    [
        ("QC", {"assessed_value": 500_000}, "5610.50"),  # the greater of the two
        ("QC", {"assessed_value": 400_000}, "4860.50"),
        ("QC", {"assessed_value": 400_000, "comparative_factor": "1.25"}, "5610.50"),
        ("QC", {"market_value": 500_000}, "4860.50"),
        ("NB", {"assessed_value": 500_000}, "5000.00"),
        ("PE", {"assessed_value": 500_000}, "5000.00"),
        ("BC", {"market_value": 500_000}, "8000.00"),
        ("BC", {"market_value": 400_000}, "7000.00"),
        ("BC", {"assessed_value": 500_000}, "7000.00"),
        ("MB", {"market_value": 500_000}, "7650.00"),
        ("AB", {"market_value": 500_000}, "550.00"),
        ("AB", {"assessed_value": 500_000}, "550.00"),
        ("ON", {"assessed_value": 500_000, "market_value": 500_000, "municipality": "HAMILTON"}, "5475.00"),
        ("NS", {"assessed_value": 500_000, "municipality": "HALIFAX"}, "6750.00"),
    ],
)
def test_the_assessed_and_the_market_value_count_where_the_law_says(province: str, known: dict[str, Any], due: str) -> None:
    values: Any = {name: value if name == "municipality" else Decimal(value) for name, value in known.items()}
    assert found(province, **values).tax == Decimal(due)


def test_montreals_factor_of_2025_raises_the_assessed_value() -> None:
    tax = found("QC", 100_000, date(2025, 6, 1), municipality="MONTREAL", assessed_value=Decimal(100_000))
    assert [part.base for part in tax.parts if part.kind == Kind.TAX] == [Decimal("108000.00")]


@pytest.mark.parametrize(
    ("province", "price", "before", "due_before", "due"),
    [
        ("ON", 3_500_000, date(2026, 3, 31), "152950.00", "157450.00"),  # Toronto
        ("AB", 450_000, date(2024, 10, 19), "230.00", "500.00"),
        ("QC", 450_000, date(2024, 12, 31), "4982.50", "4903.50"),
        ("QC", 450_000, date(2025, 12, 31), "4903.50", "4860.50"),
    ],
)
def test_the_day_of_closing_decides(province: str, price: int, before: date, due_before: str, due: str) -> None:
    where = {"municipality": "TORONTO"} if province == "ON" else {}
    assert found(province, price, before, **where).tax == Decimal(due_before)
    assert found(province, price, date.fromordinal(before.toordinal() + 1), **where).tax == Decimal(due)


@pytest.mark.parametrize(
    ("province", "on"),
    [("ON", date(2016, 12, 31)), ("QC", date(2027, 1, 1)), ("NT", date(2020, 6, 1)), ("SK", date(2020, 1, 1))],
)
def test_a_day_that_the_table_does_not_cover_is_unknown_and_not_0(province: str, on: date) -> None:
    tax = found(province, on=on, municipality="ALL")
    assert (tax.tax, tax.total, tax.known) == (None, None, 0)
    assert tax.unknown


@pytest.mark.parametrize(
    ("buyer", "known", "due"),
    [
        ("FOREIGN", {"municipality": "HAMILTON"}, "117975.00"),  # 5,475 and 25%
        ("FOREIGN", {"municipality": "TORONTO"}, "168450.00"),  # and Toronto's 10%
        ("FOREIGN", {"municipality": "TORONTO", "units": 7}, "10950.00"),
        ("NON_RESIDENT", {"municipality": "TORONTO"}, "10950.00"),
    ],
)
def test_foreign_buyers_pay_ontarios_surcharges(buyer: str, known: dict[str, Any], due: str) -> None:
    assert found(buyer=buyer, **known).tax == Decimal(due)


def test_british_columbias_surcharge_is_for_some_districts_and_on_the_foreign_share() -> None:
    assert found("BC", buyer="FOREIGN").tax is None
    assert found("BC", buyer="FOREIGN", district="PEACE_RIVER").tax == 7_000
    assert found("BC", buyer="FOREIGN", district="CAPITAL").tax == 97_000
    assert found("BC", buyer="FOREIGN", district="CAPITAL", buyer_share=Decimal("0.5")).tax == 52_000


@pytest.mark.parametrize(
    ("on", "known", "due"),
    [
        (TODAY, {}, "51750.00"),  # 1.5% and 10%
        (TODAY, {"buyer": "FOREIGN"}, "51750.00"),
        (TODAY, {"buyer": "RESIDENT"}, "6750.00"),
        (TODAY, {"units": 4}, "6750.00"),
        (TODAY, {"assessed_value": Decimal(500_000)}, "56750.00"),
        (TODAY, {"buyer_share": Decimal("0.5")}, "29250.00"),
        (date(2025, 3, 31), {}, "29250.00"),
    ],
)
def test_who_lives_outside_nova_scotia_pays_its_surcharge(on: date, known: dict[str, Any], due: str) -> None:
    assert found("NS", on=on, **{"municipality": "HALIFAX", "buyer": "NON_RESIDENT", **known}).tax == Decimal(due)


@pytest.mark.parametrize(
    ("province", "price", "known", "due"),
    [
        ("PE", 30_000, {}, "0.00"),
        ("PE", "30000.01", {}, "300.00"),
        ("PE", 2_000_000, {}, "20000.00"),  # the row from memory is off
        ("SK", 500, {}, "0.00"),
        ("SK", 6_300, {}, "25.00"),
        ("SK", "6300.01", {}, "25.20"),
        ("YT", "99999.99", {}, "50.00"),
        ("YT", 100_000, {}, "150.00"),
        ("NL", 10_000_000, {}, "5000.00"),
        ("NL", 200_001, {}, "898.40"),
        ("NL", 100, {}, "100.00"),
        ("NT", 10_000, {}, "100.00"),
        ("NU", 10_000, {}, "60.00"),
        ("AB", "5000.01", {}, "60.00"),
        ("ON", "55000.50", {"municipality": "HAMILTON"}, "275.01"),  # 275.005, half-up
    ],
)
def test_edges_steps_and_bounds_are_as_the_table_says(province: str, price: Any, known: dict[str, Any], due: str) -> None:
    assert found(province, price, **known).tax == Decimal(due)


@pytest.mark.parametrize(
    ("province", "price", "known", "is_known"),
    [
        ("ON", 450_000, {}, False),  # it may be Toronto
        ("ON", 450_000, {"municipality": "HAMILTON"}, True),
        ("QC", 500_000, {"municipality": "LAVAL"}, True),
        ("QC", 500_001, {"municipality": "LAVAL"}, False),  # a by-law may charge more above 500,000
        ("QC", 500_001, {}, False),
        ("QC", 800_000, {"municipality": "COMMON_3PCT"}, True),
        ("NS", 450_000, {}, False),
        ("NS", 450_000, {"municipality": "LUNENBURG"}, False),
        ("NS", 450_000, {"municipality": "KENTVILLE"}, True),
    ],
)
def test_a_municipality_that_may_have_its_own_tax_makes_it_unknown(
    province: str, price: int, known: dict[str, Any], is_known: bool
) -> None:
    assert (found(province, price, **known).tax is not None) is is_known


def test_what_is_known_of_an_unknown_tax_is_said_beside_it() -> None:
    tax = found("ON")
    assert (tax.tax, tax.known) == (None, Decimal("5475.00"))
    assert tax.unknown == ("ON: the tax of the municipality, which is not named, is not in the table",)


def test_a_registration_fee_that_is_not_known_leaves_the_total_open_and_not_the_tax() -> None:
    tax = found("MB", 150_000)
    assert (tax.tax, tax.total, tax.known) == (Decimal("900.00"), None, Decimal("900.00"))


def test_what_was_taken_for_want_of_a_value_is_said() -> None:
    assert "The market value is not given: it counts where it is above the price." in found("BC").assumed
    assert found("BC", market_value=Decimal(1), buyer="FOREIGN").assumed == ()


def test_the_installed_schedules_have_the_rates_of_the_table() -> None:
    with (DATA / "land_transfer_tax.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["verified"] != "memory" and row["jurisdiction"] != "PE"]
    # PE's one rate stands above its exemption here.
    rates = {(one.province, bracket.start, bracket.rate) for one in SCHEDULES for bracket in one.brackets}
    lacking = [
        row
        for row in rows
        if Decimal(row["rate"])
        and (row["jurisdiction"][:2], Decimal(row["bracket_from"]), Decimal(row["rate"])) not in rates
    ]
    assert lacking == []


@given(
    price=st.decimals("0.01", "50000000", places=2),
    more=st.decimals("0", "1000000", places=2),
    province=st.sampled_from(Province.values),
)
def test_a_higher_price_is_never_taxed_less(price: Decimal, more: Decimal, province: str) -> None:
    low, high = (found(province, str(amount), municipality="TORONTO") for amount in (price, price + more))
    assert 0 <= low.known <= high.known


@pytest.mark.parametrize("text", ["1%", "5: 1%", "0: 1%; 0: 2%", "0: 1%; 5: x", "0: -1%", "0: 1e3%", "0: 1", ";"])
def test_a_text_that_is_no_list_of_brackets_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"part|begin"):
        brackets_of(text)
