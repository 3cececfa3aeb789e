"""Which stored sales an estimate is made from: the nearest, else those of the postal area, the market, the province."""

from datetime import date, timedelta
from string import ascii_uppercase
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers.comps import reading
from offers.comps.cells import RADII, box_around, cell_of
from offers.comps.comps import ArvSubject
from offers.comps.reading import ENOUGH, Way, candidates
from tests.factories import SaleFactory
from wholesale.plumbing.compiled import bound

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)
HERE = {"latitude": 43.65, "longitude": -79.38}
SUBJECT = ArvSubject("ON", "TORONTO", latitude=43.65, longitude=-79.38)


def sold(count: int = 1, **values: Any) -> list[str]:
    given = {**HERE, "sold_on": DAY - timedelta(days=1), **values}
    return [sale.sale_id for sale in SaleFactory.create_batch(count, **given)]


def found(subject: ArvSubject = SUBJECT, day: date = DAY) -> tuple[set[str], Way]:
    comps, way = candidates(subject, day)
    return {comp.sale_id for comp in comps}, way


def test_the_sales_near_the_place_are_found() -> None:
    near = sold(ENOUGH)
    sold(latitude=44.65)
    assert found() == (set(near), Way.PLACE)


def test_the_cells_widen_until_there_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CANDIDATES", 4)
    near, next_to, far = sold(2), sold(2, latitude=43.68), sold(5, latitude=43.85)
    assert found()[0] == {*near, *next_to}
    monkeypatch.setattr(reading, "CANDIDATES", 6)
    names, way = found()
    assert {*near, *next_to} < names
    assert len(names & set(far)) == 2
    assert way is Way.PLACE


def test_only_sales_from_before_the_day_are_found() -> None:
    before = sold(ENOUGH)
    sold(3, sold_on=DAY)
    sold(3, sold_on=DAY + timedelta(days=1))
    sold(3, sold_on=DAY - timedelta(days=2200))
    assert found() == (set(before), Way.PLACE)


@pytest.mark.parametrize("values", [{"arms_length": False}, {"condition": "POOR"}])
def test_no_family_sale_and_no_ruin_is_found(values: dict[str, Any]) -> None:
    good = sold(ENOUGH)
    sold(2, **values)
    assert found()[0] == set(good)


def test_without_coordinates_the_postal_area_comes_first() -> None:
    nowhere = dict.fromkeys(("latitude", "longitude"))
    same = sold(ENOUGH, postal_code="M5V 2T6", postal_area="M5V", **nowhere)
    sold(ENOUGH, postal_code="K1A 0A1", postal_area="K1A", **nowhere)
    assert found(ArvSubject("ON", "TORONTO", postal_code="m5v1a1")) == (set(same), Way.POSTAL_AREA)


def test_then_the_market_and_then_the_province() -> None:
    market, elsewhere = sold(ENOUGH), sold(ENOUGH, market="OTTAWA")
    sold(ENOUGH, province="QC", market="MONTREAL")
    assert found(ArvSubject("ON", "TORONTO")) == (set(market), Way.MARKET)
    assert found(ArvSubject("ON")) == ({*market, *elsewhere}, Way.PROVINCE)
    assert found(ArvSubject("ON", "KENORA")) == ({*market, *elsewhere}, Way.PROVINCE)


def test_too_few_near_the_place_lead_to_the_market() -> None:
    sold(ENOUGH - 1)
    far = sold(ENOUGH, latitude=44.9)
    names, way = found()
    assert set(far) < names
    assert way is Way.MARKET


def test_a_box_covers_what_it_should() -> None:
    for latitude in (43.65, 60.7):
        box = box_around(latitude, -79.38, 10)
        assert cell_of(latitude + 9 / 200, -79.38).y in box.rows
        assert box.first < cell_of(latitude, -79.38).x < box.last
        assert box.last - box.first > len(box.rows)


@pytest.mark.postgres
def test_the_indexes_find_the_candidates() -> None:
    """Also in a plan that is made for any values, as those of prepared statements are."""
    days = {"since": DAY - reading.OLDEST, "before": DAY}
    box = box_around(43.65, -79.38, 8)
    cells = {"rows": list(box.rows), "first": box.first, "last": box.last, **days}
    about = {"latitude": 43.65, "longitude": -79.38, "shrinking": 0.7}
    place = {**days, "province": "ON"}
    markets = ("TORONTO", "OTTAWA", "KENORA", "THUNDER_BAY")
    for n in range(400):
        sold(
            market=markets[n % 4],
            postal_area=f"{ascii_uppercase[n % 26]}0V",
            latitude=43.65 + n / 50,
            longitude=-79.38 - n / 70,
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE offers_sale")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        for index, select, given in (
            ("sale_near", reading._IN_CELLS, cells),
            ("sale_near", reading._NEAREST, {**cells, **about}),
            ("sale_postal", reading._OF_AREA, {**days, "postal_area": "M0V"}),
            ("sale_market", reading._OF_MARKET, {**place, "market": "TORONTO"}),
            ("sale_of_province", reading._OF_PROVINCE, place),
        ):
            cursor.execute(f"EXPLAIN {select.text}", bound(given))
            assert index in str(cursor.fetchall()), index


def test_sales_next_door_take_two_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CANDIDATES", 3)
    monkeypatch.setattr(reading, "ENOUGH", 3)
    sold(4)
    with CaptureQueriesContext(connection) as asked:
        assert len(found()[0]) == 3
    assert len(asked) <= len(RADII) + 1  # how many there are within each radius, at once on PostgreSQL; the sales
