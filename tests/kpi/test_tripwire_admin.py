"""The admin of the tripwire: policies, their expectations, and triggers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from governance.golive.models import GoLiveState
from governance.policies import upsert
from governance.risk.models import RiskPolicy
from kpi.tripwire.admin.states import expectation_text
from kpi.tripwire.models import RegressionPolicy, RegressionState, RegressionTrigger
from tests.factories import TriggerFactory
from tests.kpi.watched import fallen, happened, is_on, looked, rate, simulated, watch
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

LIST = "/admin/kpi/regressionpolicy/"
ADD = "/admin/kpi/regressionpolicy/add/"
TRIGGERS = "/admin/kpi/regressiontrigger/"
EXPECTED = {
    "rate": 0.3,
    "events_a_day": 20,
    "looked_every": 20,
    "design_drop": 0.4,
    "false_alarms_per_1000": 0.038,
    "median_delay_events": 140.0,
}


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


def policy(metric: str = "contract_rate") -> RegressionPolicy:
    return RegressionPolicy.objects.get(metric=metric)


def url(row: Any, page: str = "change") -> str:
    return reverse(f"admin:kpi_{row._meta.model_name}_{page}", args=[row.pk])


def errors(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


def labels(client: Client, **query: str) -> dict[str, str]:
    """The state of each metric as the list shows it."""
    changelist = client.get(LIST, query).context["cl"]
    return {row.metric: changelist.model_admin.state_label(row) for row in changelist.result_list}


# Expectations -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "At its own rate of 30% and volume of 20 events a day"),
        ({}, "1,000 events (about 50 days) bring a false alarm with a probability of 4%"),
        ({}, "a fall by 40% is seen in the middle case 140 events after it began (about 7 days)."),
        ({"events_a_day": 1}, "volume of 1 event a day"),
        ({"events_a_day": 120}, "140 events after it began (about a day)."),
        ({"events_a_day": 400}, "140 events after it began (within a day)."),
        ({"median_delay_events": None}, "a fall by 40% is seen mostly not within 1,000 events."),
    ],
)
def test_the_expectation_is_a_sentence(given: dict[str, Any], words: str) -> None:
    assert words in expectation_text({**EXPECTED, **given})


def test_the_page_shows_the_expectation_at_the_metrics_own_rate(ops: Client) -> None:
    assert "There are no events yet" in ops.get(url(policy())).content.decode()
    happened(rate(90, 300))
    form = form_with(ops.get(url(policy())), "why")

    ops.post(url(policy()), {**form, "max_drop_fraction": "0.5", "why": "Fewer false alarms"})

    assert "It is not simulated yet" in ops.get(url(policy())).content.decode()
    simulated()
    assert policy().expectation is not None
    assert expectation_text(policy().expectation or {}) in ops.get(url(policy())).content.decode()
    assert "At its own rate of 30.1%" in expectation_text(policy().expectation or {})


def test_a_volume_is_not_simulated_and_the_page_says_so(ops: Client) -> None:
    assert "It is simulated for success rates only." in ops.get(url(policy("ladder_created"))).content.decode()


def test_the_page_shows_the_state_of_the_metric(ops: Client) -> None:
    assert "It was not looked at yet" in ops.get(url(policy())).content.decode()
    watch()
    fallen()
    looked()

    page = ops.get(url(policy())).content.decode()

    assert f"Triggered: {RegressionState.objects.get().note}" in page


def test_the_list_shows_the_state_of_each_metric(ops: Client) -> None:
    watch()
    happened([True] * 250)
    looked()
    RegressionState.objects.create(policy=policy("roi_event"), evaluated_at=policy().updated_at, amber=True)
    RegressionState.objects.create(
        policy=policy("match_success"), evaluated_at=policy().updated_at, triggered=True, amber=True
    )

    shown = labels(ops, statistic__exact="SUCCESS_RATE")

    assert shown == {
        "contract_rate": "Quiet",
        "roi_event": "Amber",
        "match_success": "Triggered",
        "offer_accept_rate": "Not looked at yet",
    }


# Changing ---------------------------------------------------------------------------------------------------------------


def test_a_policy_is_edited_through_the_service(ops: Client) -> None:
    form = form_with(ops.get(url(policy())), "why")

    answer = ops.post(
        url(policy()), {**form, "enabled": "on", "action": "KILL_SWITCH", "engine": "cold calls", "why": "It is our bread"}
    )

    stored = policy()
    assert answer.status_code == 302
    assert (stored.enabled, stored.action, stored.engine) == (True, "KILL_SWITCH", "COLD_CALLS")
    assert (stored.method, stored.window_events, stored.max_drop_fraction) == ("DROP", 50, Decimal("0.20"))
    assert (stored.version, stored.changed_by, stored.reason) == (2, "ops", "It is our bread")
    assert stored.history.first().history_user.username == "ops"


def test_saving_an_unchanged_form_keeps_every_setting(ops: Client) -> None:
    before = RegressionPolicy.objects.filter(metric="match_success")
    settings = before.values("enabled", "statistic", "action", "engine", "window_days", "red_threshold", "design_drop").get()
    form = form_with(ops.get(url(policy("match_success"))), "why")

    ops.post(url(policy("match_success")), {**form, "why": "Looked at it"})

    assert before.values(*settings).get() == settings
    assert policy("match_success").version == 2


def test_a_new_metric_gets_a_disabled_policy(ops: Client) -> None:
    form = form_with(ops.get(ADD), "why")

    ops.post(ADD, {**form, "domain": "capital", "metric": "Late Draw", "why": "New metric"})

    made = policy("late_draw")
    assert (made.domain, made.version, made.enabled, made.method) == ("CAPITAL", 1, False, "DROP")
    assert (made.max_drop_fraction, made.red_threshold, made.engine) == (Decimal("0.2"), Decimal(7), "")


def test_a_second_policy_for_a_metric_is_refused(ops: Client) -> None:
    form = form_with(ops.get(ADD), "why")

    answer = ops.post(ADD, {**form, "domain": " wholesale", "metric": "CONTRACT_RATE", "why": "x"})

    assert "already exists" in str(errors(answer))
    assert policy().version == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_drop_fraction", "1.01"),
        ("max_drop_fraction", "-0.1"),
        ("design_drop", "0.12345"),
        ("window_events", "0"),
        ("baseline_events", "5001"),
        ("window_days", "366"),
        ("engine", "!!"),
        ("statistic", "MEDIAN"),
        ("method", ""),
        ("why", " "),
    ],
)
def test_a_value_out_of_bounds_is_named(field: str, value: str, ops: Client) -> None:
    form = form_with(ops.get(url(policy())), "why")

    answer = ops.post(url(policy()), {**form, "why": "x", field: value})

    assert list(errors(answer)) == [field]
    assert policy().version == 1


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"method": "CUSUM", "enabled": "on"}, "enabled", "needs an approved baseline"),
        ({"method": "CUSUM", "statistic": "VOLUME"}, "method", "choose the statistic SUCCESS_RATE"),
        ({"amber_threshold": "7.01"}, "amber_threshold", "may not lie above the red one"),
        ({"design_drop": "1"}, "design_drop", "less than or equal to 0.9999"),
        ({"max_drop_fraction": "0"}, "max_drop_fraction", "greater than or equal to 0.0001"),
    ],
)
def test_contradicting_settings_are_refused_in_words(given: dict[str, str], field: str, words: str, ops: Client) -> None:
    form = form_with(ops.get(url(policy())), "why")

    answer = ops.post(url(policy()), {**form, "why": "x", **given})

    assert list(errors(answer)) == [field]
    assert words in str(errors(answer))
    assert policy().version == 1


def test_a_stale_form_writes_nothing_and_loses_nothing(ops: Client) -> None:
    form = form_with(ops.get(url(policy())), "why")
    upsert(RegressionPolicy, domain="WHOLESALE", metric="contract_rate", window_events=80, act=Act("Ada", reason="Noise"))

    answer = ops.post(url(policy()), {**form, "enabled": "on", "baseline_events": "400", "why": "Mine"})

    again = form_with(answer, "why")
    assert "changed by Ada" in answer.content.decode()
    assert (again["baseline_events"], again["why"], again["expected_version"]) == (["400"], ["Mine"], ["2"])
    assert (policy().version, policy().enabled, policy().baseline_events) == (2, False, 200)


def test_the_history_shows_what_changed_in_words(ops: Client) -> None:
    watch(action="KILL_SWITCH", window_events=80, max_drop_fraction=Decimal("0.25"))

    page = ops.get(url(policy(), "history"))

    assert page.context["page_obj"][0].history_delta_changes == [
        {"field": "State", "old": "Off", "new": "On"},
        {"field": "A fall does", "old": "Switches the risk policy of Wholesale off", "new": "Engages the kill switch"},
        {"field": "Largest drop", "old": "20%", "new": "25%"},
        {"field": "Window", "old": "50 events", "new": "80 events"},
    ]


@pytest.mark.parametrize("role", ["auditor", "agent", "integrator"])
def test_a_user_who_may_not_change_policies_can_read_them(role: str, user_of: Callable[..., User]) -> None:
    client = signed_in(user_of(role))

    page = client.get(url(policy()))
    answer = client.post(url(policy()), {"enabled": "on", "why": "x"})

    assert b'name="_save"' not in page.content
    assert url(policy(), "approve") not in page.content.decode()
    assert (answer.status_code, client.get(ADD).status_code) == (403, 403)
    assert not policy().enabled


# Approving a baseline ---------------------------------------------------------------------------------------------------


def test_a_baseline_is_approved_with_a_reason(ops: Client) -> None:
    happened(rate(60, 200))
    assert url(policy(), "approve") in ops.get(url(policy())).content.decode()
    form = form_with(ops.get(url(policy(), "approve")), "reason")

    answer = ops.post(url(policy(), "approve"), {**form, "reason": "A good month"}, follow=True)

    stored = policy()
    assert (stored.baseline_size, stored.changed_by, stored.reason) == (200, "ops", "A good month")
    assert stored.baseline_rate == Decimal("0.300995")
    assert stored.history.first().history_user.username == "ops"
    assert LogEntry.objects.get().object_id == str(stored.pk)
    assert "30.1%, measured on 200 events" in answer.content.decode()


def test_the_page_shows_the_baseline_before_the_approval(ops: Client) -> None:
    happened(rate(60, 200))
    page = ops.get(url(policy(), "approve"))
    shown = page.context["table"]["rows"][0][:3]
    assert shown == ["30.1%, measured on 200 events", "60 of 200", "none yet"]
    assert page.context["idle"] == ""
    assert shown[0] in page.content.decode()
    ops.post(url(policy(), "approve"), {"reason": "A good month"})
    assert (policy().baseline_rate, policy().baseline_size) == (Decimal("0.300995"), 200)


@pytest.mark.parametrize(("successes", "events"), [(0, 0), (60, 199), (0, 200), (200, 200)])
def test_the_page_says_when_no_baseline_can_be_approved(successes: int, events: int, ops: Client) -> None:
    happened(rate(successes, events))
    page = ops.get(url(policy(), "approve"))
    assert page.context["table"]["rows"][0][:2] == ["not enough to measure", f"{successes} of {events}"]
    assert "A baseline needs at least 200 events" in page.context["idle"]


def test_a_cusum_is_enabled_once_its_baseline_is_approved(ops: Client) -> None:
    happened(rate(60, 200))
    form = form_with(ops.get(url(policy())), "why")
    ops.post(url(policy()), {**form, "method": "CUSUM", "why": "Finer"})
    ops.post(url(policy(), "approve"), {"reason": "A good month"})
    form = form_with(ops.get(url(policy())), "why")

    answer = ops.post(url(policy()), {**form, "enabled": "on", "why": "Go"})

    assert answer.status_code == 302
    assert (policy().method, policy().enabled, policy().version) == ("CUSUM", True, 4)


def test_too_few_events_make_no_baseline(ops: Client) -> None:
    happened(rate(60, 199))

    answer = ops.post(url(policy(), "approve"), {"reason": "x"})

    assert "A baseline needs at least 200 events" in answer.content.decode()
    assert (policy().version, policy().baseline_rate) == (1, None)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_approving_needs_a_reason(reason: str, ops: Client) -> None:
    happened(rate(60, 200))

    answer = ops.post(url(policy(), "approve"), {"reason": reason})

    assert list(answer.context["form"].errors) == ["reason"]
    assert policy().baseline_rate is None


def test_opening_the_page_approves_nothing(ops: Client) -> None:
    happened(rate(60, 200))

    for answer in (ops.get(url(policy(), "approve"), {"reason": "x"}), ops.head(url(policy(), "approve"))):
        assert answer.status_code == 200

    assert policy().baseline_rate is None


def test_only_a_success_rate_has_a_baseline_to_approve(ops: Client) -> None:
    assert url(policy("ladder_created"), "approve") not in ops.get(url(policy("ladder_created"))).content.decode()


def test_the_permission_to_change_policies_is_not_enough_to_approve(user_of: Callable[..., User]) -> None:
    user = user_of()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_regressionpolicy", "change_regressionpolicy"]))
    happened(rate(60, 200))

    assert signed_in(user).post(url(policy(), "approve"), {"reason": "x"}).status_code == 403
    assert policy().baseline_rate is None


# Triggers ---------------------------------------------------------------------------------------------------------------


def went_off(**settings: Any) -> RegressionTrigger:
    """The trigger of a fall."""
    watch(**settings)
    fallen()
    looked()
    return RegressionTrigger.objects.get()


def test_a_trigger_is_undone_with_a_reason(ops: Client) -> None:
    trigger = went_off()
    assert not is_on()
    assert url(trigger, "undo") in ops.get(url(trigger)).content.decode()
    page = ops.get(url(trigger, "undo"))
    assert "The risk policy of WHOLESALE that it switched off is on again." in page.content.decode()

    answer = ops.post(url(trigger, "undo"), {**form_with(page, "reason"), "reason": "A data error"}, follow=True)

    trigger.refresh_from_db()
    risk_policy = RiskPolicy.objects.get(engine="WHOLESALE")
    assert is_on()
    assert (trigger.undone_by, trigger.undo_reason) == ("ops", "A data error")
    assert trigger.undone_user is not None
    assert (risk_policy.changed_by, risk_policy.reason) == ("ops", "A data error")
    assert LogEntry.objects.get().object_id == str(trigger.pk)
    assert f"Tripwire {trigger.pk} is undone: the risk policy WHOLESALE is on again." in answer.content.decode()
    assert url(trigger, "undo") not in ops.get(url(trigger)).content.decode()


def test_undoing_a_kill_switch_releases_it(ops: Client) -> None:
    trigger = went_off(action="KILL_SWITCH")
    assert "the system acts again at once" in ops.get(url(trigger, "undo")).content.decode()

    ops.post(url(trigger, "undo"), {"reason": "A data error"})

    assert not GoLiveState.objects.get().kill_switch_engaged


def test_a_user_who_may_not_release_the_kill_switch_cannot_do_so_by_undoing(user_of: Callable[..., User]) -> None:
    trigger, user = went_off(action="KILL_SWITCH"), user_of()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_regressiontrigger", "clear_tripwire"]))

    answer = signed_in(user).post(url(trigger, "undo"), {"reason": "x"})

    trigger.refresh_from_db()
    assert "needs the permission to release the kill switch" in answer.content.decode()
    assert GoLiveState.objects.get().kill_switch_engaged
    assert trigger.undone_at is None


def test_a_trigger_that_did_nothing_can_be_closed(ops: Client) -> None:
    trigger = TriggerFactory.create()
    assert "there is nothing to take back" in ops.get(url(trigger, "undo")).content.decode()

    ops.post(url(trigger, "undo"), {"reason": "Seen"})

    trigger.refresh_from_db()
    assert trigger.undo_reason == "Seen"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_undoing_needs_a_reason(reason: str, ops: Client) -> None:
    trigger = went_off()

    answer = ops.post(url(trigger, "undo"), {"reason": reason})

    assert list(answer.context["form"].errors) == ["reason"]
    assert not is_on()


def test_opening_the_page_undoes_nothing(ops: Client) -> None:
    trigger = went_off()

    for answer in (ops.get(url(trigger, "undo"), {"reason": "x"}), ops.head(url(trigger, "undo"))):
        assert answer.status_code == 200

    assert not is_on()


@pytest.mark.parametrize("role", ["auditor", "agent", "integrator"])
def test_only_a_user_who_may_clear_a_tripwire_undoes_a_trigger(role: str, user_of: Callable[..., User]) -> None:
    trigger, client = went_off(), signed_in(user_of(role))

    assert client.post(url(trigger, "undo"), {"reason": "x"}).status_code == 403
    assert url(trigger, "undo") not in client.get(url(trigger)).content.decode()
    assert not is_on()


def test_an_unknown_row_is_reported(ops: Client) -> None:
    for row, page in ((RegressionTrigger(pk=99), "undo"), (RegressionPolicy(pk=99), "approve")):
        assert ops.get(url(row, page)).status_code == 302
        assert ops.post(url(row, page), {"reason": "x"}).status_code == 302


def test_triggers_are_filtered_by_whether_they_are_undone(ops: Client) -> None:
    waiting = TriggerFactory.create()
    undone = TriggerFactory.create(undone_at=waiting.created_at)

    def listed(**query: str) -> list[int]:
        return [row.pk for row in ops.get(TRIGGERS, query).context["cl"].result_list]

    assert listed(state="standing") == [waiting.pk]
    assert listed(state="undone") == [undone.pk]
    assert listed() == [undone.pk, waiting.pk]


@pytest.mark.parametrize(
    ("action", "engine", "words"),
    [
        ("THROTTLE", "WHOLESALE", "Switched the risk policy of Wholesale off"),
        ("KILL_SWITCH", "", "Engaged the kill switch"),
        ("none", "", "Nothing"),
    ],
)
def test_a_trigger_shows_what_it_did_and_its_policy_what_it_would_do(
    action: str, engine: str, words: str, ops: Client
) -> None:
    TriggerFactory.create(policy=policy(), action_taken=action, engine=engine)
    state = RegressionState.objects.create(policy=policy(), action_taken=action, triggered=True)
    assert words in ops.get(TRIGGERS).content.decode()
    assert words in ops.get(url(state)).content.decode()
    assert "Switches the risk policy of Wholesale off" in ops.get(LIST).content.decode()


def test_a_state_shows_what_was_seen(ops: Client) -> None:
    went_off()

    page = ops.get(url(RegressionState.objects.get())).content.decode()

    for text in ("0.95", "0.74", "22.1%", "Switched the risk policy of Wholesale off"):
        assert text in page, text
