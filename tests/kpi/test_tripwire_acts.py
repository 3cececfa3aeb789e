"""A fall acts once, and its act can be undone (CONTRACT section 3)."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission, User

from governance.golive.models import GoLiveState
from governance.golive.services import disable_go_live, engage_kill_switch, release_kill_switch
from governance.policies import upsert
from governance.risk.models import RiskPolicy
from governance.runbook.services import status
from kpi.tripwire.errors import MayNotRelease, TriggerNotFound
from kpi.tripwire.models import RegressionTrigger
from kpi.tripwire.triggers import undo_trigger
from tests.factories import NOON
from tests.kpi.watched import KEY, fallen, happened, is_on, looked, rate, recovered, watch
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=2)
SEEN = "now 0.74, before 0.95: 22.1% lower; 20% or more triggers"


def trigger() -> RegressionTrigger:
    """The latest trigger."""
    return RegressionTrigger.objects.order_by("id").reverse()[0]


def undo(which: RegressionTrigger | None = None, user: User | None = None) -> RegressionTrigger:
    return undo_trigger((which or trigger()).pk, act=Act("bryan", user, reason="a false alarm", at=LATER))


def engaged() -> bool:
    return GoLiveState.objects.get().kill_switch_engaged


def runbook(check: str) -> dict[str, object]:
    found = status()
    return next(item for group in ("blockers", "warnings", "info") for item in found[group] if item["id"] == check)


# Acting ------------------------------------------------------------------------------------------------------------------


def test_throttle_disables_the_engine_with_the_metric_in_its_reason() -> None:
    watch()
    fallen()
    state = looked()
    policy = RiskPolicy.objects.get(engine="WHOLESALE")
    assert (policy.enabled, policy.changed_by, policy.version) == (False, "tripwire", 2)
    assert policy.reason == f"Tripwire WHOLESALE contract_rate: {SEEN}"
    assert (state.triggered, state.action_taken) == (True, "THROTTLE")
    assert is_on("GLOBAL")
    assert is_on("CAPITAL")
    assert not engaged()


def test_a_trigger_stores_what_was_seen_and_done() -> None:
    policy = watch()
    fallen()
    looked()
    row = trigger()
    assert (row.policy, row.policy_version, row.action_taken, row.engine) == (
        policy,
        policy.version,
        "THROTTLE",
        "WHOLESALE",
    )
    assert (row.baseline, row.current, row.drop_fraction) == (Decimal("0.95"), Decimal("0.74"), Decimal("0.221053"))
    assert row.note == f"{SEEN}. Action: the risk policy WHOLESALE was switched off"
    assert row.created_at == NOON + timedelta(hours=1)
    assert row.undone_at is None


def test_a_fall_acts_once_however_often_it_is_evaluated() -> None:
    watch()
    fallen()
    first = looked()
    happened(rate(5, 10))
    second = looked(LATER)
    assert (first.triggered, second.triggered, second.action_taken) == (True, True, "THROTTLE")
    assert RegressionTrigger.objects.count() == 1
    assert RiskPolicy.objects.get(engine="WHOLESALE").history.count() == 2


def test_the_same_fall_does_not_disable_an_engine_that_a_person_enabled_again() -> None:
    watch()
    fallen()
    looked()
    upsert(RiskPolicy, engine="WHOLESALE", enabled=True, act=Act("bryan", reason="known"))
    looked(LATER)
    assert is_on()


def test_after_a_recovery_a_second_fall_acts_again() -> None:
    watch()
    fallen()
    looked()
    undo()
    recovered()
    assert not looked().triggered
    assert is_on()
    happened([False] * 50)
    looked()
    assert not is_on()
    assert RegressionTrigger.objects.count() == 2


def test_a_recovery_does_not_enable_the_engine() -> None:
    watch()
    fallen()
    looked()
    recovered()
    looked()
    assert not is_on()


def test_a_disabled_policy_is_judged_and_does_nothing() -> None:
    watch(enabled=False)
    fallen()
    state = looked()
    assert (state.triggered, state.action_taken) == (False, "")
    assert state.drop_fraction is not None
    assert state.note == f"{SEEN}; the policy is off"
    assert is_on()
    assert not RegressionTrigger.objects.exists()


def test_a_policy_enabled_during_a_fall_acts() -> None:
    watch(enabled=False)
    fallen()
    looked()
    watch()
    looked()
    assert not is_on()


def test_the_domain_is_the_engine_unless_the_policy_names_another() -> None:
    watch(domain="BUYER_MATCH", metric="match_success", max_drop_fraction=Decimal("0.20"))
    happened(rate(190, 200) + rate(37, 50), domain="BUYER_MATCH", metric="match_success")
    looked(domain="BUYER_MATCH", metric="match_success")
    assert not is_on("WHOLESALE")  # as seeded
    assert trigger().engine == "WHOLESALE"

    watch(domain="CAPITAL", metric="roi_event", action="THROTTLE")
    happened([True] * 200 + [False] * 50, domain="CAPITAL", metric="roi_event")
    looked(domain="CAPITAL", metric="roi_event")
    assert not is_on("CAPITAL")


def test_a_trigger_without_its_risk_policy_is_kept_and_the_runbook_warns() -> None:
    watch(domain="LAB")
    happened([True] * 200 + [False] * 50, domain="LAB")
    state = looked(domain="LAB")
    assert (state.triggered, state.action_taken, trigger().action_taken) == (True, "none", "none")
    assert trigger().note.endswith("Action: nothing was throttled, for there is no risk policy LAB")
    found = runbook("regression.triggers")
    name = f"LAB contract_rate (trigger {trigger().pk})"
    assert (found["ok"], found["severity"]) == (False, "warning")
    assert found["message"] == f"Tripwires went off: {name}. Of these, stopped nothing: {name}."
    undo()
    assert runbook("regression.triggers")["ok"]
    assert trigger().note.endswith("Undone: there was nothing to take back")
    assert not RiskPolicy.objects.filter(engine="LAB").exists()


def test_the_kill_switch_action_engages_the_switch_with_its_reason() -> None:
    watch(action="KILL_SWITCH")
    fallen()
    state = looked()
    golive = GoLiveState.objects.get()
    assert (state.action_taken, golive.kill_switch_engaged, golive.changed_by) == ("KILL_SWITCH", True, "tripwire")
    assert golive.reason == f"Tripwire WHOLESALE contract_rate: {SEEN}"
    assert is_on()
    assert trigger().note.endswith("Action: the kill switch was engaged")


def test_the_runbook_warns_of_a_trigger_until_it_is_undone() -> None:
    watch()
    assert runbook("regression.triggers")["ok"]
    fallen()
    looked()
    found = runbook("regression.triggers")
    assert found["message"] == f"Tripwires went off, and are not undone: WHOLESALE contract_rate (trigger {trigger().pk})."
    assert found["detail"] == [f"WHOLESALE contract_rate: {trigger().note}"]
    undo()
    assert runbook("regression.triggers")["ok"]


def test_the_runbook_warns_while_nothing_is_watched_and_of_a_policy_that_can_never_judge() -> None:
    assert runbook("regression.policies")["message"] == "No regression policy is enabled: a falling KPI goes unseen."
    watch(window_events=10)
    blind = runbook("regression.policies")
    assert (blind["ok"], blind["detail"]) == (False, ["WHOLESALE contract_rate"])
    watch(min_events_to_enforce=10)
    assert runbook("regression.policies")["message"] == "Metrics watched: 1."


# Undoing -----------------------------------------------------------------------------------------------------------------


def test_undoing_a_throttle_enables_the_engine_with_the_reason(user_of: Callable[..., User]) -> None:
    watch()
    fallen()
    looked()
    user = user_of("operator")
    undone = undo(user=user)
    policy = RiskPolicy.objects.get(engine="WHOLESALE")
    assert (policy.enabled, policy.changed_by, policy.reason, policy.user) == (True, "bryan", "a false alarm", user)
    assert (undone.undone_by, undone.undone_user, undone.undo_reason) == ("bryan", user, "a false alarm")
    assert undone.undone_at == LATER
    assert undone.note.endswith("Undone: the risk policy WHOLESALE is on again")


def test_undoing_twice_changes_nothing() -> None:
    watch()
    fallen()
    looked()
    first = undo()
    again = undo_trigger(first.pk, act=Act("eve", reason="again", at=LATER + timedelta(days=1)))
    assert (again.undone_by, again.undo_reason, again.undone_at, again.note) == ("bryan", "a false alarm", LATER, first.note)
    assert RiskPolicy.objects.get(engine="WHOLESALE").version == 3


def test_undoing_again_does_not_enable_an_engine_that_a_person_disabled() -> None:
    watch()
    fallen()
    looked()
    undo()
    upsert(RiskPolicy, engine="WHOLESALE", enabled=False, act=Act("eve", reason="a complaint"))
    undo()
    assert not is_on()


def test_after_an_undo_the_same_fall_does_not_act_again() -> None:
    watch()
    fallen()
    looked()
    undo()
    assert looked(LATER).triggered
    assert is_on()


def test_undoing_leaves_an_engine_that_a_person_changed_since() -> None:
    watch()
    fallen()
    looked()
    upsert(RiskPolicy, engine="WHOLESALE", enabled=False, act=Act("eve", reason="a complaint came in"))
    undone = undo()
    policy = RiskPolicy.objects.get(engine="WHOLESALE")
    assert (policy.enabled, policy.changed_by, policy.reason) == (False, "eve", "a complaint came in")
    assert undone.undone_at == LATER
    assert undone.note.endswith("Undone: the risk policy WHOLESALE was changed since, and stays as it is")


def test_undoing_does_not_enable_an_engine_that_was_already_disabled() -> None:
    upsert(RiskPolicy, engine="WHOLESALE", enabled=False, act=Act("eve", reason="a complaint came in"))
    watch()
    fallen()
    assert looked().action_taken == "none"
    assert trigger().note.endswith("Action: the risk policy WHOLESALE is off already, by another hand")
    undo()
    policy = RiskPolicy.objects.get(engine="WHOLESALE")
    assert (policy.enabled, policy.version, policy.reason) == (False, 2, "a complaint came in")


def test_an_engine_throttled_by_two_triggers_is_enabled_when_both_are_undone() -> None:
    for metric in ("contract_rate", "offer_accept_rate"):
        watch(metric=metric)
        happened([True] * 200 + [False] * 50, metric=metric)
        assert looked(metric=metric).action_taken == "THROTTLE"
    second, first = RegressionTrigger.objects.all()
    assert second.note.endswith("Action: the risk policy WHOLESALE is off already, for another trigger")
    assert RiskPolicy.objects.get(engine="WHOLESALE").version == 2
    assert undo(first).note.endswith(f"Undone: what it stopped stays so for trigger {second.pk}")
    assert not is_on()
    undo(second)
    assert is_on()


def test_undoing_a_kill_switch_releases_it_with_the_reason() -> None:
    watch(action="KILL_SWITCH")
    fallen()
    looked()
    undone = undo()
    state = GoLiveState.objects.get()
    assert (state.kill_switch_engaged, state.changed_by, state.reason) == (False, "bryan", "a false alarm")
    assert undone.note.endswith("Undone: the kill switch is released")


def test_undoing_does_not_release_a_kill_switch_that_a_person_engaged_before() -> None:
    engage_kill_switch(act=Act("eve", reason="a complaint came in"))
    watch(action="KILL_SWITCH")
    fallen()
    assert looked().action_taken == "none"
    undo()
    assert GoLiveState.objects.get().reason == "a complaint came in"
    assert engaged()


def test_undoing_does_not_release_a_kill_switch_that_a_person_engaged_since() -> None:
    watch(action="KILL_SWITCH")
    fallen()
    looked()
    release_kill_switch(act=Act("bryan", reason="known"))
    engage_kill_switch(act=Act("eve", reason="a complaint came in"))
    assert undo().note.endswith("Undone: the kill switch was changed since, and stays as it is")
    assert engaged()


def test_undoing_leaves_a_go_live_state_that_a_person_changed_since() -> None:
    """One version covers both switches. The kill switch is then released by hand, which is a separate act."""
    GoLiveState.objects.update(go_live_enabled=True)
    watch(action="KILL_SWITCH")
    fallen()
    looked()
    disable_go_live(act=Act("eve", reason="maintenance"))
    undo()
    assert engaged()


def test_undoing_does_not_release_a_missing_go_live_row() -> None:
    GoLiveState.objects.all().delete()
    watch(action="KILL_SWITCH")
    fallen()
    assert looked().action_taken == "none"
    undo()
    assert engaged()


def test_a_user_who_may_not_release_the_kill_switch_may_not_undo_its_trigger(user_of: Callable[..., User]) -> None:
    user = user_of()
    user.user_permissions.add(Permission.objects.get(codename="clear_tripwire"))
    watch(action="KILL_SWITCH")
    fallen()
    looked()
    with pytest.raises(MayNotRelease):
        undo(user=user)
    assert engaged()
    assert trigger().undone_at is None
    user.user_permissions.add(Permission.objects.get(codename="release_kill_switch"))
    undo(user=User.objects.get(pk=user.pk))
    assert not engaged()


def test_an_unknown_trigger_cannot_be_undone() -> None:
    with pytest.raises(TriggerNotFound):
        undo_trigger(4711, act=Act("bryan", reason="none"))


def test_another_method_resets_the_state_and_keeps_the_trigger() -> None:
    watch()
    fallen()
    looked()
    watch(statistic="VOLUME", reason="count them")
    assert not looked().triggered
    assert RegressionTrigger.objects.filter(policy__metric=KEY["metric"], undone_at=None).count() == 1


def test_a_long_reason_is_kept_whole_in_the_policys_history() -> None:
    reason = "r" * 1000
    policy = watch(reason=reason)
    entry = policy.history.latest()
    assert (policy.reason, entry.reason, entry.history_change_reason) == (reason, reason, "r" * 100)
