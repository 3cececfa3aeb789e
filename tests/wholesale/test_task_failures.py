"""A failed background task is retried, or its subject says what happened and what to do next."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from followups.leads.lists import imports, tasks
from followups.leads.lists.models import LeadImport
from followups.leads.models import Lead
from tests.faults.tasks import end_at_the_second_try
from wholesale.plumbing.importing.batches import Importer
from wholesale.plumbing.importing.errors import ImportNotReady
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue
from wholesale.plumbing.work.task_failures import ATTEMPTS_MAX, TookTooLong, WorkerLost, conclude

NOW = datetime(2026, 11, 24, 10, 30, 20, tzinfo=UTC)
State = LeadImport.State

pytestmark = pytest.mark.django_db


def waiting_import(state: str = State.CHECKING) -> LeadImport:
    """An import of many rows that waits for its background task."""
    row = LeadImport.objects.create(
        file_name="leads.csv",
        is_large=True,
        content=b"lead_id,province\nL1,ON\n",
        state=state,
        changed_by="test",
        created_at=NOW,
    )
    tasks.work_on_import.enqueue(row.pk)
    return row


def task_of(attempts: int = 1) -> DBTaskResult:
    """The import's task, taken by a worker for the given number of times."""
    task = DBTaskResult.objects.get()
    task.status, task.started_at, task.worker_ids = TaskResultStatus.RUNNING, NOW, ["w"] * attempts
    task.save()
    return task


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError, SystemExit, KeyboardInterrupt])
def test_a_task_cut_off_by_the_database_or_its_end_is_retried_later(fault: type[BaseException]) -> None:
    row, waits = waiting_import(), []
    for attempt in range(1, ATTEMPTS_MAX):
        conclude(task_of(attempt), fault("away"), NOW)
        task = DBTaskResult.objects.get()
        assert (task.status, task.started_at) == (TaskResultStatus.READY, None)
        waits.append(task.run_after - NOW)
    assert waits == [timedelta(seconds=seconds) for seconds in (2, 4, 8, 16)]
    row.refresh_from_db()
    assert row.state == State.CHECKING
    conclude(task_of(ATTEMPTS_MAX), fault("away"), NOW)
    row.refresh_from_db()
    assert (DBTaskResult.objects.get().status, row.state) == (TaskResultStatus.FAILED, State.FAILED)


