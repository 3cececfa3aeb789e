"""What the calculator is asked: the fields of its form, the comps that were struck and added, and what to do with them.

The checks are those of the API's `compute`, so the page computes nothing that the API would refuse.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from followups.leads.models import Lead
from offers.comps.storing import postal_area
from offers.deals.api import ComputeParams
from offers.deals.models import OfferEvidence
from wholesale.console.calculator.inputs import LABELS, PERCENT, SUBJECT, TERMS, TYPED
from wholesale.plumbing.texts import parse_json

BY_HAND = "by hand"  # the source of a comp that was typed in
_PLACE = ("province", "market")
_WHOLE = ("repairs", "arv", "as_of")
_NAMES = (*_PLACE, *_WHOLE, *SUBJECT, *TERMS)
_OFFER_OF_API = ("province", "market", "repairs", "arv", "estimate", "terms")


@dataclass(slots=True)
class CalculatorAsked:
    """The fields as they were typed, by name; the comps struck and added; and `do`, what a button asks for.

    `wrong` says what is wrong: the field's name ("" for what is no field's), its label, and why. `params` are the checked
    parameters of the offer, None where something is wrong.
    """

    values: dict[str, str]
    strikes: list[dict[str, Any]] = field(default_factory=list)
    additions: list[dict[str, Any]] = field(default_factory=list)
    do: str = ""
    find: str = ""
    wrong: list[tuple[str, str, str]] = field(default_factory=list)
    params: dict[str, Any] | None = None

    @property
    def offer(self) -> dict[str, Any]:
        """The parameters of `what_if`."""
        return {name: value for name, value in (self.params or {}).items() if name in _OFFER_OF_API}

    def check(self) -> None:
        """Check the fields and the comps together, as the API does. A new comp with which they are wrong is left out."""
        self._check()
        if self.params is None and self.do in ("take", "typed") and self.additions:
            self.additions.pop()
            self._check()

    def _check(self) -> None:
        given: dict[str, Any] = {name: self.values.get(name, "") for name in (*_PLACE, *_WHOLE)}
        given["repairs"] = given["repairs"] or "0"
        given["subject"] = {name: self.values[name] for name in SUBJECT if self.values.get(name)}
        given["terms"] = {name: self._term(name) for name in TERMS if self.values.get(name)}
        given |= {"strike": self.strikes, "add": self.additions, "deal": True}
        try:
            self.params = dict(ComputeParams().run_validation(given))
        except ValidationError as error:
            self._note(error.detail)

    def _term(self, name: str) -> str:
        value = self.values[name]
        if name != PERCENT:
            return value
        try:
            return str(round(float(value) / 100, 6))
        except (ValueError, OverflowError):
            return value

    def _note(self, details: Any, name: str = "") -> None:
        if isinstance(details, Mapping):
            for key, inner in details.items():
                self._note(inner, key if key in LABELS else name)
        elif isinstance(details, list):
            for inner in details:
                self._note(inner, name)
        else:
            self.wrong.append((name, str(LABELS.get(name, _("Comps"))), str(details)))


def of_lead(lead: Lead | None) -> dict[str, str]:
    """The fields that a lead fills. Of its postal code only the area is kept, for the evidence is never erased."""
    if lead is None:
        return {"market": "ALL"}
    return {"province": lead.province, "market": lead.market, "postal_code": postal_area(lead.postal_code)}


def of_evidence(evidence: OfferEvidence) -> CalculatorAsked:
    """The question that an evidence answers, so that it can be computed again and changed."""
    kept: Any = evidence.arv_json or {}
    around: Any = evidence.deal_json or {}
    subject, terms = kept.get("subject", {}), dict(around.get("terms", {}))
    if PERCENT in terms:
        terms[PERCENT] = round(terms[PERCENT] * 100, 4)
    values = {
        **{name: subject[name] for name in SUBJECT if name in subject},
        **{name: str(value).lower() if isinstance(value, bool) else value for name, value in terms.items() if name in TERMS},
        "province": evidence.province,
        "market": evidence.market,
        "repairs": evidence.repairs,
        "as_of": kept.get("as_of", ""),
    }
    if not kept.get("arv") or evidence.arv not in (Decimal(str(kept["arv"])), Decimal(str(kept["low"]))):
        values["arv"] = evidence.arv
    asked = CalculatorAsked({name: _text(value) for name, value in values.items()})
    asked.strikes = [dict(one) for one in kept.get("struck", ())]
    asked.additions = [{name: value for name, value in one.items() if value is not None} for one in kept.get("added", ())]
    return asked


def _text(value: Any) -> str:
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "").isdigit() else text


def of_form(data: QueryDict) -> CalculatorAsked:
    """What a form asks, after its button has struck, put back, added or dropped a comp."""
    asked = CalculatorAsked({name: data.get(name, "").strip() for name in _NAMES})
    asked.strikes, asked.additions = _rows(data, "strike"), _rows(data, "add")
    do, _colon, key = data.get("do", "").partition(":")
    asked.do, asked.find = do, data.get("find", "").strip()
    if do == "typed":
        _add_typed(asked, data)
    elif do in ("strike", "back", "take", "drop"):
        _change(asked, do, _row(key), data.get(f"why:{key}", "").strip())
    return asked


def _change(asked: CalculatorAsked, do: str, sale: dict[str, Any], reason: str) -> None:
    """Strike a comp, put it back, add a stored sale, or drop what was added."""
    names = {name: sale.get(name, "") for name in ("source", "sale_id")}
    if do in ("back", "strike"):
        asked.strikes = [one for one in asked.strikes if not _is(one, names)]
    else:
        asked.additions = [one for one in asked.additions if not _is(one, names)]
    if do in ("strike", "take"):
        if not reason:
            asked.wrong.append(("", _("Comps"), _("Say why, so that whoever reads the evidence understands it.")))
            return
        (asked.strikes if do == "strike" else asked.additions).append({**names, "reason": reason})


def _add_typed(asked: CalculatorAsked, data: QueryDict) -> None:
    """Add a comp that was typed in. Its name stands for the id that its source would give."""
    typed = {name: data.get(f"typed_{name}", "").strip() for name in TYPED}
    row = {name: value for name, value in typed.items() if value}
    row |= {"source": BY_HAND, "sale_id": data.get("typed_name", "").strip(), "reason": data.get("typed_reason", "").strip()}
    missing = [
        label
        for label, is_there in (
            (_("Address"), row["sale_id"]),
            (_("Price, CAD"), typed["price"]),
            (_("Sold on"), typed["sold_on"]),
            (_("Why it is added"), row["reason"]),
        )
        if not is_there
    ]
    if missing:
        asked.wrong.append(("", _("A comp needs"), ", ".join(missing)))
        return
    asked.additions = [one for one in asked.additions if not _is(one, row)]
    asked.additions.append(row)


def _is(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return (one.get("source", ""), one.get("sale_id")) == (other.get("source", ""), other.get("sale_id"))


def _rows(data: QueryDict, name: str) -> list[dict[str, Any]]:
    return [row for row in map(_row, data.getlist(name)) if row]


def _row(text: str) -> dict[str, Any]:
    """The JSON object of a hidden field, empty if somebody wrote something else into it."""
    try:
        row = parse_json(text)
    except ValueError:
        return {}
    return row if isinstance(row, dict) else {}


def texts_of(rows: list[dict[str, Any]]) -> list[str]:
    """The rows as the texts of hidden fields."""
    return [json.dumps(row) for row in rows]
