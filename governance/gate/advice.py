"""The verbs about an AI's advice (Heimdall): trying, storing and using it. The kill switch stops all of these verbs."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from governance.decisions import Decision, ExecutionClass, verb
from governance.gate.standing import require
from governance.heimdall.errors import NotProdEligible, RecommendationNotFound
from governance.heimdall.models import HeimdallEvent, HeimdallEventKind, HeimdallRecommendation, HeimdallScorecard
from governance.heimdall.services import judged
from wholesale.plumbing.act import Act


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def heimdall_trial(*, domain: str, confidence: Decimal, success: bool, act: Act) -> HeimdallScorecard:
    """Count one trial of an AI's advice in the sandbox, on the domain's scorecard of today (UTC).

    Raises:
        KillSwitchEngaged: nothing may act now.

    """
    require(ExecutionClass.SANDBOX)
    card = HeimdallScorecard(domain=domain, day=act.now.date())
    HeimdallScorecard.objects.bulk_create([card], ignore_conflicts=True)
    todays = HeimdallScorecard.objects.filter(domain=domain, day=card.day)
    todays.update(trials=F("trials") + 1, successes=F("successes") + int(success))
    HeimdallEvent.objects.create(
        kind=HeimdallEventKind.TRIAL, domain=domain, confidence=confidence, success=success, **act.signature
    )
    return todays.get()


@verb(ExecutionClass.SANDBOX)
@transaction.atomic
def heimdall_recommend(
    *, domain: str, confidence: Decimal, recommendation: Any, evidence: Any = None, act: Act
) -> HeimdallRecommendation:
    """Store an AI's advice as a recommendation, and whether the gate lets production use it.

    Raises:
        KillSwitchEngaged: nothing may act now.

    """
    require(ExecutionClass.SANDBOX)
    policy, decision = judged(domain, confidence, act.now)
    kept = HeimdallRecommendation.objects.create(
        domain=domain,
        confidence=confidence,
        recommendation=recommendation,
        evidence=evidence,
        prod_eligible=decision.allowed,
        gate_reason=decision.code,
        policy_version=policy.version if policy else None,
        **act.signature,
    )
    _keep_event(HeimdallEventKind.RECOMMENDED, kept, decision, act)
    return kept


@verb(ExecutionClass.EXECUTE)
@transaction.atomic
def heimdall_use(recommendation_id: int, *, act: Act) -> Decision:
    """Decide by today's charter and trials whether production may use a stored recommendation now, and store the decision as
    an event. Advice older than the charter's `recommendation_hours` is refused with `recommendation_expired`.

    Raises:
        RecommendationNotFound: no such recommendation.
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    require(ExecutionClass.EXECUTE)
    kept = HeimdallRecommendation.objects.filter(pk=recommendation_id).first()
    if kept is None:
        raise RecommendationNotFound
    policy, decision = judged(kept.domain, kept.confidence, act.now)
    if policy and decision.allowed and kept.created_at + timedelta(hours=policy.recommendation_hours) < act.now:
        decision = Decision(False, "recommendation_expired", f"It is older than {policy.recommendation_hours} hours.")
    kind = HeimdallEventKind.USED if decision.allowed else HeimdallEventKind.REFUSED
    _keep_event(kind, kept, decision, act)
    return decision


def _keep_event(kind: HeimdallEventKind, kept: HeimdallRecommendation, decision: Decision, act: Act) -> None:
    HeimdallEvent.objects.create(
        kind=kind,
        domain=kept.domain,
        confidence=kept.confidence,
        recommendation=kept,
        message=decision.code,
        **act.signature,
    )


def heimdall_require_known(recommendation_id: int) -> None:
    """Raise an error unless there is such a recommendation.

    Raises:
        RecommendationNotFound: there is none.

    """
    if not HeimdallRecommendation.objects.filter(pk=recommendation_id).exists():
        raise RecommendationNotFound(attr="recommendation_id")


def heimdall_require_prod_eligible(recommendation_id: int, *, act: Act) -> None:
    """Raise an error unless production may use this stored recommendation now.

    Raises:
        NotProdEligible: production may not use it. The error's message contains the code of the refusal.
        RecommendationNotFound, KillSwitchEngaged, GoLiveDisabled: as in `heimdall_use`.

    """
    decision = heimdall_use(recommendation_id, act=act)
    if not decision.allowed:
        raise NotProdEligible(f"{decision.code}: {decision.detail}")
