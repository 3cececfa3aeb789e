"""Serializer fields for the values of a buyer and of buy boxes. The API, the admin and imports share them, so their errors
are the same.

A file has one row for each buyer, so a row has the columns of at most one box, which has no name. Its places and property
types are texts there: "ON TORONTO; QC", "SFR; DUPLEX".
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ErrorDetail, ValidationError

from buyers.book.models import BuyBox, Buyer
from governance.clocks.zones import ZONE_CHOICES
from governance.people import Language
from wholesale.plumbing.fields import (
    DayField,
    EmailAddressField,
    LabelField,
    ManyField,
    MoneyField,
    NoteField,
    ProvinceField,
    RateField,
    RowField,
    SpelledChoiceField,
    StrictDecimalField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.importing.texts import REMEMBERED
from wholesale.plumbing.params import Params
from wholesale.plumbing.phone_fields import ValidPhoneField
from wholesale.plumbing.vocabulary import ALL, Province

BOXES_MAX, PLACES_MAX, TYPES_MAX = 50, 200, 50  # boxes of a buyer, places and property types of a box
RANGES = ("price", "beds", "baths", "area", "lot", "year_built")  # each is min_ and max_
FUNDS = ("funds_amount", "funds_proved_on", "funds_expire_on")
_LARGEST_AREA = 2_000_000_000  # square feet, below what the column holds
_LIST = re.compile(r"[;|\n]")
_WORD_LIST = re.compile(r"[;|\n,/]")
_PROVINCES = frozenset(Province.values)
_PROVINCE_FIRST = re.compile(r"([A-Za-z]{2})(?:[\s,:]+(.+))?")
_PROVINCE_LAST = re.compile(r"(.+?)[\s,]+\(?([A-Za-z]{2})\)?")


class Place(NamedTuple):
    """A place where a box's buyer buys: a market, or with the market ALL a whole province."""

    province: str
    market: str = ALL

    def __str__(self) -> str:
        return self.province if self.market == ALL else f"{self.province} {self.market}"


class BoxPlaceRow(Params):
    """The serializer of a place where a box's buyer buys."""

    province = ProvinceField()
    market = WordField(required=False, default=ALL, help_text="ALL: the whole province")


_place = BoxPlaceRow()


@extend_schema_field(BoxPlaceRow)
class _PlaceField(RowField):
    """A place, as an object or as a text such as ON TORONTO. The value is a `Place`."""

    row = BoxPlaceRow
    default_error_messages = {"not_a_place": "Must be a province, or a province and a market, such as ON TORONTO."}

    def to_internal_value(self, data: Any) -> Place:
        if isinstance(data, str):
            data = self._parts(data.strip())
        given = super().to_internal_value(data)
        return Place(**_place.run_validation({name: value for name, value in given.items() if value is not None}))

    def _parts(self, text: str) -> Mapping[str, str]:
        first, last = _PROVINCE_FIRST.fullmatch(text), _PROVINCE_LAST.fullmatch(text)
        if first and first[1].upper() in _PROVINCES:
            province, market = first[1], first[2] or ALL
        elif last and last[2].upper() in _PROVINCES:
            market, province = last[1], last[2]
        else:
            self.fail("not_a_place")
        if market.upper() in _PROVINCES:  # "ON, QC" are two places: a list has semicolons
            self.fail("not_a_place")
        return {"province": province, "market": market}


class _TextListField(ManyField):
    """Several values, also as one text in which signs part them. No value is twice in the list, which is in order."""

    parts = _LIST

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._read = lru_cache(maxsize=REMEMBERED)(self.child.run_validation)  # the same few texts come with each row

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, str) or data.lstrip().startswith("["):
            return sorted(set(super().to_internal_value(data)))
        values, errors = set(), []
        for text in filter(None, map(str.strip, self.parts.split(data))):
            try:
                values.add(self._read(text))
            except ValidationError as error:
                # A row's report has a list of errors for each column, so each error says which part of the text it means.
                errors.append(self._about(text, error.detail))
        if errors:
            raise ValidationError(errors)
        return sorted(values)

    def _about(self, text: str, detail: Any) -> ErrorDetail:
        first = (detail if isinstance(detail, list) else next(iter(detail.values())))[0]
        return ErrorDetail(f"{text}: {first}", code=first.code)


class _PlacesField(_TextListField):
    child = _PlaceField()


class _WordsField(_TextListField):
    child = WordField()
    parts = _WORD_LIST


def _small(**options: Any) -> StrictIntegerField:
    return StrictIntegerField(required=False, min_value=0, max_value=1_000, **options)


def _baths() -> StrictDecimalField:
    return StrictDecimalField(required=False, max_digits=4, decimal_places=1, min_value=Decimal(0))


def _square_feet() -> StrictIntegerField:
    return StrictIntegerField(required=False, min_value=0, max_value=_LARGEST_AREA, help_text="square feet")


def _year() -> StrictIntegerField:
    return StrictIntegerField(required=False, min_value=1600, max_value=2100)


