"""The verb that computes an offer."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from governance import gate, policies
from governance.decisions import ExecutionClass, verb
from offers.comps.valuing import ArvAsked, estimated
from offers.deals.advice.answers import known
from offers.deals.advice.prices import advised
from offers.deals.around.deal import deal_around
from offers.deals.around.terms import Terms
from offers.deals.bounding import bounded, offered_by, refusals, value_of
from offers.deals.errors import OfferRefused
from offers.deals.law.models import rules
from offers.deals.math import Calculation
from offers.deals.models import OfferEvidence
from offers.deals.taxes.models import schedules
from offers.policies.errors import OfferPolicyDisabled
from offers.policies.models import OfferPolicy
from offers.signals import offers_computed
from wholesale.plumbing import correlation, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Statement
from wholesale.plumbing.envelope import Envelope, Subject
from wholesale.plumbing.mark import MARK_SQL
from wholesale.plumbing.texts import shown
from wholesale.plumbing.vocabulary import ALL


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def make_offer(
    *,
    province: str,
    market: str = ALL,
    arv: Decimal | None = None,
    repairs: Decimal,
    comps: Any = None,
    assumptions: Any = None,
    estimate: ArvAsked | None = None,
    deal: bool = False,
    terms: Terms | None = None,
    advice: bool = False,
    act: Act,
) -> OfferEvidence:
    """Compute the offer that the market's policy allows, and store its evidence. Amounts are in CAD.

    Where `estimate` asks for it, the ARV is estimated, and the evidence keeps how. A given `arv` wins over the estimate.
    With `deal` the evidence also keeps the deal around the offer by its `terms`. A policy that refuses by a warning is asked
    without `deal` too. With `advice` it keeps what each price is worth, by the answers known before the act.

    Raises:
        KillSwitchEngaged: nothing may act now.
        OfferPolicyDisabled: the market has no effective policy, or it is off. Nothing is stored.
        NoComps: the ARV is to be estimated, and there is no sale to compare with.
        NoLowerBound: the policy computes on the lower bound of an estimate, and there is none.
        OutOfBounds: the ARV or the repairs are out of bounds.
        OfferRefused: the policy refuses by a warning. Nothing is stored.

    """
    read = gate.require(ExecutionClass.SANDBOX, Statement(f"SELECT {MARK_SQL}, {writes.id_sql(OfferEvidence)}"))
    [[(mark, new_id)]] = read
    policy = policies.effective(OfferPolicy, mark, province, market)
    if policy is None or not policy.enabled:
        raise OfferPolicyDisabled
    valued = None if estimate is None else estimated(estimate, is_needed=arv is None)
    value = value_of(arv, valued)
    calc = bounded(policy, value, repairs)
    around = None
    if deal or policy.refused:
        offered = offered_by(
            policy,
            calc,
            value,
            province=province,
            market=market,
            today=act.now.date(),
            property_type=estimate.subject.property_type if estimate else "",
            terms=terms,
        )
        if refused := refusals(policy, offered):
            raise OfferRefused(refused)
        around = deal_around(offered, schedules(mark), rules(mark)) if deal else None
    evidence = OfferEvidence(
        pk=new_id,
        policy=policy,
        policy_version=policy.version,
        province=province,
        market=market,
        max_arv_multiplier=policy.max_arv_multiplier,
        default_assignment_fee=policy.default_assignment_fee,
        comps_json=comps,
        arv_json=valued,
        assumptions_json=assumptions,
        deal_json=around,
        advice_json=advised(calc, known(province, act.now)) if advice else None,
        **calc._asdict(),
        **act.signature,
    )
    subject = Subject("evidence", str(new_id), None, province, market)
    facts = {"evidence_id": new_id, "province": province, "market": market}
    with writes.gathered():
        writes.insert_object(evidence)
        offers_computed.send(sender=OfferEvidence, envelopes=[Envelope("offer_generated", subject, act, facts, act.now)])
    return evidence


def compute_offer(
    province: str,
    market: str = ALL,
    arv: Decimal | int = 0,
    repairs: Decimal | int = 0,
    *,
    comps: Any = None,
    assumptions: Any = None,
    estimate: ArvAsked | None = None,
    deal: bool = False,
    terms: Terms | None = None,
    advice: bool = False,
    correlation_id: str | None = None,
    actor: str = "system",
    user: User | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Call `make_offer`, as the customer's guide prescribes. Returns `{"policy": ..., "calc": ..., "evidence_id": ...}`.

    With `estimate` an ARV of 0 is the one that is estimated. `deal`, its `terms` and `advice` add to the answer.
    """
    act = Act(actor, user, "", correlation_id or correlation.current(), now)
    return offer_summary(
        make_offer(
            province=province,
            market=market,
            arv=Decimal(arv) if arv or estimate is None else None,
            repairs=Decimal(repairs),
            comps=comps,
            assumptions=assumptions,
            estimate=estimate,
            deal=deal,
            terms=terms,
            advice=advice,
            act=act,
        )
    )


def offer_summary(evidence: OfferEvidence) -> dict[str, Any]:
    """An offer as the customer's guide lays it out: the policy's values then, the calculation, and the evidence's id.

    Where the ARV was estimated, `estimate` says how. Where they were asked for, `deal` is the deal around the offer, and
    `advice` what to offer first.
    """
    summary = {
        "policy": {
            "id": evidence.policy_id,
            "province": evidence.policy.province,
            "market": evidence.policy.market,
            "version": evidence.policy_version,
            "max_arv_multiplier": evidence.max_arv_multiplier,
            "default_assignment_fee": evidence.default_assignment_fee,
            "default_fees_buffer": evidence.fees_buffer,
        },
        "calc": shown(evidence, Calculation._fields),
        "evidence_id": evidence.pk,
    }
    if evidence.arv_json:
        summary["estimate"] = evidence.arv_json
    if evidence.deal_json:
        summary["deal"] = evidence.deal_json
    if evidence.advice_json:
        summary["advice"] = evidence.advice_json
    return summary
