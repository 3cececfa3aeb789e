"""The admin of follow-up, to read."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from followups.models import FollowupLadder, FollowupTask
from followups.services import complete_task, start_ladder
from tests.factories import TaskFactory

pytestmark = pytest.mark.django_db

TASKS = "/admin/followups/followuptask/"
LADDERS = "/admin/followups/followupladder/"


@pytest.fixture
def tasks() -> dict[str, FollowupTask]:
    """A task in each state."""
    now = timezone.now()
    return {
        "Waiting": TaskFactory.create(due_at=now + timedelta(hours=1)),
        "Due": TaskFactory.create(due_at=now - timedelta(hours=1)),
        "Overdue": TaskFactory.create(due_at=now - timedelta(hours=3)),
        "Completed": TaskFactory.create(due_at=now - timedelta(hours=3), completed_at=now),
        "Cancelled": TaskFactory.create(due_at=now - timedelta(hours=3), cancelled_at=now),
        "Happened": TaskFactory.create(due_at=now - timedelta(hours=3), cancelled_at=now, completed_at=now),
    }


def listed(client: Client, path: str, **query: Any) -> set[int]:
    return {row.pk for row in client.get(path, query).context["cl"].result_list}


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("due", {"Due", "Overdue"}),
        ("overdue", {"Overdue"}),
        ("open", {"Waiting", "Due", "Overdue"}),
        ("completed", {"Completed", "Happened"}),
        ("cancelled", {"Cancelled"}),
        ("nonsense", {"Waiting", "Due", "Overdue", "Completed", "Cancelled", "Happened"}),
    ],
)
def test_tasks_are_filtered_by_where_they_stand(
    state: str, names: set[str], tasks: dict[str, FollowupTask], admin_client: Client
) -> None:
    assert listed(admin_client, TASKS, state=state) == {tasks[name].pk for name in names}


def test_each_task_says_where_it_stands(tasks: dict[str, FollowupTask], admin_client: Client) -> None:
    page = admin_client.get(TASKS)
    model_admin = page.context["cl"].model_admin

    said = {row.pk: model_admin.state(row) for row in page.context["cl"].result_list}

    assert said == {task.pk: "Completed" if name == "Happened" else name for name, task in tasks.items()}


@pytest.mark.parametrize("days", ["1", "7", "30", "nonsense"])
def test_tasks_are_filtered_by_their_completion(days: str, admin_client: Client) -> None:
    now = timezone.now()
    done = {n: TaskFactory.create(completed_at=now - timedelta(days=n)).pk for n in (0, 3, 10)}
    waiting = TaskFactory.create().pk
    expected = {"1": {done[0]}, "7": {done[0], done[3]}, "30": set(done.values())}

    assert listed(admin_client, TASKS, days=days) == expected.get(days, {*done.values(), waiting})


@pytest.mark.parametrize("path", [TASKS, LADDERS])
def test_a_lead_is_found_by_its_whole_id(path: str, admin_client: Client) -> None:
    start_ladder(lead_id="LEAD-1", province="ON")
    start_ladder(lead_id="LEAD-10", province="ON")

    rows = admin_client.get(path, {"q": "LEAD-1"}).context["cl"].result_list

    assert {row.lead_id for row in rows} == {"LEAD-1"}


def test_the_ladders_page_shows_its_steps_in_order(admin_client: Client) -> None:
    start = start_ladder(lead_id="L1", province="ON")
    complete_task(start.tasks[0].pk, actor="va1")

    page = admin_client.get(reverse("admin:followups_followupladder_change", args=[start.tasks[0].ladder_id]))

    (inline,) = page.context["inline_admin_formsets"]
    assert [form.instance.step for form in inline.formset.forms] == [1, 2, 3, 4, 5, 6]
    text = page.content.decode()
    assert "va1" in text
    assert 'type="checkbox"' not in text.split('id="tasks-group"')[1]
    assert 'name="_save"' not in text


def test_ladders_are_filtered_by_state(admin_client: Client) -> None:
    start_ladder(lead_id="L1", province="ON")
    start_ladder(lead_id="L1", province="ON", restart=True)
    closed, still_open = FollowupLadder.objects.order_by("id")

    assert listed(admin_client, LADDERS, state="open") == {still_open.pk}
    assert listed(admin_client, LADDERS, state="closed") == {closed.pk}


def test_a_task_leads_to_its_ladder(admin_client: Client) -> None:
    task = TaskFactory.create()

    page = admin_client.get(reverse("admin:followups_followuptask_change", args=[task.pk]))

    assert reverse("admin:followups_followupladder_change", args=[task.ladder_id]) in page.content.decode()
