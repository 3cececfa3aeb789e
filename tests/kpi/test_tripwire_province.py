"""A regression policy that names a province sees that province's events only (CONTRACT section 10)."""

import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings
from rest_framework.test import APIClient

from kpi.models import KPIEvent
from kpi.services import emit_kpi
from kpi.tripwire.errors import PolicyNotFound
from kpi.tripwire.looking import judged_events
from kpi.tripwire.models import RegressionPolicy, RegressionTrigger
from kpi.tripwire.summaries import states
from tests.conftest import attrs, codes
from tests.factories import KpiFactory, RegressionPolicyFactory
from tests.kpi.watched import KEY, approved, expected, happened, looked, rate, simulated, valued, watch
from tests.plans.explain import explain, statement_of
from tests.staff import form_with, signed_in
from wholesale.plumbing.vocabulary import Province

pytestmark = pytest.mark.django_db

ROOM = "/api/governance/regression"
ON: dict[str, Any] = {**KEY, "province": "ON"}


def policy_of(province: str | None) -> RegressionPolicy:
    return RegressionPolicy.objects.get(**KEY, province=province)


# What a policy sees ------------------------------------------------------------------------------------------------------


def test_the_drop_rule_of_a_province_sees_only_its_events() -> None:
    watch(province="ON")
    watch()
    happened(rate(190, 200) + rate(20, 50), province="ON")
    happened([True] * 250, province="QC")

    ontario = looked(province="ON")

    assert (ontario.triggered, ontario.baseline, ontario.current) == (True, Decimal("0.95"), Decimal("0.4"))
    assert not looked().triggered  # all of Canada: its last 250 events are those of Quebec
    assert RegressionTrigger.objects.get().policy.province == "ON"


def test_all_of_canada_also_counts_the_events_that_name_no_province() -> None:
    watch()
    happened(rate(190, 200), province="BC")
    happened(rate(20, 50))
    assert looked().triggered


def test_a_cusum_of_a_province_sees_only_its_events() -> None:
    approved(province="ON")
    happened([False] * 60, province="QC")
    happened([False] * 60)
    assert not looked(province="ON").amber

    happened([False] * 45, province="ON")  # 45 x 0.159 = 7.15

    state = looked(province="ON")
    assert (state.triggered, state.current) == (True, 0)
    assert "the sum is 7.15" in state.note


def test_a_baseline_is_measured_on_the_events_of_its_province() -> None:
    happened(rate(190, 200), province="QC")
    policy = approved(successes=60, province="ON")
    assert (policy.baseline_rate, policy.baseline_size) == (Decimal("0.300995"), 200)
    assert policy.baseline_event_id == KPIEvent.objects.latest("id").pk
    assert policy_of(None).baseline_rate is None


def test_a_mean_and_a_volume_of_a_province_see_only_its_events() -> None:
    watch(province="ON", statistic="MEAN_VALUE", window_events=1, baseline_events=1, min_events_to_enforce=1)
    KpiFactory.create(**ON, value=10, success=None)
    valued(1, 1)
    KpiFactory.create(**ON, value=9, success=None)
    assert looked(province="ON").drop_fraction == Decimal("0.1")
    watch(province="ON", statistic="VOLUME")
    assert looked(province="ON").current == 2


def test_a_policy_is_simulated_at_the_rate_of_its_province() -> None:
    happened(rate(30, 100), province="ON")
    happened(rate(90, 100), province="QC")
    assert (expected() or {})["rate"] == 0.5995
    watch(province="ON")
    simulated()
    assert (policy_of("ON").expectation or {})["rate"] == 0.302


@pytest.mark.postgres
def test_a_look_at_a_small_province_reads_few_events() -> None:
    watch(province="PE")
    happened(rate(90, 300), province="PE")
    happened([True] * 40_000, province="ON")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE kpi_kpievent")
    policy = policy_of("PE")
    events = judged_events(policy)
    looks = {
        "DROP": events.order_by("-id").values_list("success", flat=True)[:250],
        "CUSUM": events.filter(id__gt=1).order_by("id").values_list("id", "occurred_at", "success"),
    }
    for look in looks.values():
        plan = explain(connection.connection, statement_of("kpi_kpievent", look.__len__), generic=False)
        assert plan.rows_read <= 300, str(plan)


# The policies ------------------------------------------------------------------------------------------------------------


def test_each_province_and_all_of_canada_have_one_policy_of_a_metric() -> None:
    for province in (None, "ON", "QC"):
        assert watch(province=province) == watch(province=province)
    assert list(RegressionPolicy.objects.filter(**KEY).values_list("province", flat=True)) == [None, "ON", "QC"]
    for province in (None, "ON", "XX"):
        with pytest.raises(IntegrityError), transaction.atomic():
            RegressionPolicyFactory.create(**KEY, province=province)


