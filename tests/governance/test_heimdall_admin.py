"""The admin of Heimdall: editing charters, and reading what the AI did."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.heimdall.models import HeimdallPolicy
from governance.policies import upsert
from tests.factories import HeimdallEventFactory, RecommendationFactory, ScorecardFactory
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

ADD = "/admin/governance/heimdallpolicy/add/"


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


def charter(domain: str = "BUYER_MATCH") -> HeimdallPolicy:
    return HeimdallPolicy.objects.get(domain=domain)


def page_of(row: Any) -> str:
    return reverse(f"admin:governance_{row._meta.model_name}_change", args=[row.pk])


def test_a_charter_is_edited_through_the_service(ops: Client) -> None:
    form = form_with(ops.get(page_of(charter())), "why")

    answer = ops.post(
        page_of(charter()),
        {**form, "prod_use_enabled": "on", "min_confidence_prod": "0.95", "use_lower_bound": "on", "why": "Pilot"},
    )

    stored = charter()
    assert answer.status_code == 302
    assert (stored.prod_use_enabled, stored.min_confidence_prod, stored.use_lower_bound) == (True, Decimal("0.95"), True)
    assert (stored.min_sandbox_trials, stored.trial_window_days, stored.recommendation_hours) == (50, 30, 24)
    assert (stored.version, stored.changed_by, stored.reason) == (2, "ops", "Pilot")
    assert stored.history.first().history_user.username == "ops"


def test_a_domain_gets_a_charter_with_production_use_off(ops: Client) -> None:
    form = form_with(ops.get(ADD), "why")
    thresholds = {"min_confidence_prod": "0.9", "min_sandbox_trials": "10", "min_sandbox_success_rate": "0.8"}

    ops.post(ADD, {**form, "domain": "lead scoring", **thresholds, "why": "New domain"})

    made = charter("LEAD_SCORING")
    assert (made.version, made.prod_use_enabled, made.min_sandbox_trials) == (1, False, 10)


def test_a_new_charter_needs_its_thresholds(ops: Client) -> None:
    form = form_with(ops.get(ADD), "why")

    answer = ops.post(ADD, {**form, "domain": "LEADS", "why": "x"})

    errors = answer.context["adminform"].form.errors
    assert set(errors) == {"min_confidence_prod", "min_sandbox_trials", "min_sandbox_success_rate"}
    assert HeimdallPolicy.objects.count() == 4


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("min_confidence_prod", "1.01"),
        ("min_confidence_prod", "-0.1"),
        ("min_sandbox_success_rate", "0.12345"),
        ("min_sandbox_trials", "-1"),
        ("trial_window_days", "0"),
        ("recommendation_hours", "0"),
        ("recommendation_hours", "99999"),
        ("why", ""),
    ],
)
def test_a_value_out_of_bounds_is_named(field: str, value: str, ops: Client) -> None:
    form = form_with(ops.get(page_of(charter())), "why")

    answer = ops.post(page_of(charter()), {**form, "why": "x", field: value})

    assert list(answer.context["adminform"].form.errors) == [field]
    assert charter().version == 1


def test_a_stale_form_writes_nothing_and_loses_nothing(ops: Client) -> None:
    form = form_with(ops.get(page_of(charter())), "why")
    upsert(HeimdallPolicy, domain="BUYER_MATCH", min_sandbox_trials=80, act=Act("Ada", reason="Too few"))

    answer = ops.post(page_of(charter()), {**form, "prod_use_enabled": "on", "why": "Mine"})

    again = form_with(answer, "why")
    assert "changed by Ada" in answer.content.decode()
    assert (again["prod_use_enabled"], again["why"], again["expected_version"]) == (["on"], ["Mine"], ["2"])
    assert (charter().version, charter().prod_use_enabled) == (2, False)


def test_the_history_shows_what_changed_in_words(ops: Client) -> None:
    upsert(
        HeimdallPolicy,
        domain="BUYER_MATCH",
        prod_use_enabled=True,
        use_lower_bound=True,
        trial_window_days=14,
        act=Act("ops", reason="x"),
    )

    page = ops.get(reverse("admin:governance_heimdallpolicy_history", args=[charter().pk]))

    assert page.context["page_obj"][0].history_delta_changes == [
        {"field": "Production use", "old": "Off", "new": "On"},
        {"field": "Minimum success rate", "old": "80%", "new": "80%, lower bound"},
        {"field": "Trials count for", "old": "30 days", "new": "14 days"},
    ]


def test_the_page_of_a_charter_shows_its_trials(ops: Client) -> None:
    today = timezone.now().date()
    assert "No trials in the last 30 days." in ops.get(page_of(charter())).content.decode()
    ScorecardFactory.create(domain="BUYER_MATCH", day=today, trials=20, successes=15)
    ScorecardFactory.create(domain="BUYER_MATCH", day=today - timedelta(days=29), trials=30, successes=25)
    ScorecardFactory.create(domain="BUYER_MATCH", day=today - timedelta(days=30), trials=50, successes=50)

    page = ops.get(page_of(charter())).content.decode()

    assert "40 of 50 trials of the last 30 days succeeded: 80%, with a lower bound of 67%." in page


@pytest.mark.parametrize("role", ["auditor", "agent", "integrator"])
def test_a_user_who_may_not_change_charters_can_read_them(role: str, user_of: Callable[..., User]) -> None:
    client = signed_in(user_of(role))

    page = client.get(page_of(charter()))
    answer = client.post(page_of(charter()), {"prod_use_enabled": "on", "why": "x"})

    assert b'name="_save"' not in page.content
    assert (answer.status_code, client.get(ADD).status_code) == (403, 403)
    assert not charter().prod_use_enabled


def test_a_recommendation_is_read_with_its_evidence_and_the_gates_answer(admin_client: Client) -> None:
    advice = RecommendationFactory.create(recommendation={"buyer": "<B-17>"}, evidence=None)

    page = admin_client.get(page_of(advice)).content.decode()

    for text in ("&lt;B-17&gt;", "95%", "Not eligible", "Use in production is switched off", "prod_use_disabled"):
        assert text in page, text


def test_scorecards_show_a_rate_if_there_is_one(admin_client: Client) -> None:
    ScorecardFactory.create(trials=8, successes=6)
    ScorecardFactory.create()
    page = admin_client.get("/admin/governance/heimdallscorecard/")
    model_admin = page.context["cl"].model_admin

    assert {model_admin.success_rate(row) for row in page.context["cl"].result_list} == {"75%", "-"}


def test_events_are_filtered_by_domain_and_show_how_trials_ended(admin_client: Client) -> None:
    trial = HeimdallEventFactory.create(success=False, confidence=Decimal("0.93"))
    HeimdallEventFactory.create(kind="USED", domain="WHOLESALE_OFFER")

    page = admin_client.get("/admin/governance/heimdallevent/", {"domain": "BUYER_MATCH"})

    assert [row.pk for row in page.context["cl"].result_list] == [trial.pk]
    text = page.content.decode()
    for word in ("Sandbox trial", "93%", "Failure"):
        assert word in text, word
