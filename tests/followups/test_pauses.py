"""A pause moves the open steps to its days after now. A lead who replied waits for a person."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from followups.models import InboxItem
from followups.services import complete_task, start_ladder
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.outcomes.models import OutcomeRule
from followups.tasks.services import snooze_task
from governance.policies import upsert
from tests.factories import NOON, LeadFactory, TaskFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def steps() -> list[FollowupTask]:
    """The steps of a ladder that began at noon."""
    LeadFactory.create(lead_id="JANE", phone="+14165550123")
    return start_ladder(lead_id="JANE", province="ON", market="TORONTO", owner="va1", act=Act(at=NOON)).tasks


def due_times() -> list[datetime]:
    return list(FollowupTask.objects.open().order_by("step").values_list("due_at", flat=True))


@pytest.mark.parametrize("age", [timedelta(), 31 * timedelta(minutes=1), 5 * HOUR, 2 * DAY, 10 * DAY, 40 * DAY])
def test_a_pause_moves_the_first_open_step_to_its_days_from_now_and_keeps_the_distances(steps: Any, age: timedelta) -> None:
    before, now = due_times()[1:], NOON + age
    complete_task(steps[0].pk, "va1", outcome="REPLIED", now=now)
    after = due_times()
    assert after[0] == max(before[0], now) + 3 * DAY
    assert [later - after[0] for later in after] == [later - before[0] for later in before]
    moved = FollowupTask.objects.open()
    assert all(task.actionable_at >= task.due_at for task in moved)
    lines = TaskEvent.objects.filter(kind="PAUSED").order_by("task__step")
    assert [line.detail["to"] for line in lines] == [at.isoformat().replace("+00:00", "Z") for at in after]


def test_a_second_pause_counts_from_its_own_time(steps: Any) -> None:
    complete_task(steps[0].pk, "va1", outcome="REPLIED", now=NOON + 10 * DAY)
    complete_task(steps[1].pk, "va1", outcome="REPLIED", now=NOON + 20 * DAY)
    assert due_times()[0] == NOON + 23 * DAY


def test_an_earlier_open_step_counts_as_the_first(steps: Any) -> None:
    complete_task(steps[2].pk, "va1", outcome="REPLIED", now=NOON + 10 * DAY)
    assert due_times()[0] == NOON + 13 * DAY  # step 1, due at noon, is ten days late
    assert due_times()[1] - due_times()[0] == timedelta(minutes=30)


def test_a_snoozed_step_keeps_its_distance_too(steps: Any) -> None:
    snooze_task(steps[1].pk, NOON + 2 * DAY, act=Act(reason="later", at=NOON))
    complete_task(steps[0].pk, "va1", outcome="REPLIED", now=NOON + 10 * DAY)
    # Step 3, due three hours after the start, is now the first open step. The snoozed step keeps its distance.
    times = due_times()
    assert times[1] == NOON + 13 * DAY
    assert times[0] - times[1] == 2 * DAY - 3 * HOUR


def test_a_snooze_moves_one_step_alone(steps: Any) -> None:
    before = due_times()
    snooze_task(steps[0].pk, NOON + 5 * DAY, act=Act(reason="later", at=NOON + DAY))
    assert due_times() == [NOON + 5 * DAY, *before[1:]]


def test_a_lead_who_replied_waits_for_its_owner_now_whatever_the_rule_says(steps: Any) -> None:
    complete_task(steps[0].pk, "va1", "C-1", outcome="REPLIED", now=NOON + HOUR)
    item = InboxItem.objects.get()
    assert (item.kind, item.task_id, item.lead_id, item.owner) == ("REPLY", steps[0].pk, "JANE", "va1")
    assert (item.created_at, item.correlation_id, item.done_at) == (NOON + HOUR, "C-1", None)
    assert item.due_by <= NOON + 2 * HOUR
    upsert(OutcomeRule, outcome="REPLIED", effect="STOP", act=Act("test"))
    complete_task(steps[1].pk, "va1", outcome="REPLIED", now=NOON + HOUR)
    assert InboxItem.objects.count() == 2


@pytest.mark.parametrize("outcome", [None, "REACHED", "NO_ANSWER", "APPOINTMENT", "OPTED_OUT"])
def test_no_other_outcome_makes_an_inbox_item(steps: Any, outcome: Any) -> None:
    complete_task(steps[0].pk, "va1", outcome=outcome, now=NOON)
    assert not InboxItem.objects.exists()


def test_a_repetition_makes_no_second_inbox_item(steps: Any) -> None:
    for _ in range(2):
        complete_task(steps[0].pk, "va1", outcome="REPLIED", now=NOON)
    assert InboxItem.objects.count() == 1


def test_the_inbox_item_of_an_unowned_task_has_no_owner() -> None:
    complete_task(TaskFactory.create(owner=None).pk, "va1", outcome="REPLIED", now=NOON)
    assert InboxItem.objects.get().owner is None
