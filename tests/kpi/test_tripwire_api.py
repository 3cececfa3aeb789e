"""`/api/governance/regression` and the daily command."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings
from rest_framework.test import APIClient

from governance.golive.models import GoLiveState
from kpi.models import KPIEvent
from kpi.tripwire import evaluations, expectations, policies, summaries, triggers
from kpi.tripwire.models import RegressionPolicy, RegressionState, RegressionTrigger
from tests.conftest import attrs, codes
from tests.factories import NOON
from tests.kpi.watched import KEY, counted, expected, fallen, happened, is_on, looked, rate, simulated, valued, watch
from tests.query_counts import queries
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

ROOM = "/api/governance/regression"
POLICIES, UPSERT, STATE, EVALUATE, KPI = (f"{ROOM}/{p}" for p in ("policies", "policies/upsert", "state", "evaluate", "kpi"))
APPROVE = f"{ROOM}/baseline/approve"
SIGNED = {**KEY, "reason": "measured in March"}


def undo_path(trigger: int) -> str:
    return f"{ROOM}/triggers/{trigger}/undo"


def one(client: APIClient, path: str, **key: str) -> dict[str, Any]:
    """The row of the metric in a list."""
    key = {**KEY, **key}
    (row,) = [row for row in client.get(path).json() if {name: row[name] for name in key} == key]
    return row


# Policies ----------------------------------------------------------------------------------------------------------------


def test_the_guides_policies_are_seeded_disabled_with_its_defaults(auditor: APIClient) -> None:
    rows = {(row["domain"], row["metric"]): row for row in auditor.get(POLICIES).json()}
    seeded = {key: (row["max_drop_fraction"], row["action"], row["statistic"], row["engine"]) for key, row in rows.items()}
    assert seeded == {
        ("WHOLESALE", "contract_rate"): (0.2, "THROTTLE", "SUCCESS_RATE", ""),
        ("WHOLESALE", "offer_accept_rate"): (0.15, "THROTTLE", "SUCCESS_RATE", ""),
        ("BUYER_MATCH", "match_success"): (0.25, "THROTTLE", "SUCCESS_RATE", "WHOLESALE"),
        ("CAPITAL", "roi_event"): (0.3, "KILL_SWITCH", "SUCCESS_RATE", ""),
        ("WHOLESALE", "ladder_created"): (0.2, "THROTTLE", "VOLUME", ""),
        ("WHOLESALE", "followup_completed"): (0.2, "THROTTLE", "VOLUME", ""),
        ("WHOLESALE", "offer_generated"): (0.2, "THROTTLE", "VOLUME", ""),
        ("BUYER_MATCH", "buyer_feedback"): (0.2, "THROTTLE", "VOLUME", "WHOLESALE"),
    }
    names = ("enabled", "method", "window_events", "baseline_events", "min_events_to_enforce", "expectation", "version")
    assert {tuple(row[name] for name in names) for row in rows.values()} == {(False, "DROP", 50, 200, 50, None, 1)}


def test_a_policy_is_created_and_changed_and_keeps_absent_settings(operator: APIClient) -> None:
    made = operator.post(UPSERT, {"domain": "lab", "metric": "Accept", "window_events": 10, "reason": "new"}).json()
    assert (made["domain"], made["metric"], made["enabled"], made["version"]) == ("LAB", "accept", False, 1)
    assert (made["changed_by"], made["reason"]) == ("operator", "new")
    changed = operator.post(UPSERT, {"domain": "LAB", "metric": "accept", "enabled": True, "changed_by": "bryan"}).json()
    assert (changed["window_events"], changed["enabled"], changed["version"]) == (10, True, 2)
    assert (changed["changed_by"], changed["reason"]) == ("bryan", "")
    assert one(operator, POLICIES, domain="LAB", metric="accept") == changed


def test_a_change_with_a_stale_version_is_refused(operator: APIClient) -> None:
    response = operator.post(UPSERT, {**KEY, "enabled": True, "expected_version": 7})
    assert (response.status_code, codes(response), attrs(response)) == (409, ["version_conflict"], ["expected_version"])
    assert not RegressionPolicy.objects.get(**KEY).enabled


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"design_drop": 1}, "design_drop"),
        ({"design_drop": 0}, "design_drop"),
        ({"max_drop_fraction": 0}, "max_drop_fraction"),
        ({"max_drop_fraction": 1.1}, "max_drop_fraction"),
        ({"window_events": 0}, "window_events"),
        ({"window_events": 5001}, "window_events"),
        ({"baseline_events": 5001}, "baseline_events"),
        ({"min_events_to_enforce": 0}, "min_events_to_enforce"),
        ({"window_days": 366}, "window_days"),
        ({"amber_threshold": 8}, "amber_threshold"),
        ({"red_threshold": 3}, "amber_threshold"),
        ({"red_threshold": 1001}, "red_threshold"),
        ({"amber_threshold": 0}, "amber_threshold"),
        ({"action": "SHRUG"}, "action"),
        ({"method": "GUESS"}, "method"),
        ({"statistic": "MEDIAN"}, "statistic"),
        ({"statistic": "VOLUME", "method": "CUSUM"}, "method"),
        ({"enabled": "perhaps"}, "enabled"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(operator: APIClient, given: dict[str, Any], attr: str) -> None:
    response = operator.post(UPSERT, {**KEY, **given})
    assert (response.status_code, attrs(response)) == (400, [attr])
    assert RegressionPolicy.objects.get(**KEY).version == 1


def test_a_cusum_is_not_enabled_without_a_baseline(operator: APIClient) -> None:
    response = operator.post(UPSERT, {**KEY, "method": "CUSUM", "enabled": True})
    assert (response.status_code, codes(response), attrs(response)) == (409, ["baseline_missing"], ["enabled"])
    assert RegressionPolicy.objects.get(**KEY).method == "DROP"


# Expectations ------------------------------------------------------------------------------------------------------------


def test_a_policy_shows_its_expectation(operator: APIClient) -> None:
    happened(rate(30, 100), occurred_at=NOON - timedelta(days=3))
    watch()
    assert one(operator, POLICIES)["expectation"] is None
    simulated()
    shown = one(operator, POLICIES)["expectation"]
    assert (shown["rate"], shown["events_a_day"], shown["design_drop"]) == (0.302, 3, 0.4)
    assert (shown["looked_every"], shown["false_alarms_per_1000"]) == (3, 1)
    assert 15 <= shown["median_delay_events"] <= 27


def test_a_simulation_takes_under_a_second_and_repeats_itself() -> None:
    happened(rate(300, 1000), occurred_at=NOON)
    started = process_time()
    first = expected()
    assert process_time() - started < 1
    assert first is not None
    assert expected() == first
    assert expected(max_drop_fraction=Decimal("0.5")) != first


def test_a_cusum_is_simulated_at_its_baseline(operator: APIClient) -> None:
    happened(rate(300, 1000), occurred_at=NOON)
    operator.post(UPSERT, {**KEY, "baseline_events": 1000})
    operator.post(APPROVE, SIGNED)
    happened([False] * 100, occurred_at=NOON)
    operator.post(UPSERT, {**KEY, "method": "CUSUM", "enabled": True})
    simulated()
    shown = one(operator, POLICIES)["expectation"]
    assert shown["rate"] == 0.3002
    assert 0.01 < shown["false_alarms_per_1000"] < 0.08
    assert 130 <= shown["median_delay_events"] <= 190


def test_a_policy_evaluated_on_arrival_is_simulated_so(settings: Settings) -> None:
    happened(rate(300, 1000), occurred_at=NOON)
    assert (expected() or {})["looked_every"] == 33
    settings.TRIPWIRE_ON_ARRIVAL = True
    assert (expected() or {})["looked_every"] == 1


def test_more_daily_events_than_a_run_has_are_simulated_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expectations, "MONTH", timedelta(days=1))
    counted(2000, NOON, success=True)
    happened([False, True] * 10, occurred_at=NOON)
    shown = expected() or {}
    assert (shown["events_a_day"], shown["looked_every"]) == (2020, 1000)


def test_a_policy_without_a_rate_has_no_expectation(operator: APIClient) -> None:
    assert expected() is None
    happened([True] * 300)
    assert expected() is None
    happened([False])
    assert expected() is not None
    assert expected(statistic="VOLUME") is None
    valued(1, 2)
    assert expected(statistic="MEAN_VALUE") is None
    assert one(operator, POLICIES)["expectation"] is None


def test_a_simulation_adds_no_version_and_no_history() -> None:
    happened(rate(30, 100))
    before = watch()
    simulated()
    after = RegressionPolicy.objects.get(**KEY)
    assert after.expectation is not None
    assert (after.version, after.updated_at, after.reason) == (before.version, before.updated_at, before.reason)
    assert list(after.history.values_list("version", "expectation")) == [(2, None), (1, None)]


def test_a_late_or_repeated_simulation_is_harmless() -> None:
    happened(rate(30, 100))
    first = watch()
    latest = watch(max_drop_fraction=Decimal("0.5"))
    expectations.simulate(first.pk, first.version, NOON)
    assert RegressionPolicy.objects.get(**KEY).expectation is None
    simulated()
    found = RegressionPolicy.objects.get(**KEY).expectation
    assert found is not None
    for version in (first.version, latest.version):
        expectations.simulate(first.pk, version, NOON)
    assert RegressionPolicy.objects.get(**KEY).expectation == found


def test_the_simulation_of_a_policy_changed_meanwhile_is_not_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    happened(rate(30, 100))
    policy = watch()
    simulation = expectations.expectation

    def changed_meanwhile(*args: Any) -> Any:
        watch(max_drop_fraction=Decimal("0.5"))
        return simulation(*args)

    monkeypatch.setattr(expectations, "expectation", changed_meanwhile)
    expectations.simulate(policy.pk, policy.version, NOON)
    stored = RegressionPolicy.objects.get(**KEY)
    assert (stored.version, stored.expectation) == (policy.version + 1, None)


# Evaluate and state ------------------------------------------------------------------------------------------------------


def test_evaluate_answers_in_the_guides_shape(operator: APIClient) -> None:
    watch()
    fallen()
    answer = operator.post(EVALUATE, KEY)
    assert answer.status_code == 200
    state = answer.json()["state"]
    evaluated_at = state.pop("evaluated_at")
    assert evaluated_at.endswith("Z")
    assert state == {
        **KEY,
        "province": None,
        "triggered": True,
        "amber": False,
        "baseline": 0.95,
        "current": 0.74,
        "drop_fraction": 0.221053,
        "note": "now 0.74, before 0.95: 22.1% lower; 20% or more triggers",
        "action_taken": "THROTTLE",
    }
    assert {name: one(operator, STATE)[name] for name in state} == state


def test_an_unwatched_metric_is_404(operator: APIClient) -> None:
    nobody = {"domain": "LAB", "metric": "nothing", "reason": "none"}
    for path in (EVALUATE, APPROVE):
        response = operator.post(path, nobody)
        assert (response.status_code, codes(response)) == (404, ["not_found"])
    response = operator.post(undo_path(4711), {"reason": "none"})
    assert (response.status_code, codes(response)) == (404, ["not_found"])
    assert not RegressionState.objects.exists()


def test_the_trigger_carries_the_correlation_id(operator: APIClient) -> None:
    watch()
    fallen()
    operator.post(EVALUATE, {**KEY, "correlation_id": "daily-7"})
    assert RegressionTrigger.objects.get().correlation_id == "daily-7"


def test_the_state_shows_every_policy_with_its_last_ten_open_triggers(
    operator: APIClient, django_assert_num_queries: Any
) -> None:
    watch()
    for _ in range(12):
        happened([True] * 200 + [False] * 50)
        looked()
        happened([True] * 250)
        looked()
    numbers = list(RegressionTrigger.objects.values_list("pk", flat=True))
    triggers.undo_trigger(numbers[0], act=Act("bryan", reason="seen"))

    rows = operator.get(STATE).json()
    assert len(rows) == 8
    shown = one(operator, STATE)["triggers"]
    assert [trigger["id"] for trigger in shown] == numbers[1:11]
    assert {(trigger["domain"], trigger["metric"]) for trigger in shown} == {tuple(KEY.values())}
    never = one(operator, STATE, metric="offer_accept_rate")
    assert (never["triggered"], never["evaluated_at"], never["triggers"], never["enabled"]) == (False, None, [], False)
    with django_assert_num_queries(queries("states of the tripwires")):
        summaries.states()


def test_evaluate_and_the_state_work_with_the_kill_switch_engaged(operator: APIClient, kill_switch: GoLiveState) -> None:
    watch()
    fallen()
    assert operator.post(EVALUATE, KEY).json()["state"]["triggered"]
    assert operator.post(KPI, {**KEY, "success": True}).status_code == 201
    assert operator.get(STATE).status_code == 200


# KPI ---------------------------------------------------------------------------------------------------------------------


def test_a_kpi_event_is_recorded_with_all_its_values(integrator: APIClient) -> None:
    told = {
        "domain": "lab",
        "metric": "Margin",
        "success": "true",
        "value": "12.5",
        "province": "on",
        "market": "St. John's",
    }
    response = integrator.post(KPI, {**told, "detail": '{"lead": "L1"}', "correlation_id": "c7"})
    assert response.status_code == 201
    event = KPIEvent.objects.get(pk=response.json()["id"])
    assert (event.domain, event.metric, event.success, event.value) == ("LAB", "margin", True, 12.5)
    assert (event.province, event.market, event.detail) == ("ON", "ST_JOHNS", {"lead": "L1"})
    assert (event.actor, event.correlation_id) == ("integrator", "c7")
    assert event.user is not None
    assert event.user.username == "integrator"
    answer = response.json()
    assert (answer["success"], answer["value"], answer["province"], answer["market"]) == (True, 12.5, "ON", "ST_JOHNS")


def test_a_kpi_event_may_have_neither_success_nor_value(integrator: APIClient) -> None:
    answer = integrator.post(KPI, {**KEY, "actor": "crawler"}).json()
    assert (answer["success"], answer["value"], answer["province"]) == (None, None, None)
    assert KPIEvent.objects.get().actor == "crawler"


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"province": "XX"}, "province"),
        ({"value": "1e3"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"success": "maybe"}, "success"),
        ({"detail": "text"}, "detail"),
        ({"metric": "ünïcödé?"}, "metric"),
        ({"domain": ""}, "domain"),
    ],
)
def test_a_wrong_kpi_event_is_refused_by_name(integrator: APIClient, given: dict[str, Any], attr: str) -> None:
    response = integrator.post(KPI, {**KEY, **given})
    assert (response.status_code, attrs(response)) == (400, [attr])
    assert not KPIEvent.objects.exists()


# Approve and undo --------------------------------------------------------------------------------------------------------


def test_a_baseline_is_approved_with_a_reason(operator: APIClient) -> None:
    happened(rate(60, 200))
    without = operator.post(APPROVE, KEY)
    assert (without.status_code, attrs(without)) == (400, ["reason"])
    approved = operator.post(APPROVE, SIGNED).json()
    assert (approved["baseline_rate"], approved["baseline_size"]) == (0.300995, 200)
    assert (approved["changed_by"], approved["reason"]) == ("operator", "measured in March")


def test_too_few_events_for_a_baseline_are_reported(operator: APIClient) -> None:
    happened(rate(60, 150))
    response = operator.post(APPROVE, SIGNED)
    assert (response.status_code, codes(response)) == (409, ["not_enough_events"])
    assert response.json()["errors"][0]["detail"] == (
        "A baseline needs at least 200 events with a success value, neither all nor none of them successes: "
        "there are 150, 60 of them successes."
    )


def test_a_trigger_is_undone_with_a_reason(operator: APIClient) -> None:
    watch()
    fallen()
    looked()
    trigger = RegressionTrigger.objects.get().pk
    without = operator.post(undo_path(trigger))
    assert (without.status_code, attrs(without)) == (400, ["reason"])
    assert not is_on()
    undone = operator.post(undo_path(trigger), {"reason": "a false alarm"}).json()
    assert (undone["id"], undone["domain"], undone["undone_by"]) == (trigger, "WHOLESALE", "operator")
    assert undone["undo_reason"] == "a false alarm"
    assert undone["note"].endswith("Undone: the risk policy WHOLESALE is on again")
    assert is_on()
    assert operator.post(undo_path(trigger), {"reason": "again"}).json() == undone
    assert one(operator, STATE)["triggers"] == []


# Permissions and repetitions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "may"),
    [
        ("get", POLICIES, {"operator", "integrator", "agent", "auditor"}),
        ("get", STATE, {"operator", "integrator", "agent", "auditor"}),
        ("post", UPSERT, {"operator"}),
        ("post", EVALUATE, {"operator"}),
        ("post", APPROVE, {"operator"}),
        ("post", undo_path(1), {"operator"}),
        ("post", KPI, {"operator", "integrator"}),
    ],
)
@pytest.mark.parametrize("role", ["operator", "integrator", "agent", "auditor"])
def test_each_role_reads_and_changes_as_permitted(
    client_of: Callable[..., APIClient], method: str, path: str, may: set[str], role: str
) -> None:
    response = getattr(client_of(role), method)(path, SIGNED)
    assert (response.status_code != 403) is (role in may)
    if role not in may:
        assert codes(response) == ["permission_denied"]


@pytest.mark.parametrize("path", [KPI, UPSERT, EVALUATE, APPROVE])
def test_a_repeated_key_acts_once(operator: APIClient, path: str) -> None:
    happened(rate(60, 200))
    watch()

    def written() -> tuple[int, int, Any]:
        policy = RegressionPolicy.objects.get(**KEY)
        state = RegressionState.objects.filter(policy=policy).first()
        return KPIEvent.objects.count(), policy.version, state and state.evaluated_at

    before = written()
    first = operator.post(path, SIGNED, headers={"Idempotency-Key": "k1"})
    after = written()
    again = operator.post(path, SIGNED, headers={"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert written() == after != before
    other = operator.post(
        path, {**SIGNED, "changed_by": "eve", "actor": "eve", "metric": "x"}, headers={"Idempotency-Key": "k1"}
    )
    assert (other.status_code, codes(other)) == (409, ["idempotency_key_reused"])


# The daily run -----------------------------------------------------------------------------------------------------------


def run() -> tuple[int, list[str]]:
    """Run `evaluate_tripwires`. Return its exit code and lines."""
    out = io.StringIO()
    try:
        call_command("evaluate_tripwires", stdout=out)
    except SystemExit as exit:
        return int(exit.code or 0), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def test_the_daily_run_evaluates_every_enabled_policy_and_exits_1_after_a_trigger() -> None:
    assert run() == (0, ["No regression policy is enabled."])
    watch()
    watch(metric="offer_accept_rate")
    happened(rate(190, 200) + rate(37, 50))
    happened([True] * 250, metric="offer_accept_rate")
    fell = "WHOLESALE contract_rate: TRIGGERED (THROTTLE): now 0.74, before 0.95: 22.1% lower; 20% or more triggers"
    quiet = "WHOLESALE offer_accept_rate: quiet: now 1, before 1: no fall; 15% would trigger"
    assert run() == (1, [fell, quiet])
    assert not is_on()
    assert run() == (1, [fell, quiet])  # still fallen, and it does not act again
    assert RegressionTrigger.objects.count() == 1
    happened([True] * 250)
    assert run()[0] == 0


def test_the_daily_run_reports_amber() -> None:
    happened(rate(60, 200))
    watch()
    policies.approve_baseline(domain=KEY["domain"], metric=KEY["metric"], act=Act("bryan", reason="measured"))
    watch(method="CUSUM")
    happened([False] * 27)
    code, (line,) = run()
    assert code == 0
    assert line.startswith("WHOLESALE contract_rate: amber: ")


def test_evaluate_all_skips_disabled_policies() -> None:
    watch()
    assert [policy.codes for policy, _ in evaluations.evaluate_all(act=Act(at=NOON))] == ["WHOLESALE contract_rate"]
    assert RegressionState.objects.count() == 1
