"""What an offer would be, for a page on which somebody tries figures. Nothing is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from governance import gate, policies
from governance.decisions import ExecutionClass, verb
from offers.comps.errors import NoComps
from offers.comps.valuing import ArvAsked, estimate_arv
from offers.deals.around.deal import deal_around
from offers.deals.around.terms import Terms
from offers.deals.bounding import bounded, offered_by, refusals, value_of
from offers.deals.errors import OfferRefused
from offers.deals.law.models import rules
from offers.deals.math import Calculation
from offers.deals.taxes.models import schedules
from offers.policies.errors import OfferPolicyDisabled
from offers.policies.models import OfferPolicy
from wholesale.plumbing import mark
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.vocabulary import ALL


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What `make_offer` would compute now, and the refusals for which it would store nothing. None cannot be computed."""

    policy: OfferPolicy | None
    valued: dict[str, Any] | None
    calc: Calculation | None
    deal: dict[str, Any] | None
    refusals: Sequence[DomainError]

    @property
    def is_refused(self) -> bool:
        """Whether nothing would be stored."""
        return bool(self.refusals)


@verb(ExecutionClass.READ)
def what_if(
    *,
    province: str,
    market: str = ALL,
    arv: Decimal | None = None,
    repairs: Decimal,
    estimate: ArvAsked,
    terms: Terms | None = None,
) -> WhatIf:
    """Compute an offer and the deal around it as `make_offer` does, but go on where that refuses. Amounts are in CAD.

    A policy that is off is computed with too. Its figures are those of an offer that nobody may make.
    """
    refused: list[DomainError] = []
    try:
        gate.require(ExecutionClass.SANDBOX)
    except DomainError as refusal:
        refused.append(refusal)
    valued = None
    try:
        valued = estimate_arv(**estimate._asdict())
    except NoComps as refusal:
        if arv is None:
            refused.append(refusal)
    now = mark.current()
    policy = policies.effective(OfferPolicy, now, province, market)
    if policy is None or not policy.enabled:
        refused.append(OfferPolicyDisabled())
    if policy is None or (arv is None and valued is None):
        return WhatIf(policy, valued, None, None, refused)
    value = value_of(arv, valued)
    try:
        calc = bounded(policy, value, repairs)
    except DomainError as refusal:
        return WhatIf(policy, valued, None, None, [*refused, refusal])
    offered = offered_by(
        policy,
        calc,
        value,
        province=province,
        market=market,
        today=timezone.now().date(),
        property_type=estimate.subject.property_type,
        terms=terms,
    )
    if warned := refusals(policy, offered):
        refused.append(OfferRefused(warned))
    return WhatIf(policy, valued, calc, deal_around(offered, schedules(now), rules(now)), refused)
