"""Writing buyers and their boxes. No other module writes the columns that a file or a form may set.

Only one transaction writes buyers at a time: on PostgreSQL it holds an advisory lock until it commits; SQLite needs none. So
no row is lost or doubled, the counts are exact, and two imports of one file cannot deadlock. The locks that follow are in
the usual order: points, then the buyers' rows. While a buyer's points are locked, nobody records an opt-out for them.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_noop

from buyers.book.boxes import Boxes, boxes_of, in_own_markets, whole, write_boxes
from buyers.book.fields import SETTINGS, Place
from buyers.book.lookups import buyers_by_id, points_of, points_of_buyer
from buyers.book.models import Buyer
from buyers.book.signals import buyers_changed, envelope_of
from governance import gate, people
from governance.clocks.markets import one_markets
from governance.lists.kinds import StoreResult
from governance.people import Language
from wholesale.plumbing import locks
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import ALL, Province

_WRITERS = 7_301_010  # the key of the advisory lock for writing buyers (PostgreSQL)
_SIGNED = ("changed_by", "user", "updated_at")
BOXES = "boxes"  # among the names of changed values
NO_PROVINCE = gettext_noop("A new buyer needs its province.")


class StoredBuyer(NamedTuple):
    """A buyer as it is now, and the result of storing it."""

    buyer: Buyer
    outcome: StoreResult
    names: Collection[str] = ()  # the names of the values that changed
    boxes: Boxes | None = None  # what the boxes become; None: they stay


Settings = Mapping[str, Any]


@transaction.atomic
def store_file(given: Mapping[str, Settings], act: Act, *, dry_run: bool = False) -> dict[str, StoredBuyer]:
    """Store the buyers of a file, by `buyer_id`, in a few statements for any number of buyers.

    A buyer's values may hold `box`, which replaces its box without a name, or `boxes`, which replace all its boxes. With
    `dry_run` nothing is stored; the results are the same.
    """
    before = buyers_by_id(given.keys()) if dry_run else _locked(given)
    stored = {buyer.buyer_id: buyer for buyer in before}
    given = _in_one_market(given, stored)
    kept = _kept_boxes(given, stored)
    wanted = _wanted_boxes(given, stored, kept)
    results = {
        buyer_id: _merged(buyer_id, stored.get(buyer_id), settings, _change(wanted.get(buyer_id), kept.get(buyer_id)))
        for buyer_id, settings in given.items()
    }
    if not dry_run:
        _write(results.values(), kept, act)
    return results


def store_one(buyer_id: str, settings: Settings, act: Act) -> StoredBuyer:
    """Store one buyer for a person, as `store_file` does."""
    return store_file({buyer_id: settings}, act)[buyer_id]


def hold_writers() -> None:
    """Lock the writing of buyers and all points until the caller's transaction ends."""
    locks.hold(_WRITERS)
    gate.lock_all_points()


def _locked(given: Mapping[str, Settings]) -> list[Buyer]:
    """Lock these buyers and their points, and return the buyers that exist, as they are after locking."""
    if len(given) > 1:
        hold_writers()
    else:
        locks.hold(_WRITERS)
    for buyer_id, settings in given.items() if len(given) == 1 else ():
        gate.lock_points({*points_of_buyer(buyer_id), *points_of(settings), (people.BUYER, buyer_id)})
    return list(buyers_by_id(given.keys()).order_by("pk").select_for_update())


def _in_one_market(given: Mapping[str, Settings], stored: Mapping[str, Buyer]) -> dict[str, Settings]:
    """Return the buyers' values. A market's other name, such as GTA, is replaced by the market's name, such as TORONTO."""
    places = {
        buyer_id: (
            settings.get("province") or (stored[buyer_id].province if buyer_id in stored else None),
            settings["market"],
        )
        for buyer_id, settings in given.items()
        if "market" in settings
    }
    own_names = one_markets(set(places.values()))
    return {
        buyer_id: {**settings, "market": own_names[places[buyer_id]]} if buyer_id in places else settings
        for buyer_id, settings in given.items()
    }


