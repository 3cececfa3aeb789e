"""Writing sales. No other module writes the columns that a file may set.

Only one transaction writes sales at a time: on PostgreSQL it holds an advisory lock until it commits; SQLite needs none. So
the counts are exact, and two imports of one file cannot deadlock.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction

from governance.clocks.markets import one_markets
from governance.lists.kinds import StoreResult
from offers.comps.cells import cell_of
from offers.comps.fields import NEEDED, SETTINGS, SaleKey
from offers.comps.models import Sale
from wholesale.plumbing import locks
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import ALL

_WRITERS = 7_301_021  # the key of the advisory lock for writing sales (PostgreSQL)
_DERIVED = ("postal_area", "cell_y", "cell_x", "changed_by", "user", "updated_at")

Settings = Mapping[str, Any]
Stored = dict[SaleKey, tuple[StoreResult, tuple[str, ...]]]  # of a refused sale also what a new one lacks


@transaction.atomic
def store_sales(given: Mapping[SaleKey, Settings], act: Act, *, dry_run: bool = False) -> Stored:
    """Store sales by source and id, in a few statements for any number of them.

    With `dry_run` nothing is stored; the results are the same.
    """
    if not dry_run:
        locks.hold(_WRITERS)
    stored = {SaleKey(sale.source, sale.sale_id): sale for sale in _by_id(given)}
    given = _in_one_market(given, stored)
    results: Stored = {}
    to_write = []
    for key, settings in given.items():
        sale = stored.get(key)
        lacking = tuple(name for name in NEEDED if name not in settings) if sale is None else ()
        if lacking:
            results[key] = StoreResult.NO_PROVINCE, lacking
        elif sale is None:
            results[key] = StoreResult.CREATED, ()
            to_write.append(_with(Sale(source=key.source, sale_id=key.sale_id, created_at=act.now), settings, act))
        elif any(getattr(sale, name) != value for name, value in settings.items()):
            results[key] = StoreResult.UPDATED, ()
            to_write.append(_with(sale, settings, act))
        else:
            results[key] = StoreResult.UNCHANGED, ()
    if to_write and not dry_run:
        _write(to_write)
    return results


def _by_id(keys: Collection[SaleKey]) -> list[Sale]:
    """The stored sales with these ids, of any source."""
    return list(Sale.objects.filter(sale_id__in={key.sale_id for key in keys}).order_by())


def _in_one_market(given: Mapping[SaleKey, Settings], stored: Mapping[SaleKey, Sale]) -> dict[SaleKey, Settings]:
    """Return the values. A market's other name, such as GTA, is replaced by the market's name, such as TORONTO."""
    places = {
        key: (settings.get("province") or (stored[key].province if key in stored else None), settings["market"])
        for key, settings in given.items()
        if "market" in settings
    }
    own = one_markets(set(places.values()))
    return {key: {**settings, "market": own[places[key]]} if key in places else settings for key, settings in given.items()}


def _with(sale: Sale, settings: Settings, act: Act) -> Sale:
    """The sale with these values, and what follows from them."""
    for name, value in settings.items():
        setattr(sale, name, value)
    sale.market = sale.market or ALL
    sale.postal_area = postal_area(sale.postal_code)
    if sale.latitude is not None and sale.longitude is not None:
        sale.cell_y, sale.cell_x = cell_of(sale.latitude, sale.longitude)
    sale.changed_by, sale.user, sale.updated_at = act.actor, act.user, act.now
    return sale


def postal_area(postal_code: str) -> str:
    """The beginning of a postal code, which names its area: M5V of M5V 2T6."""
    return postal_code.replace(" ", "").upper()[:3]


def _write(sales: list[Sale]) -> None:
    for sale in sales:
        sale.pk = None  # one statement writes new and changed rows; the conflict on source and sale_id finds the row
    Sale.objects.bulk_create(
        sales,
        update_conflicts=True,
        unique_fields=["source", "sale_id"],
        update_fields=sorted({*SETTINGS, *_DERIVED}),
    )
