"""Invented sales of houses where the leads live, so that the calculator has comps from the first minute."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from buyers.liquidity.figures import SFR
from offers.comps.fields import SaleKey
from offers.comps.models import Sale
from offers.comps.storing import store_sales
from wholesale.demo.day import SimulatedDay
from wholesale.demo.people import PLACES, DemoMarket, dice
from wholesale.plumbing.vocabulary import Province

SOURCE = "simulation: invented sales"
_IN_AN_AREA = 12  # sales in each postal area
_OLDEST = 540  # days before the simulation begins
# CAD for a square foot, roughly as houses sell there; elsewhere _ELSEWHERE.
_A_SQUARE_FOOT = {Province.BC: 720, Province.ON: 520, Province.QC: 390, Province.AB: 360}
_ELSEWHERE = 270
_STREETS = ("Maple Street", "King Street", "Elm Street", "Church Street", "River Road", "Station Street", "Mill Lane")
_CONDITIONS = {  # what a house sells for beside one in good condition
    Sale.Condition.RENOVATED: 1.08,
    Sale.Condition.GOOD: 1.0,
    Sale.Condition.AVERAGE: 0.93,
    Sale.Condition.POOR: 0.80,
}


def put(day: SimulatedDay) -> None:
    """Add the list of sales to the agenda of the first day."""
    if day.number == 0:
        day.agenda.put(day.start, partial(_store, day))


def _store(day: SimulatedDay, now: datetime) -> None:
    sales = {
        SaleKey(SOURCE, f"{area}-{n}"): _sale(day.plan.seed, place, area, n, now.date())
        for place in PLACES
        for area in place.postal
        for n in range(1, _IN_AN_AREA + 1)
    }
    store_sales(sales, day.act(now))


def _sale(seed: int, place: DemoMarket, area: str, n: int, today: date) -> dict[str, Any]:
    """A house of 900 to 2,600 square feet; its price lies within some 8% of what its size and condition say."""
    chance = dice(seed, "sale", area, n)
    size = chance.randrange(900, 2_600, 10)
    condition = chance.choice(list(_CONDITIONS))
    price = size * _A_SQUARE_FOOT.get(Province(place.province), _ELSEWHERE) * _CONDITIONS[condition] * chance.gauss(1, 0.04)
    return {
        "province": place.province,
        "market": place.market,
        "property_id": f"{chance.randrange(1, 400)} {chance.choice(_STREETS)}",
        "postal_code": area,
        "sold_on": today - timedelta(days=chance.randrange(10, _OLDEST)),
        "price": Decimal(round(price, -3)),
        "property_type": SFR,
        "living_area_sqft": size,
        "lot_sqft": chance.randrange(2_000, 7_000, 100),
        "beds": 2 + size // 900,
        "baths": Decimal(1 + size // 1_200),
        "year_built": chance.randrange(1920, 2020),
        "condition": condition.value,
    }
