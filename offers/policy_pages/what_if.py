"""What an offer policy would answer for a house, by the functions that compute an offer. No database here."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from offers.deals.around.figures import Prices
from offers.deals.around.terms import Terms
from offers.deals.around.warnings import Value, Warned, noted
from offers.deals.bounding import bounded, offered_by, refusals
from offers.deals.life.guards import at_stake
from offers.deals.life.models import Offer
from offers.deals.math import Calculation, allowed
from offers.policies.models import OfferPolicy
from wholesale.plumbing.errors import DomainError


class TriedHouse(NamedTuple):
    """A house that somebody thinks of. Amounts are in CAD."""

    value: Value
    repairs: Decimal
    inspected: bool  # whether the repairs were


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """What a policy answers: the sum and its prices, or the refusal `error` where there is no sum. Amounts are in CAD."""

    error: DomainError | None = None
    calc: Calculation | None = None
    share: Decimal = Decimal(0)  # the ARV times the multiplier
    prices: Prices | None = None
    at_low: Decimal | None = None  # what the policy allows at the lower bound of the ARV
    stake: Decimal = Decimal(0)  # what the offer would put at stake
    refused: list[Warned] = field(default_factory=list)  # by these the policy refuses
    warned: list[Warned] = field(default_factory=list)  # these are only said

    @property
    def is_offer(self) -> bool:
        """Whether the policy would compute an offer."""
        return self.error is None and not self.refused


def answer_of(policy: OfferPolicy, house: TriedHouse, *, today: date) -> PolicyAnswer:
    """What the policy would answer for the house if it were on."""
    try:
        calc = bounded(policy, house.value, house.repairs)
    except DomainError as refusal:
        return PolicyAnswer(refusal)
    terms = Terms(repairs_inspected=house.inspected)
    place = {"province": policy.province, "market": policy.market}
    offered = offered_by(policy, calc, house.value, **place, today=today, terms=terms)
    refused = refusals(policy, offered)
    others = [one for one in offered.judged() if one not in refused]
    # What the buyer is left with depends on the deal's taxes and costs, which belong to a deal and not to a policy.
    others += noted(calc.mao, offered.prices, profit=Decimal(0), unknown=0, unofficial=0)
    return PolicyAnswer(
        calc=calc,
        share=allowed(calc.arv, Decimal(0), policy.max_arv_multiplier, Decimal(0)),
        prices=offered.prices,
        at_low=offered.at_low,
        stake=at_stake(Offer(stake=policy.stake, amount=calc.recommended_offer, fee=policy.default_assignment_fee)),
        refused=refused,
        warned=others,
    )