@pytest.mark.parametrize("state", [State.CHECKING, State.IMPORTING])
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (TookTooLong(), "It took longer than 1500 seconds (TASK_TIME_LIMIT) and was ended."),
        (MemoryError(), "It needed more than 2048 MB of memory (TASK_MEMORY_MB) and was ended."),
        (WorkerLost(), "The process that did it was ended 5 times."),
        (ZeroDivisionError("416-555-0134"), "A fault of ours (ZeroDivisionError); the log and the list of tasks have more."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_import_whose_task_failed_says_why_and_what_to_do(state: str, fault: BaseException, said: str) -> None:
    row = waiting_import(state)
    conclude(task_of(), fault, NOW)
    row.refresh_from_db()
    assert (row.state, row.failure) == (State.FAILED, f"{said} Try again, or upload it in parts.")
    assert row.finished_at is not None
    task = DBTaskResult.objects.get()
    assert (task.status, task.finished_at) == (TaskResultStatus.FAILED, NOW)
    assert task.exception_class_path.endswith(type(fault).__name__)
    assert "416-555-0134" not in task.traceback


def test_a_subject_that_no_longer_waits_is_left_alone() -> None:
    row = waiting_import(State.DONE)
    conclude(task_of(), ZeroDivisionError(), NOW)
    row.refresh_from_db()
    assert (row.state, row.failure) == (State.DONE, "")


def test_a_success_is_recorded() -> None:
    waiting_import()
    conclude(task_of(), None, NOW)
    task = DBTaskResult.objects.get()
    assert (task.status, task.finished_at) == (TaskResultStatus.SUCCESSFUL, NOW)


@pytest.mark.parametrize(("was_too_long", "status"), [(False, TaskResultStatus.READY), (True, TaskResultStatus.FAILED)])
def test_the_task_of_an_ended_process_is_requeued_or_failed(was_too_long: bool, status: str) -> None:
    row = waiting_import()
    task_of()
    assert periodic.requeue_of("another") == 0
    assert periodic.requeue_of("w", was_too_long=was_too_long) == 1
    assert DBTaskResult.objects.get().status == status
    row.refresh_from_db()
    assert row.state == (State.FAILED if was_too_long else State.CHECKING)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_failed_import_is_retried() -> None:
    row = waiting_import()
    conclude(task_of(), MemoryError(), NOW)
    again = imports.retry_import(row.pk)
    assert (again.state, again.failure, again.finished_at) == (State.CHECKING, "", None)
    call_command("worker", batch=True, stdout=StringIO())
    row.refresh_from_db()
    assert (row.state, row.created) == (State.CHECKED, 1)
    imports.confirm_import(row.pk)
    call_command("worker", batch=True, stdout=StringIO())
    assert Lead.objects.filter(lead_id="L1").exists()
    with pytest.raises(ImportNotReady):
        imports.retry_import(row.pk)


def test_the_page_of_a_failed_import_offers_a_retry(admin_client: Client) -> None:
    row = waiting_import()
    conclude(task_of(), TookTooLong(), NOW)
    page = reverse("admin:followups_leadimport_change", args=[row.pk])
    again = reverse("admin:followups_leadimport_again", args=[row.pk])
    shown = admin_client.get(page).content.decode()
    assert "It took longer than 1500 seconds" in shown
    assert again in shown
    assert "Nothing is imported before you confirm it" in admin_client.get(again).content.decode()
    row.refresh_from_db()
    assert row.state == State.FAILED  # opening the page changes nothing
    assert admin_client.post(again).url == page  # type: ignore[attr-defined]
    row.refresh_from_db()
    assert row.state == State.CHECKING
    assert DBTaskResult.objects.filter(status=TaskResultStatus.READY).count() == 1
    assert again not in admin_client.get(page).content.decode()


def test_a_failed_task_is_retried_from_the_list(admin_client: Client, client: Client, user_of: Callable[..., User]) -> None:
    waiting_import()
    conclude(task_of(ATTEMPTS_MAX), ZeroDivisionError(), NOW)
    task = DBTaskResult.objects.get()
    chosen = {"action": "try_again", "_selected_action": [str(task.pk)]}
    page = reverse(f"admin:{DBTaskResult._meta.app_label}_dbtaskresult_changelist")
    operator = user_of("operator")
    operator.is_staff = True
    operator.save()
    client.force_login(operator)
    client.post(page, chosen)
    task.refresh_from_db()
    assert task.status == TaskResultStatus.FAILED
    admin_client.post(page, chosen)
    task.refresh_from_db()
    assert (task.status, task.worker_ids) == (TaskResultStatus.READY, [])


def test_every_task_names_its_queue() -> None:
    assert tasks.work_on_import.queue_name == Queue.LONG
    assert {job.task.queue_name for job in periodic.jobs() if job.crontab == "* * * * *"} == {Queue.PERIODIC}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_task_that_takes_too_long_is_ended(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TASK_TIME_LIMIT = 0.2

    def work_on(importer: Importer[LeadImport], import_id: int) -> None:
        try:
            time.sleep(20)
        except Exception:  # like code that continues with the next row
            time.sleep(20)

    monkeypatch.setattr(Importer, "work_on", work_on)
    row = waiting_import()
    began = time.monotonic()
    call_command("worker", batch=True, stdout=StringIO())
    assert time.monotonic() - began < 10
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert "TASK_TIME_LIMIT" in row.failure


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_task_cut_off_in_its_transaction_leaves_nothing_behind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TASK_TIME_LIMIT = 0.3

    def work_on(importer: Importer[LeadImport], import_id: int) -> None:
        from django.db import transaction

        with transaction.atomic():
            Lead.objects.create(lead_id="half", province="ON", created_at=NOW, updated_at=NOW)
            time.sleep(20)

    monkeypatch.setattr(Importer, "work_on", work_on)
    row = waiting_import()
    call_command("worker", batch=True, stdout=StringIO())
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert not Lead.objects.filter(lead_id="half").exists()


def test_the_simulated_faults_have_a_queue() -> None:
    assert end_at_the_second_try.queue_name == Queue.DEFAULT
