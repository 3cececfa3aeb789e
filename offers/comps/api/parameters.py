"""The parameters of an estimate, and what they mean."""

from collections.abc import Mapping, Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from governance.clocks.api import PlaceParams
from offers.bounds import ARV_MAX
from offers.comps import reading
from offers.comps.comps import ArvSubject, Comp
from offers.comps.fields import CENT, HouseRow
from offers.comps.models import Sale
from offers.comps.valuing import Addition, ArvAsked, Strike
from wholesale.plumbing.fields import (
    DayField,
    LabelField,
    ManyField,
    MoneyField,
    NoteField,
    ProvinceField,
    RowField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.params import ActParams, ObjectParams, Params
from wholesale.plumbing.vocabulary import ALL

COMPS_MAX, CHANGES_MAX = 500, 100
_SAID = {"required": False, "default": ""}


class SubjectRow(HouseRow):
    """What is known of the house to estimate, beside its province and market."""

    postal_code = LabelField(max_length=16, **_SAID, help_text="where there are no coordinates")
    property_id = LabelField(**_SAID, help_text="as in stored sales: its later sale shows how good the estimate was")


class SubjectParams(ObjectParams, PlaceParams, SubjectRow):
    """The subject as one object. Its place may be left to the request's own parameters."""

    province = ProvinceField(required=False)
    market = WordField(required=False)


class SaleNameRow(Params):
    """What names a stored sale."""

    sale_id = LabelField(**_SAID)
    source = LabelField(**_SAID)  # type: ignore[assignment]  # of the class no attribute: DRF collects the fields


class CompRow(SaleNameRow, HouseRow):
    """A comp: a stored sale by its `sale_id`, or any sale with its price and day."""

    price = MoneyField(required=False, min_value=CENT, max_value=ARV_MAX, help_text="CAD")
    sold_on = DayField(required=False)
    arms_length = serializers.BooleanField(default=True)
    condition = UpperChoiceField(choices=Sale.Condition.choices, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a comp that is neither named nor priced."""
        attrs = super().validate(attrs)
        missing = {name: ["A comp without a sale_id needs it."] for name in ("price", "sold_on") if name not in attrs}
        if len(missing) == 1 or (missing and not attrs["sale_id"]):
            raise ValidationError(missing)
        return attrs


class AdditionRow(CompRow):
    """A comp that an operator adds."""

    reason = NoteField()


class StrikeRow(SaleNameRow):
    """A comp that an operator strikes."""

    sale_id = LabelField()
    reason = NoteField()


class _CheckedRow(RowField):
    """A row whose errors refuse the whole request."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._row = self.row()

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        given = super().to_internal_value(data)
        return dict(self._row.run_validation({name: value for name, value in given.items() if value is not None}))


@extend_schema_field(CompRow)
class CompField(_CheckedRow):
    """A comp as a JSON object."""

    row = CompRow


@extend_schema_field(AdditionRow)
class _AdditionField(_CheckedRow):
    row = AdditionRow


@extend_schema_field(StrikeRow)
class _StrikeField(_CheckedRow):
    row = StrikeRow


class CompsField(ManyField):
    """The comps of an estimate."""

    child = CompField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": COMPS_MAX, **kwargs})


class EstimateParams(Params):
    """The parameters of an estimate beside its subject: the day, and an operator's changes to the comps."""

    as_of = DayField(required=False, help_text="only sales before this day count; default: today")

    strike = ManyField(child=_StrikeField(), default=list, max_length=CHANGES_MAX, help_text="comps to leave out, and why")
    add = ManyField(child=_AdditionField(), default=list, max_length=CHANGES_MAX, help_text="comps to take too, and why")


class ArvParams(EstimateParams, SubjectRow, PlaceParams, ActParams):
    """The parameters of an estimate: the subject, here or as one object, and the day."""

    province = ProvinceField(required=False, help_text="required, here or in the subject")
    market = WordField(required=False, default=ALL)
    subject = SubjectParams(required=False, help_text="the same as one object")
    comps = CompsField(required=False, default=None, help_text="default: the stored sales most like the subject")


def subject_of(given: Mapping[str, Any], province: str | None, market: str) -> ArvSubject:
    """The subject of checked parameters; its place is that of the request where it names none.

    Raises:
        ValidationError: no province is given.

    """
    values = {name: given[name] for name in ArvSubject._fields if given.get(name) not in (None, "")}
    subject = {"province": province, "market": market, **values}
    if not subject["province"]:
        raise ValidationError({"province": ["This parameter is required."]}, code="required")
    return ArvSubject(**subject)


def comps_of(rows: Sequence[Mapping[str, Any]], name: str) -> list[Comp]:
    """The comps that checked rows name or describe.

    Raises:
        ValidationError: a row names no stored sale. The error says which row of the parameter `name`.

    """
    stored = reading.named({(row["source"], row["sale_id"]) for row in rows if "price" not in row})
    comps = []
    for number, row in enumerate(rows):
        if "price" in row:
            known = {field: row.get(field) for field in Comp._fields}
            texts = {name: row.get(name, "") for name in ("property_type", "condition")}
            comps.append(Comp(**{**known, **texts}))
        elif comp := stored.get((row["source"], row["sale_id"])):
            comps.append(comp)
        else:
            raise ValidationError({name: {str(number): {"sale_id": ["No stored sale has this id, or several have it."]}}})
    return comps


def asked_of(given: Mapping[str, Any], subject: ArvSubject) -> ArvAsked:
    """The question of checked parameters about this subject."""
    comps = None if given["comps"] is None else comps_of(given["comps"], "comps")
    return ArvAsked(subject, given.get("as_of"), comps, **changes_of(given))


def changes_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The strikes and additions of checked parameters, as `estimate_arv` takes them."""
    comps = comps_of(given["add"], "add")
    return {
        "strikes": [Strike(row["source"], row["sale_id"], row["reason"]) for row in given["strike"]],
        "additions": [Addition(comp, row["reason"]) for comp, row in zip(comps, given["add"], strict=True)],
    }
