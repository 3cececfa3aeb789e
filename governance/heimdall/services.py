"""Heimdall's verbs. Call `record_trial`, `recommend` and `judge_use` through `governance.gate`, for the kill switch."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import F, Sum

from governance.decisions import Decision
from governance.heimdall.errors import RecommendationNotFound
from governance.heimdall.models import (
    HeimdallEvent,
    HeimdallEventKind,
    HeimdallPolicy,
    HeimdallRecommendation,
    HeimdallScorecard,
)
from governance.heimdall.rules import judge
from wholesale.plumbing.act import Act


def record_trial(*, domain: str, confidence: Decimal, success: bool, act: Act) -> HeimdallScorecard:
    """Count a sandbox trial on the domain's scorecard of today (UTC), within the caller's transaction."""
    card = HeimdallScorecard(domain=domain, day=act.now.date())
    HeimdallScorecard.objects.bulk_create([card], ignore_conflicts=True)
    todays = HeimdallScorecard.objects.filter(domain=domain, day=card.day)
    todays.update(trials=F("trials") + 1, successes=F("successes") + int(success))
    HeimdallEvent.objects.create(
        kind=HeimdallEventKind.TRIAL, domain=domain, confidence=confidence, success=success, **act.signature
    )
    return todays.get()


def recommend(
    *, domain: str, confidence: Decimal, recommendation: Any, evidence: Any = None, act: Act
) -> HeimdallRecommendation:
    """Store an AI's advice and whether the gate lets production use it, within the caller's transaction."""
    policy, decision = _judged(domain, confidence, act.now)
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


def judge_use(recommendation_id: int, act: Act) -> Decision:
    """Judge by today's charter and trials whether production may use this advice now, and store the answer as an event.

    Advice older than the charter's `recommendation_hours` is refused with `recommendation_expired`.

    Raises:
        RecommendationNotFound: no such recommendation.

    """
    kept = HeimdallRecommendation.objects.filter(pk=recommendation_id).first()
    if kept is None:
        raise RecommendationNotFound
    policy, decision = _judged(kept.domain, kept.confidence, act.now)
    if policy and decision.allowed and kept.created_at + timedelta(hours=policy.recommendation_hours) < act.now:
        decision = Decision(False, "recommendation_expired", f"It is older than {policy.recommendation_hours} hours.")
    kind = HeimdallEventKind.USED if decision.allowed else HeimdallEventKind.REFUSED
    _keep_event(kind, kept, decision, act)
    return decision


def trials_in_window(domain: str, *, days: int, now: datetime) -> tuple[int, int]:
    """The numbers of trials and successes in the last `days` days (UTC), including today."""
    cards = HeimdallScorecard.objects.filter(domain=domain, day__gt=now.date() - timedelta(days=days), day__lte=now.date())
    total = cards.aggregate(trials=Sum("trials", default=0), successes=Sum("successes", default=0))
    return total["trials"], total["successes"]


def _judged(domain: str, confidence: Decimal, now: datetime) -> tuple[HeimdallPolicy | None, Decision]:
    policy = HeimdallPolicy.objects.filter(domain=domain).first()
    if policy is None:
        return None, judge(None, confidence=confidence, trials=0, successes=0)
    trials, successes = trials_in_window(domain, days=policy.trial_window_days, now=now)
    return policy, judge(policy, confidence=confidence, trials=trials, successes=successes)


def _keep_event(kind: HeimdallEventKind, kept: HeimdallRecommendation, decision: Decision, act: Act) -> None:
    HeimdallEvent.objects.create(
        kind=kind,
        domain=kept.domain,
        confidence=kept.confidence,
        recommendation=kept,
        message=decision.code,
        **act.signature,
    )


def scorecards(now: datetime) -> list[dict[str, Any]]:
    """The trials of each domain with a charter: today (UTC), and in its last `trial_window_days`. Takes two queries."""
    charters = list(HeimdallPolicy.objects.values_list("domain", "trial_window_days"))
    first = now.date() - timedelta(days=max((days for _, days in charters), default=1))
    cards = list(HeimdallScorecard.objects.filter(day__gt=first, day__lte=now.date()))
    return [_scorecard(domain, days, [card for card in cards if card.domain == domain], now) for domain, days in charters]


def _scorecard(domain: str, window_days: int, cards: list[HeimdallScorecard], now: datetime) -> dict[str, Any]:
    counted = [card for card in cards if card.day > now.date() - timedelta(days=window_days)]
    today = next((card for card in cards if card.day == now.date()), HeimdallScorecard())
    trials, successes = sum(card.trials for card in counted), sum(card.successes for card in counted)
    return {
        "domain": domain,
        "day": now.date(),
        "trials": today.trials,
        "successes": today.successes,
        "window_days": window_days,
        "window_trials": trials,
        "window_successes": successes,
        "window_success_rate": round(Decimal(successes) / trials, 4) if trials else None,
    }
