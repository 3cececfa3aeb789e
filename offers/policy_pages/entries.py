"""What is entered in the what-if of an offer policy: a house, a pace, and the policy's terms. Each number has a slider."""

from collections.abc import Iterator, Mapping
from copy import copy
from decimal import Decimal
from typing import Any, NamedTuple

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanWidget

from offers.bounds import ARV_MAX
from offers.deals.around.warnings import Value
from offers.policies.models import OfferPolicy
from offers.policy_pages.lately import Lately
from offers.policy_pages.what_if import TriedHouse

TERMS = {  # those with a slider
    "max_arv_multiplier": _("Max ARV multiplier"),
    "default_fees_buffer": _("Fees buffer"),
    "default_assignment_fee": _("Assignment fee"),
}
PERCENT, CENT = Decimal(100), Decimal("0.01")


class Slider(NamedTuple):
    """A number that is entered by a slider and by a field. The slider's ends bound only itself."""

    name: str
    label: str | Promise
    low: Decimal
    high: Decimal
    step: str
    value: Any = ""
    linked: str = ""  # the id of the form's field that has the same value; it is sent instead


def _amount(label: Any, *, at_least: int = 0) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=at_least, max_value=ARV_MAX, decimal_places=2)


class WhatIfForm(forms.Form):
    """The house and the pace. The interval is that of an estimate, in percent of the ARV to each side."""

    arv = _amount(_("After-repair value (ARV), CAD"), at_least=1)
    repairs = _amount(_("Repairs, CAD"))
    interval = forms.DecimalField(label=_("Interval of the ARV, ± percent"), min_value=0, max_value=99, decimal_places=2)
    comps = forms.IntegerField(label=_("Comparable sales (0: no estimate)"), min_value=0, max_value=1000)
    per_day = forms.DecimalField(label=_("Offers sent a day"), min_value=0, max_value=1000, decimal_places=2)
    inspected = forms.BooleanField(label=_("The repairs were inspected"), required=False, widget=UnfoldBooleanWidget)

    def house(self) -> TriedHouse:
        """The house that was entered. Without comparable sales there is no estimate, so no interval either."""
        given = self.cleaned_data
        arv, comps = given["arv"], given["comps"]
        if not comps:
            return TriedHouse(Value(arv), given["repairs"], given["inspected"])
        half = arv * given["interval"] / PERCENT
        low, high = (arv - half).quantize(CENT), (arv + half).quantize(CENT)
        return TriedHouse(Value(arv, comps, arv, low, high), given["repairs"], given["inspected"])


class TermsForm(forms.ModelForm):
    """The terms of a policy as they stand in its form; they are not stored."""

    class Meta:
        model = OfferPolicy
        fields = tuple(field.name for field in OfferPolicy.settings() if field.name != "enabled")

    @classmethod
    def meant(cls, policy: OfferPolicy, data: Mapping[str, Any]) -> "TermsForm":
        """The form for a copy of the policy."""
        return cls(data, instance=copy(policy))

    def _post_clean(self) -> None:
        # Only the columns are checked: whether another row has the same place does not matter here.
        self.instance = forms.models.construct_instance(self, self.instance, self._meta.fields)


def begin_with(lately: Lately) -> dict[str, Any]:
    """The values with which the what-if begins: what was usual lately, known as an estimate by five sales."""
    return {"arv": lately.arv, "repairs": lately.repairs, "interval": 8, "comps": 5, "per_day": lately.per_day}


def house_sliders(initial: Mapping[str, Any]) -> Iterator[Slider]:
    """The sliders of the house and of the pace."""
    ends = {
        "arv": (50_000, 2_000_000, "5000"),
        "repairs": (0, 400_000, "1000"),
        "interval": (0, 40, "1"),
        "comps": (0, 20, "1"),
        "per_day": (0, 20, "0.1"),
    }
    for name, (low, high, step) in ends.items():
        yield Slider(name, WhatIfForm.base_fields[name].label or "", Decimal(low), Decimal(high), step, initial[name])


def term_sliders(policy: OfferPolicy, *, is_form: bool) -> Iterator[Slider]:
    """The sliders of the policy's terms. On a page with a form they move the form's fields."""
    ends = {
        "max_arv_multiplier": (Decimal("0.3"), Decimal(1), "0.01"),
        "default_fees_buffer": (Decimal(0), Decimal(50_000), "250"),
        "default_assignment_fee": (Decimal(0), Decimal(60_000), "500"),
    }
    for name, label in TERMS.items():
        value = f"{getattr(policy, name).normalize():f}"
        yield Slider(name, label, *ends[name], value, f"id_{name}" if is_form else "")


def hidden_terms(policy: OfferPolicy) -> list[Any]:
    """The other terms of a stored policy as hidden fields, for a page without a form."""
    form = TermsForm(instance=policy)
    return [form[name].as_hidden() for name in TermsForm.Meta.fields if name not in TERMS]
