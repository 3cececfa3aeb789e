"""Counting the trials of AI advice, and judging advice by them. The verbs are in `governance.gate.advice`."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from governance.decisions import Decision
from governance.heimdall.models import HeimdallPolicy, HeimdallScorecard
from governance.heimdall.rules import judge


def trials_in_window(domain: str, *, days: int, now: datetime) -> tuple[int, int]:
    """The numbers of trials and successes in the last `days` days (UTC), including today."""
    cards = HeimdallScorecard.objects.filter(domain=domain, day__gt=now.date() - timedelta(days=days), day__lte=now.date())
    total = cards.aggregate(trials=Sum("trials", default=0), successes=Sum("successes", default=0))
    return total["trials"], total["successes"]


def judged(domain: str, confidence: Decimal, now: datetime) -> tuple[HeimdallPolicy | None, Decision]:
    """The charter of a domain, and what it says now to advice of this confidence by the trials in its window."""
    policy = HeimdallPolicy.objects.filter(domain=domain).first()
    if policy is None:
        return None, judge(None, confidence=confidence, trials=0, successes=0)
    trials, successes = trials_in_window(domain, days=policy.trial_window_days, now=now)
    return policy, judge(policy, confidence=confidence, trials=trials, successes=successes)


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
