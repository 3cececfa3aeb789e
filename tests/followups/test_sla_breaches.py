"""SLA breaches are found, recorded once and counted, on both databases."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from followups.models import SlaBreach, SlaNotice, SlaPolicy, SlaWatch
from followups.services import complete_task
from followups.signals import tasks_breached
from followups.sla import breaches
from followups.sla.breaches import at_risk, find_breaches
from followups.sla.lateness import Standing, counted_from, standing
from followups.sla.rulebook import rulebook
from followups.sla.rules import Rulebook, SlaRule
from followups.tasks.minutes.services import recompute_places, roll
from followups.tasks.models import FollowupTask
from followups.tasks.services import skip_task, snooze_task
from governance.golive.models import GoLiveState
from kpi.models import KPIEvent
from tests.factories import NOON, SlaPolicyFactory, TaskFactory, completed
from tests.query_counts import queries
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

BREACH = timedelta(minutes=120)  # the seeded value
MINUTE = timedelta(minutes=1)
LATE = NOON + BREACH + MINUTE


def judge() -> None:
    """Have the worker store when each open task is at risk and when it is a breach."""
    recompute_places(None, None, NOON)


def found_for(task: FollowupTask) -> list[SlaBreach]:
    return list(SlaBreach.objects.filter(task=task).order_by("id"))


def test_an_open_task_breaches_only_beyond_the_limit() -> None:
    task = TaskFactory.create(owner="va1")

    assert find_breaches(act=Act(at=NOON + BREACH)) == 0
    assert find_breaches(act=Act(at=LATE)) == 1

    (breach,) = found_for(task)
    policy = SlaPolicy.objects.get(province="ON", market="ALL", channel="SMS")
    assert (breach.due_at, breach.counted_from, breach.breached_at) == (NOON, NOON, NOON + BREACH)
    assert (breach.found_at, breach.completed_at) == (LATE, None)
    assert (breach.owner, breach.province, breach.market, breach.channel, breach.step) == ("va1", "ON", "TORONTO", "SMS", 1)
    assert (breach.policy, breach.policy_version, breach.breach_after_minutes) == (policy, 1, 120)


def test_a_breach_counts_once_as_a_failed_kpi() -> None:
    task = TaskFactory.create(owner="va1")

    find_breaches(act=Act(at=LATE))
    find_breaches(act=Act(at=LATE + MINUTE))

    (event,) = KPIEvent.objects.all()
    assert (event.domain, event.metric, event.success) == ("WHOLESALE", "followup_breached", False)
    assert (event.value, event.occurred_at) == (Decimal(121), NOON + BREACH)
    assert (event.subject_type, event.subject_id, event.province, event.market) == ("task", str(task.pk), "ON", "TORONTO")
    assert event.detail == {"task_id": task.pk, "step": 1, "channel": "SMS", "owner": "va1"}
    assert event.correlation_id == found_for(task)[0].correlation_id == SlaNotice.objects.get().correlation_id


def test_a_second_look_finds_nothing_new_and_makes_no_notice() -> None:
    TaskFactory.create()

    assert [find_breaches(act=Act(at=LATE)), find_breaches(act=Act(at=LATE)), find_breaches(act=Act(at=LATE + BREACH))] == [
        1,
        0,
        0,
    ]
    assert (SlaBreach.objects.count(), SlaNotice.objects.count()) == (1, 1)


def test_the_breaches_of_one_look_share_one_notice() -> None:
    for _ in range(3):
        TaskFactory.create()

    find_breaches(act=Act(at=LATE))

    notice = SlaNotice.objects.get()
    assert (notice.breaches, notice.rows.count(), notice.created_at) == (3, 3, LATE)


def test_a_task_due_at_night_is_not_late_before_its_first_permitted_minute() -> None:
    morning = NOON + timedelta(hours=10)
    task = TaskFactory.create(actionable_at=morning, open_from=morning, open_until=morning + 2 * BREACH)

    assert find_breaches(act=Act(at=morning + BREACH)) == 0
    assert find_breaches(act=Act(at=morning + BREACH + MINUTE)) == 1
    assert found_for(task)[0].counted_from == morning


def test_a_task_without_a_known_permitted_minute_is_not_late() -> None:
    TaskFactory.create(actionable_at=None, open_from=None, open_until=None, warns_at=None, breaches_at=None)

    assert find_breaches(act=Act(at=LATE)) == 0


def test_a_policy_disabled_a_moment_ago_makes_no_breach() -> None:
    """The worker has not updated the tasks yet."""
    TaskFactory.create()
    SlaPolicy.objects.update(enabled=False)

    assert find_breaches(act=Act(at=LATE)) == 0
    assert not SlaNotice.objects.exists()


@pytest.mark.parametrize("ended", [{"cancelled_at": NOON}, {"completed_at": NOON + BREACH, "completed_by": "va1"}])
def test_a_task_cancelled_or_done_in_time_is_no_breach(ended: dict[str, Any]) -> None:
    TaskFactory.create(**ended)

    assert find_breaches(act=Act(at=LATE)) == 0


def test_a_task_done_late_between_two_looks_is_found_afterwards() -> None:
    find_breaches(act=Act(at=NOON))
    task = completed(late=BREACH + MINUTE)

    assert find_breaches(act=Act(at=NOON + timedelta(days=5))) == 1

    (breach,) = found_for(task)
    assert (breach.completed_at, breach.found_at) == (NOON + BREACH + MINUTE, NOON + timedelta(days=5))
    assert KPIEvent.objects.get().value == Decimal(121)  # until its completion
    assert find_breaches(act=Act(at=NOON + timedelta(days=5))) == 0


def test_a_found_breach_is_not_found_again_after_its_completion() -> None:
    task = TaskFactory.create(ladder__open_steps=1)
    find_breaches(act=Act(at=LATE))
    complete_task(task.pk, "va1", now=LATE + MINUTE)

    assert find_breaches(act=Act(at=LATE + 2 * MINUTE)) == 0


def test_a_completion_during_a_look_is_found_by_the_next_look() -> None:
    """The completion commits after the look, with a time before it."""
    find_breaches(act=Act(at=LATE))
    completed(late=BREACH + MINUTE)

    assert find_breaches(act=Act(at=LATE + MINUTE)) == 1


def test_a_completion_before_the_first_look_is_not_judged() -> None:
    completed(late=BREACH + MINUTE)

    assert find_breaches(act=Act(at=NOON + timedelta(days=1))) == 0


def test_a_cancelled_task_done_late_is_no_breach() -> None:
    find_breaches(act=Act(at=NOON))
    completed(late=BREACH + MINUTE, cancelled_at=NOON)

    assert find_breaches(act=Act(at=LATE + MINUTE)) == 0


def test_a_moved_task_may_breach_again_and_counts_again() -> None:
    task = TaskFactory.create(province="ON", ladder__open_steps=1)
    find_breaches(act=Act(at=LATE))
    until = LATE + timedelta(days=1)
    snooze_task(task.pk, until, act=Act(reason="asked for tomorrow", at=LATE))
    roll(until)
    task.refresh_from_db()

    assert find_breaches(act=Act(at=until + MINUTE)) == 0
    assert find_breaches(act=Act(at=counted_from(task) + BREACH + MINUTE)) == 1

    assert [breach.due_at for breach in found_for(task)] == [NOON, until]
    assert KPIEvent.objects.filter(metric="followup_breached").count() == 2


def test_the_database_forbids_a_second_breach_of_one_due_time() -> None:
    task = TaskFactory.create()
    find_breaches(act=Act(at=LATE))
    FollowupTask.objects.update(breached_due_at=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        find_breaches(act=Act(at=LATE))
    assert len(found_for(task)) == 1


def test_a_failing_receiver_leaves_nothing_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    TaskFactory.create()

    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(tasks_breached, "send", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        find_breaches(act=Act(at=LATE))

    monkeypatch.undo()
    assert not SlaBreach.objects.exists()
    assert find_breaches(act=Act(at=LATE)) == 1


def test_breaches_are_recorded_with_the_kill_switch_engaged(kill_switch: GoLiveState) -> None:
    TaskFactory.create()

    assert find_breaches(act=Act(at=LATE)) == 1


def test_one_look_records_up_to_its_limit_and_the_next_look_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaches, "LOOK_MAX", 2)
    find_breaches(act=Act(at=NOON))
    open_ones = [TaskFactory.create() for _ in range(3)]
    for _ in range(2):
        completed(late=BREACH + MINUTE)

    assert [find_breaches(act=Act(at=LATE + MINUTE)) for _ in range(4)] == [2, 2, 1, 0]
    assert {len(found_for(task)) for task in open_ones} == {1}
    assert SlaWatch.objects.get().looked_until == LATE + MINUTE


def test_the_queries_of_a_look_do_not_grow_with_its_breaches() -> None:
    def looking(now: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            find_breaches(act=Act(at=now))
        return len(captured)

    find_breaches(act=Act(at=NOON))
    TaskFactory.create()
    few = looking(LATE)
    for _ in range(20):
        TaskFactory.create()
    assert looking(LATE) == few


# Which policy counts ----------------------------------------------------------------------------------------------------


def test_a_markets_policy_wins_over_its_provinces() -> None:
    SlaPolicyFactory.create(market="TORONTO", channel="SMS", warn_after_minutes=5, breach_after_minutes=10)
    strict = TaskFactory.create()
    others = [TaskFactory.create(channel="CALL"), TaskFactory.create(ladder__market="OTTAWA")]
    judge()

    assert find_breaches(act=Act(at=NOON + 11 * MINUTE)) == 1
    assert found_for(strict)[0].breach_after_minutes == 10
    assert find_breaches(act=Act(at=LATE)) == len(others)


def test_a_markets_longer_limit_wins_too() -> None:
    SlaPolicyFactory.create(market="TORONTO", channel="SMS", breach_after_minutes=300)
    TaskFactory.create()
    judge()

    assert [find_breaches(act=Act(at=LATE)), find_breaches(act=Act(at=NOON + 301 * MINUTE))] == [0, 1]


def test_a_disabled_policy_of_a_market_allows_any_lateness_whatever_its_province_says() -> None:
    SlaPolicyFactory.create(market="TORONTO", channel="SMS", enabled=False)
    SlaPolicy.objects.filter(province="BC").update(enabled=False)
    TaskFactory.create()
    TaskFactory.create(ladder__province="BC")
    judge()

    assert find_breaches(act=Act(at=NOON + timedelta(days=30))) == 0


def test_without_any_policy_there_is_no_breach() -> None:
    SlaPolicy.objects.update(enabled=False)
    TaskFactory.create()
    judge()

    assert find_breaches(act=Act(at=LATE)) == 0
    assert not at_risk(LATE).exists()


def test_a_wider_policy_removes_no_breach_and_a_narrower_one_finds_more() -> None:
    first = TaskFactory.create()
    find_breaches(act=Act(at=LATE))
    SlaPolicy.objects.update(breach_after_minutes=10_000)
    judge()
    assert (find_breaches(act=Act(at=LATE)), len(found_for(first))) == (0, 1)

    second = TaskFactory.create()
    SlaPolicy.objects.update(breach_after_minutes=60)
    judge()
    assert find_breaches(act=Act(at=NOON + 61 * MINUTE)) == 1
    assert found_for(second)[0].breach_after_minutes == 60


# At risk ----------------------------------------------------------------------------------------------------------------


def test_a_task_is_at_risk_from_its_warning_until_its_breach_is_recorded() -> None:
    task = TaskFactory.create()
    TaskFactory.create(due_at=NOON + timedelta(days=1), actionable_at=None)

    assert not at_risk(NOON + 30 * MINUTE).exists()
    assert list(at_risk(NOON + 31 * MINUTE)) == [task]
    find_breaches(act=Act(at=LATE))
    assert not at_risk(LATE).exists()
    assert list(FollowupTask.objects.breached()) == [task]


def test_a_completed_or_skipped_task_is_no_open_breach() -> None:
    done, skipped = (TaskFactory.create(ladder__open_steps=1) for _ in range(2))
    find_breaches(act=Act(at=LATE))
    complete_task(done.pk, "va1", now=LATE)
    skip_task(skipped.pk, act=Act(reason="no number", at=LATE))

    assert not FollowupTask.objects.breached().exists()


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_the_statement_and_the_rules_agree_on_each_task(seed: int) -> None:
    """Random policies, and random open and completed tasks."""
    dice = random.Random(seed)
    SlaPolicy.objects.all().delete()
    places = list(product(("ON", "BC"), ("ALL", "X", "Y"), ("SMS", "CALL")))
    for province, market, channel in dice.sample(places, 7):
        SlaPolicyFactory.create(
            province=province,
            market=market,
            channel=channel,
            enabled=dice.random() < 0.8,
            warn_after_minutes=dice.randint(1, 30),
            breach_after_minutes=dice.randint(30, 70),
        )
    find_breaches(act=Act(at=NOON))
    rules, late = rulebook(mark.current()), {}
    now, tasks = NOON + 100 * MINUTE, []
    for province, market, channel in dice.choices(places, k=60):
        due_at = now - dice.randint(-10, 100) * MINUTE
        done = min(now, due_at + dice.randint(0, 100) * MINUTE) if dice.random() < 0.5 else None
        values = {"ladder__province": province, "ladder__market": market, "channel": channel, "completed_at": done}
        if rule := rules.of(province, market, channel):
            values |= {"warns_at": due_at + rule.warn_after, "breaches_at": due_at + rule.breach_after}
        else:
            values |= {"warns_at": None, "breaches_at": None}
        tasks.append(TaskFactory.create(due_at=due_at, actionable_at=None, **values))
        by = (done or now) - due_at
        late[tasks[-1].pk] = (
            Standing.BREACHED
            if rule and by > rule.breach_after
            else Standing.AT_RISK
            if rule and by > rule.warn_after
            else None
        )
    standings = {task.pk: standing(task, task.completed_at or now) for task in tasks}
    assert standings == late
    late_and_open = {task.pk for task in tasks if standings[task.pk] and task.completed_at is None}

    assert {task.pk for task in at_risk(now)} == late_and_open
    find_breaches(act=Act(at=now))

    breached = {pk for pk, standing in standings.items() if standing == Standing.BREACHED}
    assert set(SlaBreach.objects.values_list("task_id", flat=True)) == breached
    assert len(breached) >= 3
    assert {task.pk for task in at_risk(now)} == late_and_open - breached


def test_the_rulebook_is_one_query(django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(queries("the SLA's rulebook")):
        assert rulebook(mark.current()).of("QC", "MONTREAL", "CALL") is not None


def test_a_rulebook_without_the_place_has_no_rule() -> None:
    rule = SlaRule(1, 1, "ON", "X", "SMS", True, 1, 2)

    assert Rulebook([rule]).of("ON", "X", "SMS") == rule
    assert Rulebook([rule]).of("ON", "ALL", "SMS") is None