def _kept_boxes(given: Mapping[str, Settings], stored: Mapping[str, Buyer]) -> dict[str, Boxes]:
    """Return the stored boxes of those buyers for whom boxes are given, by `buyer_id`."""
    theirs = [stored[buyer_id] for buyer_id in given.keys() & stored.keys() if given[buyer_id].keys() & {"box", BOXES}]
    found = boxes_of([buyer.pk for buyer in theirs]) if theirs else {}
    return {buyer.buyer_id: found.get(buyer.pk, {}) for buyer in theirs}


def _wanted_boxes(given: Mapping[str, Settings], stored: Mapping[str, Buyer], kept: Mapping[str, Boxes]) -> dict[str, Boxes]:
    """Return what the boxes become of those buyers for whom boxes are given. A box that names no place is one for the place
    where the buyer lives."""
    wanted: dict[str, Boxes] = {}
    for buyer_id, settings in given.items():
        home = _home(stored.get(buyer_id), settings)
        if BOXES in settings:
            wanted[buyer_id] = {box.get("name", ""): whole(box, home) for box in settings[BOXES]}
        elif "box" in settings:
            wanted[buyer_id] = {**kept.get(buyer_id, {}), "": whole(settings["box"], home)}
    return in_own_markets(wanted)


def _home(stored: Buyer | None, settings: Settings) -> list[Place]:
    """Return the place where the buyer lives; none of a new buyer without a province, who is refused."""
    province = settings.get("province") or (stored.province if stored else "")
    return [Place(province, settings.get("market") or (stored.market if stored else ALL))] if province else []


def _change(wanted: Boxes | None, kept: Boxes | None) -> Boxes | None:
    return None if wanted is None or wanted == (kept or {}) else wanted


def _merged(buyer_id: str, stored: Buyer | None, settings: Settings, boxes: Boxes | None) -> StoredBuyer:
    settings = {name: value for name, value in settings.items() if name not in ("box", BOXES)}
    also = () if boxes is None else (BOXES,)
    if stored is None:
        language = Language.FR if settings.get("province") == Province.QC else Language.EN  # DOMAIN 1.3
        made = Buyer(buyer_id=buyer_id, **{"language": language, **settings})
        outcome = StoreResult.CREATED if "province" in settings else StoreResult.NO_PROVINCE
        return StoredBuyer(made, outcome, (*settings, *also), boxes)
    changed = [name for name, value in settings.items() if getattr(stored, name) != value]
    if not changed and boxes is None:
        return StoredBuyer(stored, StoreResult.UNCHANGED)
    # Without the primary key, so one statement writes new and changed rows; the conflict on `buyer_id` finds the row.
    kept = {name: getattr(stored, name) for name in (*SETTINGS, "created_at")}
    return StoredBuyer(Buyer(buyer_id=buyer_id, **{**kept, **settings}), StoreResult.UPDATED, (*changed, *also), boxes)


def _write(results: Collection[StoredBuyer], kept: Mapping[str, Boxes], act: Act) -> None:
    """Write the new and changed buyers with their boxes, and send `buyers_changed`."""
    taken = [one for one in results if one.outcome in (StoreResult.CREATED, StoreResult.UPDATED)]
    if not taken:
        return
    for buyer, *_ in taken:
        buyer.changed_by, buyer.user, buyer.updated_at = act.actor, act.user, act.now
        buyer.created_at = buyer.created_at or act.now
    names = {name for one in taken if one.outcome is StoreResult.UPDATED for name in one.names} - {BOXES}
    Buyer.objects.bulk_create(
        [one.buyer for one in taken],
        update_conflicts=True,
        unique_fields=["buyer_id"],
        update_fields=sorted({*names, *_SIGNED}),
    )
    write_boxes([(one.buyer, one.boxes, kept.get(one.buyer.buyer_id, {})) for one in taken if one.boxes is not None])
    told = [
        envelope_of("buyer_changed", one.buyer, act, created=one.outcome is StoreResult.CREATED, names=sorted(one.names))
        for one in taken
    ]
    buyers_changed.send(sender=Buyer, envelopes=told)
