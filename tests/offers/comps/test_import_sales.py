"""Files of sales: what their words mean, what becomes of their rows, and that the same file again changes nothing."""

import gzip
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from governance.lists.upserting import ListReport
from offers.comps.cells import cell_of
from offers.comps.fields import COLUMNS
from offers.comps.lists import files, imports
from offers.comps.lists.exports import SaleResource
from offers.comps.lists.importer import SALES
from offers.comps.lists.services import upsert_sales
from offers.comps.lists.words import COLUMN_OF, value_of
from offers.comps.models import Sale, SaleImport
from tests.factories import NOON, MarketZoneFactory, SaleFactory
from tests.offers.comps.sold import DATA
from tests.staff import signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.files import Format, open_list
from wholesale.plumbing.importing.texts import key_of

pytestmark = pytest.mark.django_db
ACT = Act("test", at=NOON)
HEADER = "sale_id,province,sold_on,price,property_type"
ROW = "S1,ON,2026-01-15,500000,SFR"


def brought(text: str, **options: Any) -> ListReport:
    rows = open_list(io.BytesIO(text.encode()), Format.CSV, files.SALES, NOON).rows
    return upsert_sales(rows, act=ACT, **options)


def counts(report: ListReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.refused


def reasons(report: ListReport) -> list[str]:
    return [one.reason for one in report.refused_rows]


def run(path: Path, *options: str) -> str:
    out = io.StringIO()
    try:
        call_command("import_sales", str(path), *options, stdout=out)
    except CommandError as error:
        return out.getvalue() + f"error: {error}"
    return out.getvalue()


def test_a_row_becomes_a_sale() -> None:
    house = {"Type": "Detached", "Sq Ft": "1,450", "Bedrooms": "3", "Bathrooms": "2.5", "Condition": "Renovated"}
    place = {"Ville": "Toronto, ON", "Province": "Ontario", "Lat": "43.65", "Lng": "-79.38", "Postal Code": "m5v 2t6"}
    sale = {"MLS Number": "W123", "Sold Date": "2026-01-15", "Sold Price": "$512,500", "Address": "14 Elm St"}
    cells = {**sale, **place, **house}
    assert counts(brought(f"{';'.join(cells)}\n{';'.join(cells.values())}\n")) == (1, 0, 0, 0)
    stored = Sale.objects.get()
    assert (stored.sale_id, stored.source, stored.province, stored.market) == ("W123", "", "ON", "TORONTO")
    assert (stored.sold_on, stored.price, stored.property_type) == (date(2026, 1, 15), Decimal(512_500), "SFR")
    assert (stored.living_area_sqft, stored.beds, stored.baths) == (1450, 3, Decimal("2.5"))
    assert (stored.latitude, stored.longitude) == (43.65, -79.38)
    assert (stored.cell_y, stored.cell_x) == cell_of(43.65, -79.38)
    assert (stored.postal_area, stored.property_id, stored.condition) == ("M5V", "14 Elm St", "RENOVATED")
    assert (stored.arms_length, stored.changed_by, stored.created_at) == (True, "test", NOON)


def test_the_same_file_again_changes_nothing() -> None:
    text = f"{HEADER},baths,latitude,longitude\n{ROW},1.5,43.651234,-79.381234\n"
    assert counts(brought(text)) == (1, 0, 0, 0)
    assert counts(brought(text)) == (0, 0, 1, 0)


def test_a_sale_is_known_by_its_source_and_id() -> None:
    text = f"{HEADER},source\n{ROW},TRREB\n{ROW},OREA\n{ROW},TRREB\n"
    report = brought(text)
    assert counts(report) == (2, 0, 0, 1)
    assert "Row 2 has the same sale" in reasons(report)[0]
    assert set(Sale.objects.values_list("source", "sale_id")) == {("TRREB", "S1"), ("OREA", "S1")}


def test_what_is_empty_keeps_what_is_stored() -> None:
    brought(f"{HEADER},beds\n{ROW},3\n")
    assert counts(brought("sale_id,price,beds\nS1,510000,\n")) == (0, 1, 0, 0)
    sale = Sale.objects.get()
    assert (sale.price, sale.beds, sale.sold_on) == (510_000, 3, date(2026, 1, 15))


def test_a_new_sale_needs_its_place_day_price_and_type() -> None:
    report = brought("sale_id,beds\nS1,3\n")
    assert counts(report) == (0, 0, 0, 1)
    for name in ("province", "sold_on", "price", "property_type"):
        assert f"{name}: A new sale needs it." in reasons(report)[0]
    assert not Sale.objects.exists()


@pytest.mark.parametrize(
    ("column", "cell", "name"),
    [
        ("latitude", "43.6", "longitude"),
        ("price", "0", "price"),
        ("price", "about 500", "price"),
        ("sold_on", "01/02/2026", "sold_on"),
        ("living_area_sqft", "0.5", "living_area_sqft"),
        ("beds", "-1", "beds"),
        ("condition", "haunted", "condition"),
    ],
)
def test_a_bad_cell_refuses_its_row_alone(column: str, cell: str, name: str) -> None:
    given = dict(zip(HEADER.split(","), ROW.split(","), strict=True)) | {column: cell}
    report = brought(f"{','.join(given)}\n{','.join(given.values())}\n{ROW.replace('S1', 'S2')}\n")
    assert counts(report)[3] == 1
    assert name in reasons(report)[0]


@pytest.mark.parametrize(
    ("word", "arms_length", "condition"),
    [("ARMS_LENGTH", True, ""), ("OTHER", False, ""), ("Foreclosure", False, ""), ("Poor", True, "POOR"), ("", True, "")],
)
def test_the_condition_may_speak_of_the_sale_or_of_the_house(word: str, arms_length: bool, condition: str) -> None:
    brought(f"{HEADER},condition\n{ROW},{word}\n")
    sale = Sale.objects.get()
    assert (sale.arms_length, sale.condition) == (arms_length, condition)


def test_a_market_gets_its_own_name() -> None:
    MarketZoneFactory.create(province="ON", market="KAWARTHA", other_names=["PETERBOROUGH_AREA"])
    brought(f"{HEADER},market\n{ROW},Peterborough Area\n")
    assert Sale.objects.get().market == "KAWARTHA"


def test_every_word_means_one_column() -> None:
    assert set(COLUMN_OF.values()) == set(COLUMNS)
    assert COLUMN_OF[key_of("Prix de vente")] == "price"
    assert value_of("property_type", "Maison de ville") == "TOWNHOUSE"
    assert value_of("price", "450 000 $") == "450000"


def test_the_command_gives_a_place_to_rows_that_name_none(tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text(
        "sale_id,sold_on,price,property_type,market\nS1,2026-01-15,500000,SFR,\nS2,2026-01-15,500000,SFR,Ottawa\n"
    )
    assert "refused" in run(file, "--dry-run").lower()
    assert "created 2" in run(file, "--province", "ON", "--market", "Windsor", "--source", "TRREB")
    assert list(Sale.objects.order_by("sale_id").values_list("province", "market", "source")) == [
        ("ON", "WINDSOR", "TRREB"),
        ("ON", "OTTAWA", "TRREB"),
    ]
    assert "unchanged 2" in run(file, "--province", "ON", "--market", "Windsor", "--source", "TRREB")


def test_the_command_refuses_a_place_that_is_none(tmp_path: Path) -> None:
    file = tmp_path / "sales.csv"
    file.write_text(f"{HEADER}\n{ROW}\n")
    assert "error: --province" in run(file, "--province", "XX")
    assert not Sale.objects.exists()


def test_real_sales_are_imported(tmp_path: Path) -> None:
    file = tmp_path / "ames.csv"
    file.write_bytes(gzip.decompress((DATA / "ames_sales.csv.gz").read_bytes()))
    assert "created 967" in run(file, "--province", "ON", "--market", "AMES")
    assert Sale.objects.filter(arms_length=False).count() == 82
    assert "unchanged 967" in run(file, "--province", "ON", "--market", "AMES")


@pytest.mark.parametrize(
    "broken",
    [
        {"price": 0},
        {"province": "XX"},
        {"sale_id": ""},
        {"latitude": None},
        {"cell_x": None},
        {"living_area_sqft": 0},
        {"condition": "HAUNTED"},
    ],
)
def test_the_database_forbids_invalid_sales(broken: Any) -> None:
    sale = SaleFactory.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        Sale.objects.filter(pk=sale.pk).update(**broken)


# The admin --------------------------------------------------------------------------------------------------------------


def test_a_file_is_looked_through_and_then_imported(user_of: Callable[..., User]) -> None:
    client = signed_in(user_of("operator", username="ops"))
    upload = SimpleUploadedFile("sales.csv", f"{HEADER}\n{ROW}\nS2,ON,,1,SFR\n".encode())
    page = client.post(reverse("admin:offers_sale_import_file"), {"import_file": upload}, follow=True)
    assert "Import 1 sales" in page.content.decode()
    assert not Sale.objects.exists()
    client.post(page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"], {}, follow=True)
    batch = SaleImport.objects.get()
    assert (batch.state, batch.created, batch.refused) == ("DONE", 1, 1)
    assert Sale.objects.get().changed_by == "ops"


def test_a_large_file_waits_for_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wholesale.plumbing.importing.batches.ROWS_AT_ONCE", 0)
    batch = imports.begin_import(file_name="sales.csv", content=f"{HEADER}\n{ROW}\n".encode(), act=ACT)
    assert batch.state == "CHECKING"
    SALES.work_on(batch.pk)
    batch.refresh_from_db()
    assert batch.state == "CHECKED"


def test_an_export_can_be_imported_again() -> None:
    SaleFactory.create(baths=Decimal("1.5"), property_id="=1+1")
    text = SaleResource().export(Sale.objects.all()).csv
    assert counts(brought(text)) == (0, 0, 1, 0)