def _amount() -> MoneyField:
    return MoneyField(required=False, min_value=Decimal(0), help_text="CAD")


class _BoxValues(Params):
    """What a buyer buys. An absent bound bounds nothing."""

    places = _PlacesField(required=False, max_length=PLACES_MAX, help_text="where it buys; none: where the buyer lives")
    property_types = _WordsField(required=False, max_length=TYPES_MAX, help_text="such as SFR; none: any")
    min_price, max_price = _amount(), _amount()
    max_arv_share = RateField(
        required=False, min_value=Decimal("0.0001"), help_text="of price and repairs, as a fraction of the ARV"
    )
    max_repairs = _amount()
    min_beds, max_beds = _small(), _small()
    min_baths, max_baths = _baths(), _baths()
    min_area, max_area = _square_feet(), _square_feet()
    min_lot, max_lot = _square_feet(), _square_feet()
    min_year_built, max_year_built = _year(), _year()
    exit = UpperChoiceField(choices=BuyBox.Exit.choices, required=False)
    financing = UpperChoiceField(choices=BuyBox.Financing.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a range whose greatest value is below its least."""
        attrs = super().validate(attrs)
        errors = {}
        for what in RANGES:
            least, greatest = attrs.get(f"min_{what}"), attrs.get(f"max_{what}")
            if least is not None and greatest is not None and greatest < least:
                errors[f"max_{what}"] = [f"Must not be below min_{what}."]
        if errors:
            raise ValidationError(errors)
        return attrs


BOX_COLUMNS = tuple(_BoxValues().fields)


class BoxRow(_BoxValues):
    """The serializer of a buy box. What is absent is not bounded: a box is given as a whole."""

    name = LabelField(required=False, default="", help_text="each box of a buyer has another name")


_box = BoxRow()


@extend_schema_field(BoxRow)
class BoxField(RowField):
    """A field for a buy box, a JSON object. Each of its errors names the value of the box that it concerns."""

    row = BoxRow

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        given = super().to_internal_value(data)
        checked: dict[str, Any] = _box.run_validation({name: value for name, value in given.items() if value is not None})
        return checked


class BoxesField(ManyField):
    """A field for all boxes of a buyer."""

    child = BoxField()
    default_error_messages = {"same_name": "Two boxes have the same name: each needs another one."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": BOXES_MAX, **kwargs})

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        boxes = super().to_internal_value(data)
        if len({box["name"] for box in boxes}) < len(boxes):
            self.fail("same_name")
        return boxes


class BuyerRow(Params):
    """The serializer of a buyer's own values. An absent or empty value keeps the stored one."""

    buyer_id = LabelField()
    name = LabelField(required=False)
    company = LabelField(required=False)
    phone = ValidPhoneField(required=False, help_text="any valid number; stored as E.164, such as +14165550123")
    second_phone = ValidPhoneField(required=False)
    email = EmailAddressField(required=False)
    second_email = EmailAddressField(required=False)
    province = ProvinceField(required=False, help_text="where the buyer lives; required for a new buyer")
    market = WordField(required=False, help_text="new buyers: ALL")
    zone = SpelledChoiceField(ZONE_CHOICES, required=False, help_text="only where it is known for certain")
    language = SpelledChoiceField(Language.choices, required=False, help_text="new buyers: fr in Quebec, else en")
    status = UpperChoiceField(choices=Buyer.Status.choices, required=False, help_text="new buyers: ACTIVE")
    funds_amount = MoneyField(required=False, min_value=Decimal("0.01"), help_text="CAD, as the proof of funds says")
    funds_proved_on = DayField(required=False, help_text="the date of the proof of funds")
    funds_expire_on = DayField(required=False, help_text="the last day of the proof of funds")
    source = LabelField(required=False)  # type: ignore[assignment]  # of the class no attribute: DRF collects the fields
    notes = NoteField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a part of a proof of funds, and one that expires before its date: a proof is given as a whole."""
        attrs = super().validate(attrs)
        given = [name for name in FUNDS if name in attrs]
        if given and len(given) < len(FUNDS):
            missing = [name for name in FUNDS if name not in attrs]
            raise ValidationError(
                {name: ["A proof of funds needs its amount, its date and its expiry."] for name in missing}
            )
        if given and attrs["funds_expire_on"] < attrs["funds_proved_on"]:
            raise ValidationError({"funds_expire_on": ["A proof of funds cannot expire before its date."]})
        return attrs


SETTINGS = tuple(BuyerRow().fields)[1:]


class BuyerFileRow(_BoxValues, BuyerRow):
    """The serializer of a file's row: a buyer with at most one box. If the row has a value of a box, the value `box` is that
    whole box, which replaces the buyer's box without a name."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the buyer and the box, and put the values of the box into one value."""
        attrs = super().validate(attrs)
        box = {name: attrs.pop(name) for name in BOX_COLUMNS if name in attrs}
        return {**attrs, "box": box} if box else attrs


# The columns of an import, in the order of an export.
COLUMNS = (*BuyerRow().fields, *BOX_COLUMNS)
