"""The CUSUM over a metric's events: a frozen, approved baseline, amber, red, latched (DOMAIN 4.4)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from kpi.models import KPIEvent
from kpi.tripwire.errors import BaselineMissing, NotARate, NotEnoughEvents, PolicyNotFound, ThresholdsReversed
from kpi.tripwire.models import RegressionPolicy, RegressionState, RegressionTrigger
from kpi.tripwire.policies import approve_baseline
from kpi.tripwire.rules import cusum, cusum_steps
from kpi.tripwire.summaries import states
from tests.factories import NOON
from tests.kpi.watched import KEY, approved, happened, is_on, looked, rate, watch
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def approve(metric: str = KEY["metric"]) -> RegressionPolicy:
    return approve_baseline(**{**KEY, "metric": metric}, act=Act("bryan", reason="measured in March", at=NOON))


def level(state: RegressionState) -> str:
    """The sum shown in the note."""
    return state.note.partition("the sum is ")[2].partition(",")[0]


# The baseline ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        (rate(60, 199), "there are 199, 60 of them successes"),
        ([True] * 200, "there are 200, 200 of them successes"),
        ([False] * 200, "there are 200, 0 of them successes"),
        ([], "there are 0, 0 of them successes"),
    ],
)
def test_a_baseline_needs_200_events_with_some_successes_and_some_failures(outcomes: list[bool], told: str) -> None:
    happened(outcomes)
    with pytest.raises(NotEnoughEvents, match=told):
        approve()
    assert RegressionPolicy.objects.get(**KEY).baseline_rate is None


def test_a_baseline_is_the_rate_of_the_last_events_with_who_and_why() -> None:
    happened([True] * 100 + rate(60, 200) + [None] * 5)
    policy = approve()
    assert policy.baseline_rate == Decimal("0.300995")  # 60.5 of 201
    assert (policy.baseline_size, policy.version) == (200, 2)
    assert (policy.changed_by, policy.reason) == ("bryan", "measured in March")
    assert policy.baseline_event_id == KPIEvent.objects.filter(success__isnull=False).latest("id").pk


def test_a_baseline_uses_as_many_events_as_the_policy_says_but_at_least_200() -> None:
    happened(rate(150, 500))
    watch(baseline_events=100)
    assert approve().baseline_size == 200
    watch(baseline_events=400)
    assert approve().baseline_size == 400
    watch(baseline_events=1000)
    assert approve().baseline_size == 500


@pytest.mark.parametrize("statistic", ["VOLUME", "MEAN_VALUE"])
def test_only_a_rate_has_a_baseline_and_a_cusum(statistic: str) -> None:
    happened(rate(60, 200))
    watch(statistic=statistic)
    with pytest.raises(NotARate):
        approve()
    with pytest.raises(NotARate):
        watch(method="CUSUM", enabled=False)


def test_a_cusum_is_not_enabled_without_a_baseline() -> None:
    with pytest.raises(BaselineMissing):
        watch(method="CUSUM")
    watch(method="CUSUM", enabled=False)
    with pytest.raises(BaselineMissing):
        watch()
    assert looked().note == "no approved baseline; the policy is off"


def test_an_unknown_metric_has_no_baseline() -> None:
    with pytest.raises(PolicyNotFound):
        approve(metric="nobody_watches")


def test_amber_comes_before_red() -> None:
    with pytest.raises(ThresholdsReversed):
        watch(amber_threshold=8)
    watch(amber_threshold=7)
    with pytest.raises(ThresholdsReversed):
        watch(red_threshold=6)


def test_a_baseline_approved_under_the_guides_rule_keeps_its_trigger() -> None:
    watch()
    happened(rate(190, 200) + rate(20, 50))
    assert looked().triggered
    approve()
    assert looked().triggered
    assert RegressionTrigger.objects.count() == 1


# The chart ---------------------------------------------------------------------------------------------------------------


def test_the_events_of_the_baseline_are_not_counted_again() -> None:
    approved(successes=60)
    state = looked()
    assert (level(state), state.current, state.drop_fraction) == ("0.00", None, None)
    assert state.baseline == Decimal("0.300995")


def test_amber_is_noted_and_does_nothing_and_red_acts() -> None:
    approved()
    happened([False] * 27)  # 27 x 0.159 = 4.29
    amber = looked()
    assert (amber.amber, amber.triggered, level(amber)) == (True, False, "4.29")
    assert is_on()
    happened([False] * 18)  # 45 x 0.159 = 7.15
    red = looked()
    assert (red.amber, red.triggered, red.action_taken, level(red)) == (True, True, "THROTTLE", "7.15")
    assert not is_on()
    assert red.note == "now 0, before 0.301: 100% lower; the sum is 7.15, amber from 4.00, red from 7.00"
    assert (red.current, red.drop_fraction) == (0, 1)


def test_a_sum_just_below_a_threshold_is_neither_amber_nor_red() -> None:
    approved()
    happened([False] * 25)  # 3.97
    assert not looked().amber
    happened([False] * 18)  # 6.83
    state = looked()
    assert (state.amber, state.triggered) == (True, False)


def test_red_is_latched_until_a_baseline_is_approved_and_acts_once() -> None:
    approved()
    happened([False] * 60)
    assert looked().triggered
    happened([True] * 300)
    state = looked()
    assert (state.triggered, state.amber, level(state)) == (True, True, "0.00")
    assert RegressionTrigger.objects.count() == 1

    happened(rate(60, 200))
    approve()
    cleared = looked()
    assert (cleared.triggered, cleared.amber, cleared.action_taken, level(cleared)) == (False, False, "", "0.00")
    assert not is_on()  # that trigger is undone separately
    happened([False] * 60)
    assert looked().triggered
    assert RegressionTrigger.objects.count() == 2


def test_a_peak_between_two_evaluations_is_seen() -> None:
    approved()
    happened([False] * 60 + [True] * 100)
    assert looked().triggered


def test_frequent_evaluations_count_each_event_once() -> None:
    approved(amber_threshold=100, red_threshold=100)
    outcomes = rate(9, 60)
    steps = cusum_steps(0.300995, 0.4)
    whole = list(cusum(0.0, outcomes, steps))
    for start in range(0, 60, 7):
        happened(outcomes[start : start + 7])
        seen = outcomes[: start + 7]
        # Within ten minutes, before late events are ruled out, and long after.
        for moment in (NOON, NOON + HOUR, NOON + HOUR):
            assert level(looked(moment)) == f"{whole[len(seen) - 1]:.2f}"
    state = RegressionState.objects.get()
    assert state.last_event_id == KPIEvent.objects.latest("id").pk
    assert state.cusum == pytest.approx(whole[-1])


def test_an_event_committed_after_a_later_one_is_not_skipped() -> None:
    policy = approved()
    start = (policy.baseline_event_id or 0) + 100
    happened([False], id=start + 2, occurred_at=NOON)
    assert level(looked(NOON)) == "0.16"
    happened([False], id=start + 1, occurred_at=NOON)
    assert level(looked(NOON)) == "0.32"
    assert level(looked(NOON + HOUR)) == "0.32"


def test_a_disabled_cusum_is_drawn_and_does_nothing() -> None:
    approved(enabled=False)
    happened([False] * 60)
    state = looked()
    assert (state.triggered, state.amber, level(state)) == (False, True, "9.54")
    assert state.note.endswith("; the policy is off")
    assert is_on()


def test_a_cusum_enabled_above_red_acts_without_a_new_event() -> None:
    approved(enabled=False)
    happened([False] * 60)
    looked()
    watch()
    assert looked().triggered
    assert not is_on()


def test_a_changed_threshold_counts_from_the_next_evaluation_and_red_stays_red() -> None:
    approved()
    happened([False] * 30)
    assert not looked().triggered
    watch(red_threshold=4, amber_threshold=2)
    assert looked().triggered
    watch(red_threshold=50)
    assert looked().triggered


def test_another_design_drop_continues_from_the_same_sum() -> None:
    approved()
    happened([False] * 20)
    looked()
    watch(design_drop=Decimal("0.20"))
    happened([False])
    expected = 20 * cusum_steps(0.300995, 0.4).failure + cusum_steps(0.300995, 0.2).failure
    assert level(looked()) == f"{expected:.2f}"


def test_a_trigger_of_the_guides_rule_is_no_red_chart() -> None:
    happened(rate(60, 200))
    approve()
    watch()
    happened(rate(8, 50))
    assert looked().triggered
    watch(method="CUSUM")
    state = looked()
    assert (state.triggered, state.amber) == (False, False)
    assert level(state) == "2.59"


def test_the_state_is_listed_with_its_figures() -> None:
    approved()
    happened([False] * 27)
    looked()
    (row,) = [row for row in states() if row["metric"] == KEY["metric"]]
    assert (row["amber"], row["triggered"], row["enabled"], row["triggers"]) == (True, False, True, [])
    assert row["note"].startswith("now 0, before 0.301: 100% lower")
