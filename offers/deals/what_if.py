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
from offers.deals.errors import OfferRefused
from offers.deals.law.models import rules
from offers.deals.math import Calculation
from offers.deals.taxes.models import schedules
from offers.deals.weighing import calculated, offered_of
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
    terms = terms or Terms()
    refusals: list[DomainError] = []
    try:
        gate.require(ExecutionClass.SANDBOX)
    except DomainError as refusal:
        refusals.append(refusal)
    valued = None
    try:
        valued = estimate_arv(**estimate._asdict())
    except NoComps as refusal:
        if arv is None:
            refusals.append(refusal)
    now = mark.current()
    policy = policies.effective(OfferPolicy, now, province, market)
    if policy is None or not policy.enabled:
        refusals.append(OfferPolicyDisabled())
    if policy is None or (arv is None and valued is None):
        return WhatIf(policy, valued, None, None, refusals)
    try:
        calc = calculated(policy, arv, valued, repairs)
    except DomainError as refusal:
        return WhatIf(policy, valued, None, None, [*refusals, refusal])
    offered = offered_of(
        policy,
        calc,
        valued,
        terms,
        province=province,
        market=market,
        property_type=estimate.subject.property_type,
        today=timezone.now().date(),
    )
    refused = [warned for warned in offered.judged() if warned.code in policy.refused]
    if refused:
        refusals.append(OfferRefused(refused))
    return WhatIf(policy, valued, calc, deal_around(offered, schedules(now), rules(now)), refusals)