def test_the_api_makes_lists_and_evaluates_policies_by_province(operator: APIClient) -> None:
    canada = operator.post(f"{ROOM}/policies/upsert", {**KEY, "enabled": True}).json()
    ontario = operator.post(f"{ROOM}/policies/upsert", {**KEY, "province": "on", "enabled": True}).json()
    assert (canada["province"], canada["version"]) == (None, 2)
    assert (ontario["province"], ontario["version"]) == ("ON", 1)
    for path in ("policies", "state"):
        listed = operator.get(f"{ROOM}/{path}").json()
        assert [row["province"] for row in listed if row["metric"] == KEY["metric"]] == [None, "ON"]

    for outcome in rate(190, 200) + rate(20, 50):
        emit_kpi(**ON, success=outcome)
    happened([True] * 250)
    answers = {
        province: operator.post(f"{ROOM}/evaluate", {**KEY, "province": province}, format="json").json()["state"]
        for province in (None, "ON")
    }
    assert [(state["province"], state["triggered"]) for state in answers.values()] == [(None, False), ("ON", True)]
    (trigger,) = next(row for row in states() if row["province"] == "ON")["triggers"]
    assert trigger["province"] == "ON"


def test_the_api_approves_the_baseline_of_a_province(operator: APIClient) -> None:
    happened(rate(60, 200), province="ON")
    watch(province="ON")
    given = {**KEY, "reason": "a normal month"}
    assert codes(operator.post(f"{ROOM}/baseline/approve", given | {"province": "QC"})) == ["not_found"]
    approved = operator.post(f"{ROOM}/baseline/approve", given | {"province": "ON"}).json()
    assert (approved["province"], approved["baseline_rate"]) == ("ON", 0.300995)
    assert operator.post(f"{ROOM}/baseline/approve", given).json()["province"] is None
    assert policy_of("ON").version == 2


def test_a_province_that_does_not_exist_is_refused(operator: APIClient) -> None:
    for path in ("policies/upsert", "evaluate", "baseline/approve", "kpi"):
        response = operator.post(f"{ROOM}/{path}", {**KEY, "province": "XX", "reason": "x"})
        assert (response.status_code, attrs(response)) == (400, ["province"])


def test_a_province_without_a_policy_has_nothing_to_evaluate() -> None:
    watch()
    with pytest.raises(PolicyNotFound, match="contract_rate of WHOLESALE in ON"):
        looked(province="ON")


def test_the_command_evaluates_the_policy_of_each_province() -> None:
    watch()
    watch(province="ON")
    happened(rate(190, 200) + rate(20, 50), province="ON")
    happened([True] * 250)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("evaluate_tripwires", stdout=out)
    assert re.findall(r"^.*?: \w+", out.getvalue(), re.MULTILINE) == [
        "WHOLESALE contract_rate: quiet",
        "WHOLESALE contract_rate ON: TRIGGERED",
    ]


def test_an_arriving_event_is_looked_at_for_its_province_and_for_all_of_canada(settings: Settings) -> None:
    settings.TRIPWIRE_ON_ARRIVAL = True
    for province in (None, "ON", "QC"):
        watch(province=province)
    DBTaskResult.objects.all().delete()
    emit_kpi(**ON, success=True)
    queued: list[Any] = [task.args_kwargs["args"] for task in DBTaskResult.objects.order_by("enqueued_at")]
    assert queued == [[*KEY.values(), None], [*KEY.values(), "ON"]]


# The pages ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ops(user_of: Any) -> Client:
    """A browser of an operator."""
    return signed_in(user_of("operator"))


@pytest.mark.parametrize("province", ["", "ON"])
def test_the_page_makes_one_policy_for_a_place(ops: Client, province: str) -> None:
    add = "/admin/kpi/regressionpolicy/add/"
    form = form_with(ops.get(add), "why")
    given = {**form, "domain": "LAB", "metric": "accept", "province": province, "why": "new"}
    assert ops.post(add, given).status_code == 302
    assert RegressionPolicy.objects.get(metric="accept").province == (province or None)
    again = ops.post(add, given)
    assert "already exists" in str(again.context["adminform"].form.errors)


def test_the_page_approves_the_baseline_of_its_province(ops: Client) -> None:
    happened(rate(60, 200), province="ON")
    watch(province="ON")
    page = f"/admin/kpi/regressionpolicy/{policy_of('ON').pk}/approve/"
    form = form_with(ops.get(page), "reason")
    ops.post(page, {**form, "reason": "a normal month"})
    assert policy_of("ON").baseline_size == 200
    assert policy_of(None).baseline_size is None


def test_provinces_are_named_on_the_pages(ops: Client) -> None:
    watch(province="ON")
    page = ops.get("/admin/kpi/regressionpolicy/").content.decode()
    assert "Wholesale: accepted offer came to a contract, Ontario" in page
    assert str(Province.ON.label) in ops.get(f"/admin/kpi/regressionpolicy/{policy_of('ON').pk}/change/").content.decode()
