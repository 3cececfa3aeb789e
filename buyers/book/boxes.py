"""Buy boxes as plain values, and writing the boxes of many buyers in a few statements."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from buyers.book.fields import BOX_COLUMNS, Place
from buyers.book.models import BuyBox, BuyBoxPlace, Buyer
from governance.clocks.markets import one_markets
from wholesale.plumbing import writes
from wholesale.plumbing.lookups import among

Box = Mapping[str, Any]  # the values of a box, by `BOX_COLUMNS`
Boxes = dict[str, Box]  # by name
_COLUMNS = tuple(name for name in BOX_COLUMNS if name != "places")
_NOTHING = {name: getattr(BuyBox(), name) for name in _COLUMNS}


def boxes_of(buyer_pks: Collection[int]) -> dict[int, Boxes]:
    """Return the boxes of these buyers, by the buyers' primary keys, in two queries. A buyer without a box is left out."""
    found: dict[int, Boxes] = defaultdict(dict)
    for box in BuyBox.objects.filter(buyer__in=among(buyer_pks, "bigint")).order_by("pk").prefetch_related("places"):
        found[box.buyer_id][box.name] = values_of(box)
    return found


def values_of(box: BuyBox) -> Box:
    """Return the values of a stored box."""
    places = sorted(Place(place.province, place.market) for place in box.places.all())
    return {"places": places, **{name: getattr(box, name) for name in _COLUMNS}}


def whole(given: Mapping[str, Any], home: list[Place]) -> Box:
    """Return all values of a box of which some are given. Its places are `home` if it names none."""
    values = {name: given[name] for name in BOX_COLUMNS if name in given}
    return {**_NOTHING, **values, "places": values.get("places") or home}


def in_own_markets(boxes: Mapping[str, Boxes]) -> dict[str, Boxes]:
    """Return the boxes with the markets' own names, such as TORONTO for GTA. Takes at most one query."""
    names = one_markets({place for given in boxes.values() for box in given.values() for place in box["places"]})

    def settled(box: Box) -> Box:
        return {**box, "places": sorted({Place(place.province, names[place]) for place in box["places"]})}

    return {buyer_id: {name: settled(box) for name, box in given.items()} for buyer_id, given in boxes.items()}


def write_boxes(changes: Collection[tuple[Buyer, Boxes, Boxes]]) -> None:
    """Make the boxes of buyers those that are wanted. Each change is a stored buyer, the wanted boxes and the stored ones.

    A box that stays as it is is not written. Takes the same few statements for any number of buyers.
    """
    gone = [(buyer.pk, name) for buyer, wanted, kept in changes for name in kept.keys() - wanted.keys()]
    changed = [
        (BuyBox(buyer=buyer, name=name, **{column: box[column] for column in _COLUMNS}), box["places"], name in kept)
        for buyer, wanted, kept in changes
        for name, box in wanted.items()
        if box != kept.get(name)
    ]
    if gone:
        _remove(gone)
    written = BuyBox.objects.bulk_create(
        [box for box, *_ in changed], update_conflicts=True, unique_fields=["buyer", "name"], update_fields=_COLUMNS
    )
    if had := [box.pk for box, (*_, is_kept) in zip(written, changed, strict=True) if is_kept]:
        BuyBoxPlace.objects.filter(box__in=among(had, "bigint")).delete()
    places = [(box.pk, *place) for box, (_, theirs, _) in zip(written, changed, strict=True) for place in theirs]
    writes.insert(BuyBoxPlace, ("box_id", "province", "market"), places)


def _remove(keys: Collection[tuple[int, str]]) -> None:
    """Delete the boxes with these names of these buyers."""
    theirs = BuyBox.objects.filter(buyer__in=among({pk for pk, _ in keys}, "bigint")).values_list("pk", "buyer", "name")
    wanted = set(keys)
    pks = [pk for pk, buyer, name in theirs if (buyer, name) in wanted]
    BuyBoxPlace.objects.filter(box__in=among(pks, "bigint")).delete()
    BuyBox.objects.filter(pk__in=pks).delete()
