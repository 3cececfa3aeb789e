"""Heimdall: trials, recommendations, and the gate at use (CONTRACT section 3)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from rest_framework.test import APIClient

from governance.gate import heimdall_recommend, heimdall_require_prod_eligible, heimdall_trial, heimdall_use
from governance.heimdall import services
from governance.heimdall.errors import NotProdEligible, RecommendationNotFound
from governance.heimdall.models import HeimdallEvent, HeimdallPolicy, HeimdallRecommendation, HeimdallScorecard
from governance.policies import upsert
from tests.conftest import attrs, codes
from tests.factories import NOON, CharterFactory, RecommendationFactory, ScorecardFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

API = "/api/governance/heimdall"
DOMAIN = "ADVICE"
DAY = timedelta(days=1)


def charter(**settings: Any) -> HeimdallPolicy:
    """Make a charter with production use on: confidence 0.9, 50 trials, 8 of 10 successful."""
    made: HeimdallPolicy = CharterFactory.create(domain=DOMAIN, **settings)
    return made


def tried(trials: int = 50, successes: int = 40, days_ago: int = 0) -> None:
    ScorecardFactory.create(domain=DOMAIN, day=(NOON - days_ago * DAY).date(), trials=trials, successes=successes)


def recommend(confidence: str = "0.95", **options: Any) -> HeimdallRecommendation:
    advice = {"domain": DOMAIN, "confidence": Decimal(confidence), "recommendation": {"buyer": "B1"}}
    return heimdall_recommend(**{**advice, "act": Act("model-7", at=NOON), **options})


def kinds() -> list[tuple[str, str]]:
    return list(HeimdallEvent.objects.order_by("id").values_list("kind", "message"))


# Seeds ------------------------------------------------------------------------------------------------------------------


def test_migrate_seeds_the_charter_with_production_use_off() -> None:
    rows = HeimdallPolicy.objects.values_list(
        "domain", "min_confidence_prod", "min_sandbox_trials", "min_sandbox_success_rate"
    )
    assert list(rows) == [
        ("BUYER_MATCH", Decimal("0.90"), 50, Decimal("0.80")),
        ("CAPITAL_ROUTE", Decimal("0.95"), 100, Decimal("0.85")),
        ("FOLLOWUP_NEXT_ACTION", Decimal("0.90"), 60, Decimal("0.80")),
        ("WHOLESALE_OFFER", Decimal("0.92"), 75, Decimal("0.82")),
    ]
    shared = HeimdallPolicy.objects.values_list(
        "prod_use_enabled", "use_lower_bound", "trial_window_days", "recommendation_hours"
    )
    assert set(shared) == {(False, False, 30, 24)}
    assert {policy.history.count() for policy in HeimdallPolicy.objects.all()} == {1}


# Trials -----------------------------------------------------------------------------------------------------------------


def test_trials_are_counted_by_domain_and_day_each_with_its_event() -> None:
    for success, now in ((True, NOON), (False, NOON), (True, NOON + DAY)):
        heimdall_trial(domain=DOMAIN, confidence=Decimal("0.7"), success=success, act=Act("model-7", at=now))
    cards = HeimdallScorecard.objects.filter(domain=DOMAIN).order_by("day").values_list("day", "trials", "successes")
    assert list(cards) == [(NOON.date(), 2, 1), ((NOON + DAY).date(), 1, 1)]
    events = HeimdallEvent.objects.order_by("id").values_list("kind", "confidence", "success", "actor")
    assert list(events) == [("TRIAL", Decimal("0.7"), success, "model-7") for success in (True, False, True)]


@pytest.mark.parametrize(("days_ago", "counts"), [(0, True), (29, True), (30, False), (-1, False)])
def test_trials_count_over_the_window_of_days(days_ago: Any, counts: Any) -> None:
    charter()
    tried(days_ago=days_ago)
    assert recommend().gate_reason == ("gate_pass" if counts else "insufficient_sandbox_trials")


def test_a_charters_own_window_sums_over_its_days() -> None:
    charter(trial_window_days=2)
    tried(20, 20, days_ago=0)
    tried(30, 20, days_ago=1)
    tried(500, 500, days_ago=2)
    assert services.trials_in_window(DOMAIN, days=2, now=NOON) == (50, 40)
    assert recommend().prod_eligible


def test_trials_of_another_domain_do_not_count() -> None:
    charter()
    ScorecardFactory.create(domain="BUYER_MATCH", day=NOON.date(), trials=500, successes=500)
    assert recommend().gate_reason == "insufficient_sandbox_trials"


# Recommendations --------------------------------------------------------------------------------------------------------


def test_a_recommendation_is_stored_with_its_evidence_and_the_gates_answer() -> None:
    policy = charter()
    tried()
    kept = recommend(evidence=[{"close_rate": 0.34}], act=Act("model-7", correlation_id="C1", at=NOON))
    row = HeimdallRecommendation.objects.get()
    assert row == kept
    assert (row.recommendation, row.evidence) == ({"buyer": "B1"}, [{"close_rate": 0.34}])
    assert (row.prod_eligible, row.gate_reason, row.policy_version) == (True, "gate_pass", policy.version)
    event = HeimdallEvent.objects.get()
    assert (event.kind, event.recommendation, event.message) == ("RECOMMENDED", row, "gate_pass")
    assert (row.correlation_id, event.correlation_id) == ("C1", "C1")


def test_a_refused_recommendation_is_stored_too() -> None:
    charter()
    tried()
    row = recommend("0.5")
    assert (row.prod_eligible, row.gate_reason) == (False, "confidence_below_threshold")
    assert kinds() == [("RECOMMENDED", "confidence_below_threshold")]


def test_advice_without_a_charter_is_stored_and_not_eligible() -> None:
    row = recommend(domain="UNHEARD_OF")
    assert (row.prod_eligible, row.gate_reason, row.policy_version) == (False, "prod_use_disabled", None)


def test_the_lower_bound_needs_more_trials() -> None:
    charter(use_lower_bound=True)
    tried(50, 42)
    assert recommend().gate_reason == "sandbox_success_rate_below_threshold"
    tried(450, 378, days_ago=1)
    assert recommend().prod_eligible


# Use --------------------------------------------------------------------------------------------------------------------


def test_passing_advice_may_be_used_and_each_use_is_an_event() -> None:
    charter()
    tried()
    row = recommend()
    heimdall_require_prod_eligible(row.pk, act=Act("dispatcher", correlation_id="C2", at=NOON))
    assert kinds() == [("RECOMMENDED", "gate_pass"), ("USED", "gate_pass")]
    used = HeimdallEvent.objects.latest("id")
    assert (used.recommendation, used.actor, used.correlation_id) == (row, "dispatcher", "C2")


@pytest.mark.parametrize(
    ("age", "code"),
    [
        (timedelta(hours=24), "gate_pass"),
        (timedelta(hours=24, microseconds=1), "recommendation_expired"),
        (timedelta(days=40), "insufficient_sandbox_trials"),  # its trials are also older than the window
    ],
)
def test_a_recommendation_expires(age: Any, code: Any) -> None:
    charter()
    tried(days_ago=0)
    tried(days_ago=-1)
    row = recommend()
    decision = heimdall_use(row.pk, act=Act(at=NOON + age))
    assert (decision.code, decision.allowed) == (code, code == "gate_pass")
    assert HeimdallEvent.objects.latest("id").kind == ("USED" if decision.allowed else "REFUSED")


def test_a_recommendation_expires_after_the_hours_of_its_charter() -> None:
    charter(recommendation_hours=1)
    tried()
    row = recommend()
    assert heimdall_use(row.pk, act=Act(at=NOON + timedelta(hours=1))).allowed
    assert heimdall_use(row.pk, act=Act(at=NOON + timedelta(hours=1, seconds=1))).code == "recommendation_expired"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"prod_use_enabled": False}, "prod_use_disabled"),
        ({"min_confidence_prod": Decimal("0.96")}, "confidence_below_threshold"),
        ({"min_sandbox_trials": 51}, "insufficient_sandbox_trials"),
        ({"min_sandbox_success_rate": Decimal("0.81")}, "sandbox_success_rate_below_threshold"),
    ],
)
def test_advice_that_passed_once_is_judged_again_at_use(change: Any, code: Any) -> None:
    charter()
    tried()
    row = recommend()
    assert row.prod_eligible
    upsert(HeimdallPolicy, domain=DOMAIN, act=Act("ops", reason="stricter"), **change)
    with pytest.raises(NotProdEligible, match=code):
        heimdall_require_prod_eligible(row.pk, act=Act(at=NOON))
    assert kinds() == [("RECOMMENDED", "gate_pass"), ("REFUSED", code)]
    assert HeimdallRecommendation.objects.get().prod_eligible  # the answer of that time


def test_advice_that_failed_once_may_pass_at_use() -> None:
    charter()
    row = recommend()
    assert not row.prod_eligible
    tried()
    heimdall_require_prod_eligible(row.pk, act=Act(at=NOON))
    assert kinds()[-1] == ("USED", "gate_pass")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_event_of_a_refusal_stays_despite_the_error() -> None:
    row = RecommendationFactory.create()
    with pytest.raises(NotProdEligible, match="prod_use_disabled"):
        heimdall_require_prod_eligible(row.pk, act=Act())
    assert kinds() == [("REFUSED", "prod_use_disabled")]


def test_an_unknown_recommendation_is_not_found() -> None:
    with pytest.raises(RecommendationNotFound):
        heimdall_require_prod_eligible(999_999_999, act=Act())
    assert not HeimdallEvent.objects.exists()


# The tables -------------------------------------------------------------------------------------------------------------


def test_advice_and_events_are_neither_changed_nor_deleted() -> None:
    recommend()
    for change in (
        lambda: HeimdallRecommendation.objects.update(prod_eligible=True),
        lambda: HeimdallEvent.objects.update(message="gate_pass"),
        lambda: HeimdallEvent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    assert not HeimdallRecommendation.objects.get().prod_eligible


def test_the_database_forbids_more_successes_than_trials() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        tried(1, 2)


@pytest.mark.parametrize(("name", "most"), [("trial_window_days", 3650), ("recommendation_hours", 8760)])
def test_a_span_out_of_bounds_is_refused_by_field(operator: APIClient, name: str, most: int) -> None:
    charter()
    refused = operator.post(f"{API}/policies/upsert", {"domain": DOMAIN, name: most + 1})
    assert (refused.status_code, codes(refused), attrs(refused)) == (400, ["max_value"], [name])
    with pytest.raises(ValidationError) as broken:
        HeimdallPolicy(domain="OTHER", **{name: most + 1}).clean_fields(exclude=["changed_by"])
    assert name in broken.value.message_dict
    assert operator.post(f"{API}/policies/upsert", {"domain": DOMAIN, name: most}).json()[name] == most


@pytest.mark.parametrize(
    "broken",
    [
        {"trial_window_days": 0},
        {"trial_window_days": 3651},
        {"recommendation_hours": 0},
        {"recommendation_hours": 8761},
        {"min_confidence_prod": "1.0001"},
    ],
)
def test_the_database_forbids_a_charter_out_of_bounds(broken: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        charter(**broken)


def test_rows_have_readable_names() -> None:
    assert str(charter()) == DOMAIN
    tried()
    assert str(HeimdallScorecard.objects.get()) == "Advice, Dec 15, 2026"
    assert str(recommend()) == "Advice: eligible for production"
    assert str(HeimdallEvent.objects.get()) == "Advice: recommendation"


# Over the API -----------------------------------------------------------------------------------------------------------


def test_the_api_leads_from_sandbox_to_production(operator: APIClient, integrator: APIClient) -> None:
    settings = {"min_confidence_prod": 0.9, "min_sandbox_trials": 2, "min_sandbox_success_rate": 0.5}
    answer = operator.post(f"{API}/policies/upsert", {"domain": "advice", **settings, "reason": "a try"})
    assert (answer.status_code, answer.json()["prod_use_enabled"], answer.json()["domain"]) == (200, False, "ADVICE")
    advice = {"domain": "advice", "confidence": 0.95, "recommendation": {"buyer": "B1"}, "evidence": {"n": 3}}
    gates = [integrator.post(f"{API}/recommend", advice)]
    operator.post(f"{API}/policies/upsert", {"domain": "advice", "prod_use_enabled": True, "reason": "ready"})
    gates.append(integrator.post(f"{API}/recommend", {**advice, "confidence": 0.5}))
    gates.append(integrator.post(f"{API}/recommend", advice))
    trial = {"domain": "advice", "confidence": 0.9, "success": False}
    integrator.post(f"{API}/sandbox/trial", trial)
    trial_answer = integrator.post(f"{API}/sandbox/trial", trial)
    gates.append(integrator.post(f"{API}/recommend", advice))
    for _ in range(2):
        integrator.post(f"{API}/sandbox/trial", {**trial, "success": True})
    gates.append(integrator.post(f"{API}/recommend", advice))

    assert [gate.status_code for gate in gates] == [201] * 5
    assert [gate.json()["gate_reason"] for gate in gates] == [
        "prod_use_disabled",
        "confidence_below_threshold",
        "insufficient_sandbox_trials",
        "sandbox_success_rate_below_threshold",
        "gate_pass",
    ]
    row = HeimdallRecommendation.objects.get(gate_reason="gate_pass")
    assert gates[-1].json() == {
        "id": row.pk,
        "domain": "ADVICE",
        "confidence": 0.95,
        "prod_eligible": True,
        "gate_reason": "gate_pass",
    }
    assert (row.actor, row.user and row.user.username, row.evidence) == ("integrator", "integrator", {"n": 3})
    day = trial_answer.json()["day"]
    assert (trial_answer.status_code, trial_answer.json()) == (
        201,
        {"domain": "ADVICE", "day": day, "trials": 2, "successes": 0},
    )
    cards = {card["domain"]: card for card in integrator.get(f"{API}/scorecard/today").json()}
    assert cards["ADVICE"] == {
        "domain": "ADVICE",
        "day": day,
        "trials": 4,
        "successes": 2,
        "window_days": 30,
        "window_trials": 4,
        "window_successes": 2,
        "window_success_rate": 0.5,
    }
    assert (cards["BUYER_MATCH"]["trials"], cards["BUYER_MATCH"]["window_success_rate"]) == (0, None)


def test_a_scorecard_sums_each_charters_own_window() -> None:
    charter(trial_window_days=2)
    for days_ago in (0, 1, 2, 40):
        tried(10, 5, days_ago)
    card = next(card for card in services.scorecards(NOON) if card["domain"] == DOMAIN)
    assert (card["trials"], card["window_trials"], card["window_successes"]) == (10, 20, 10)


@pytest.mark.parametrize("missing", ["min_confidence_prod", "min_sandbox_trials", "min_sandbox_success_rate"])
def test_a_new_charter_needs_its_thresholds(operator: APIClient, missing: Any) -> None:
    settings = {"min_confidence_prod": 0.9, "min_sandbox_trials": 2, "min_sandbox_success_rate": 0.5}
    del settings[missing]
    answer = operator.post(f"{API}/policies/upsert", {"domain": "advice", **settings})
    assert (answer.status_code, codes(answer), attrs(answer)) == (400, ["required"], [missing])
    assert not HeimdallPolicy.objects.filter(domain=DOMAIN).exists()


def test_a_charter_is_changed_with_who_why_and_history(operator: APIClient) -> None:
    change = {"domain": "BUYER_MATCH", "use_lower_bound": True, "reason": "few trials", "changed_by": "bryan"}
    answer = operator.post(f"{API}/policies/upsert", change).json()
    row = HeimdallPolicy.objects.get(domain="BUYER_MATCH")
    assert answer == {
        "id": row.pk,
        "domain": "BUYER_MATCH",
        "min_confidence_prod": 0.9,
        "min_sandbox_trials": 50,
        "min_sandbox_success_rate": 0.8,
        "prod_use_enabled": False,
        "use_lower_bound": True,
        "trial_window_days": 30,
        "recommendation_hours": 24,
        "version": 2,
        "changed_by": "bryan",
        "reason": "few trials",
        "updated_at": answer["updated_at"],
    }
    assert answer in operator.get(f"{API}/policies").json()
    assert (row.history.count(), row.user and row.user.username) == (2, "operator")
