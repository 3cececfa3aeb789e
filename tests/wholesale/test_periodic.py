"""Background and periodic tasks: enqueued once, done, and given to another worker after a kill."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from apscheduler.triggers.cron import CronTrigger
from django.core.management import call_command
from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from kpi.models import KPIEvent, RegressionPolicy, RegressionState
from kpi.services import emit_kpi, keep
from wholesale.plumbing.models import PeriodicRun
from wholesale.plumbing.work import periodic

NOW = datetime(2026, 11, 24, 10, 30, 20, tzinfo=UTC)
DAILY = "kpi.tasks.evaluate_tripwires"

pytestmark = pytest.mark.django_db


def work() -> None:
    call_command("worker", batch=True, stdout=StringIO())


def lost_task(*, workers: int, started_at: datetime) -> DBTaskResult:
    periodic.enqueue_turn(DAILY, NOW)
    task = DBTaskResult.objects.get()
    task.status, task.started_at, task.worker_ids = TaskResultStatus.RUNNING, started_at, ["w"] * workers
    task.save()
    return task


def test_every_job_has_times_that_a_scheduler_understands() -> None:
    names = [job.name for job in periodic.jobs()]
    assert names == [
        "buyers.book.lists.tasks.forget_files",
        "buyers.liquidity.tasks.fit_priors",
        "buyers.liquidity.tasks.record_silence",
        "followups.leads.lists.tasks.forget_files",
        "followups.sla.tasks.find_breaches",
        "followups.tasks.held.tasks.do_held_acts",
        "followups.tasks.minutes.tasks.lapse",
        "followups.tasks.minutes.tasks.recompute_missing",
        "followups.tasks.minutes.tasks.roll",
        "kpi.review.tasks.review_the_week",
        DAILY,
        "offers.comps.lists.tasks.forget_files",
        "offers.comps.tasks.fit_market_priors",
        "offers.deals.life.tasks.expire_offers",
        "wholesale.console.notices.tasks.write_notices",
        "wholesale.plumbing.work.tasks.clear_expired",
        "wholesale.plumbing.work.tasks.requeue_lost",
    ]
    for job in periodic.jobs():
        assert CronTrigger.from_crontab(job.crontab, timezone="UTC").get_next_fire_time(None, NOW) > NOW


def test_a_turn_is_enqueued_once_whoever_asks() -> None:
    assert periodic.enqueue_turn(DAILY, NOW)
    assert not periodic.enqueue_turn(DAILY, NOW + timedelta(seconds=30))
    assert periodic.enqueue_turn(DAILY, NOW + timedelta(minutes=1))
    assert DBTaskResult.objects.filter(task_path=DAILY).count() == PeriodicRun.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_schedulers_at_once_enqueue_a_turn_once(run_together: Any) -> None:
    answers = run_together(8, lambda _: periodic.enqueue_turn(DAILY, NOW))
    assert sorted(answers) == [False] * 7 + [True]
    assert DBTaskResult.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_worker_does_every_periodic_task() -> None:
    for job in periodic.jobs():
        periodic.enqueue_turn(job.name, NOW)
    work()
    assert {task.status for task in DBTaskResult.objects.all()} == {TaskResultStatus.SUCCESSFUL}


def test_a_task_whose_worker_was_killed_is_done_by_another() -> None:
    task = lost_task(workers=1, started_at=NOW - timedelta(minutes=31))
    assert periodic.requeue_lost(NOW) == 1
    task.refresh_from_db()
    assert (task.status, task.started_at) == (TaskResultStatus.READY, None)
    assert periodic.requeue_lost(NOW) == 0


def test_a_task_in_progress_is_left_alone() -> None:
    task = lost_task(workers=1, started_at=NOW - timedelta(minutes=29))
    assert periodic.requeue_lost(NOW) == 0
    task.refresh_from_db()
    assert task.status == TaskResultStatus.RUNNING


def test_a_task_that_lost_five_workers_fails() -> None:
    task = lost_task(workers=5, started_at=NOW - timedelta(hours=1))
    assert periodic.requeue_lost(NOW) == 1
    task.refresh_from_db()
    assert (task.status, task.finished_at) == (TaskResultStatus.FAILED, NOW)
    assert task.exception_class_path == "wholesale.plumbing.work.task_failures.WorkerLost"


def test_old_tasks_are_deleted_and_waiting_ones_stay() -> None:
    periodic.enqueue_turn(DAILY, NOW)
    periodic.enqueue_turn(DAILY, NOW + timedelta(minutes=1))
    DBTaskResult.objects.filter(pk=DBTaskResult.objects.first().pk).update(  # type: ignore[union-attr]
        status=TaskResultStatus.SUCCESSFUL, finished_at=NOW
    )
    assert periodic.forget_old(NOW + timedelta(days=31)) == 3  # two periodic turns, one finished task
    assert DBTaskResult.objects.count() == 1


def test_a_task_is_enqueued_only_if_its_transaction_commits() -> None:
    with transaction.atomic():
        periodic.enqueue_turn(DAILY, NOW)
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()
    assert not PeriodicRun.objects.exists()


def test_arriving_events_are_evaluated_only_if_the_setting_and_a_policy_say_so(settings: Any) -> None:
    RegressionPolicy.objects.filter(metric="ladder_created").update(enabled=True)
    emit_kpi("WHOLESALE", "ladder_created", success=True)
    assert not DBTaskResult.objects.exists()
    settings.TRIPWIRE_ON_ARRIVAL = True
    emit_kpi("WHOLESALE", "ladder_created", success=True)
    emit_kpi("WHOLESALE", "offer_generated", success=True)  # its policy is off
    (task,) = DBTaskResult.objects.all()
    assert task.args_kwargs["args"] == ["WHOLESALE", "ladder_created", None]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_worker_evaluates_events_after_their_commit(settings: Any) -> None:
    settings.TRIPWIRE_ON_ARRIVAL = True
    RegressionPolicy.objects.filter(metric="ladder_created").update(enabled=True)
    emit_kpi("WHOLESALE", "ladder_created", success=True)
    assert not RegressionState.objects.exists()
    work()
    assert RegressionState.objects.get().policy.metric == "ladder_created"


def test_rows_written_together_enqueue_each_metric_once(settings: Any) -> None:
    settings.TRIPWIRE_ON_ARRIVAL = True
    RegressionPolicy.objects.filter(metric="ladder_created").update(enabled=True)
    row: tuple[Any, ...] = ("WHOLESALE", "ladder_created", NOW, True, None, None, None, "", "", None, "c", "a", None, {})
    keep([row, row])
    assert DBTaskResult.objects.count() == 1
    assert KPIEvent.objects.count() == 2
