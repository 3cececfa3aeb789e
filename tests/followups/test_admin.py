"""The admin of follow-up: lists, pages, and the acts on a task or a ladder."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from followups.ladders.models import FollowupLadder
from followups.models import LadderTemplate
from followups.services import complete_task, start_ladder
from followups.tasks.due.claims import claim_due
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.services import snooze_task
from tests.factories import NOON, LeadFactory, PoolAgentFactory, TaskFactory
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

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
        ("all", {"Waiting", "Due", "Overdue", "Completed", "Cancelled", "Happened"}),
        ("nonsense", {"Waiting", "Due", "Overdue"}),
    ],
)
def test_tasks_are_filtered_by_state(
    state: str, names: set[str], tasks: dict[str, FollowupTask], admin_client: Client
) -> None:
    assert listed(admin_client, TASKS, state=state) == {tasks[name].pk for name in names}


def test_each_task_shows_its_state(tasks: dict[str, FollowupTask], admin_client: Client) -> None:
    page = admin_client.get(TASKS, {"state": "all"})
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
    start_ladder(lead_id="LEAD-1", province="ON", act=Act())
    start_ladder(lead_id="LEAD-10", province="ON", act=Act())

    rows = admin_client.get(path, {"q": "LEAD-1"}).context["cl"].result_list

    assert {row.lead_id for row in rows} == {"LEAD-1"}


def test_the_ladders_page_shows_its_steps_in_order(admin_client: Client) -> None:
    start = start_ladder(lead_id="L1", province="ON", act=Act())
    complete_task(start.tasks[0].pk, actor="va1")

    page = admin_client.get(reverse("admin:followups_followupladder_change", args=[start.tasks[0].ladder_id]))

    (inline,) = page.context["inline_admin_formsets"]
    assert [form.instance.step for form in inline.formset.forms] == [1, 2, 3, 4, 5, 6]
    text = page.content.decode()
    assert "va1" in text
    assert 'type="checkbox"' not in text.split('id="tasks-group"')[1]
    assert 'name="_save"' not in text


def test_ladders_are_filtered_by_state(admin_client: Client) -> None:
    start_ladder(lead_id="L1", province="ON", act=Act())
    start_ladder(lead_id="L1", province="ON", restart=True, act=Act())
    closed, still_open = FollowupLadder.objects.order_by("id")

    assert listed(admin_client, LADDERS, state="open") == {still_open.pk}
    assert listed(admin_client, LADDERS, state="closed") == {closed.pk}


def test_a_task_page_links_to_its_ladder(admin_client: Client) -> None:
    task = TaskFactory.create()

    page = admin_client.get(reverse("admin:followups_followuptask_change", args=[task.pk]))

    assert reverse("admin:followups_followupladder_change", args=[task.ladder_id]) in page.content.decode()


# Permitted minutes and claims -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "names"), [("permitted", {"open", "held"}), ("blocked", {"later", "passed", "never"}), ("claimed", {"held"})]
)
def test_due_tasks_are_filtered_by_whether_contact_is_permitted_now(
    state: str, names: set[str], admin_client: Client
) -> None:
    now, hour = timezone.now(), timedelta(hours=1)

    def task(opens: datetime | None, closes: datetime | None, due_at: datetime = now - hour, **values: Any) -> int:
        return TaskFactory.create(due_at=due_at, open_from=opens, open_until=closes, **values).pk

    tasks = {
        "open": task(now - hour, now + hour, leased_by="va1", leased_until=now - hour),
        "held": task(now - hour, now + hour, leased_by="va1", leased_until=now + hour),
        "later": task(now + hour, now + 2 * hour),
        "passed": task(now - 2 * hour, now - hour),
        "never": task(None, None),
        "not due": task(now - hour, now + hour, due_at=now + hour),
        "done": task(now - hour, now + hour, completed_at=now, leased_by="va1", leased_until=now + hour),
    }

    assert listed(admin_client, TASKS, state=state) == {tasks[name] for name in names}


@pytest.fixture
def noon() -> Iterator[None]:
    """The clock stands at NOON, a Tuesday at 13:00 in Toronto."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def task(noon: None) -> FollowupTask:
    """The first step of a ladder in Toronto, due an hour ago."""
    LeadFactory.create(lead_id="LEAD-1")
    return start_ladder(lead_id="LEAD-1", province="ON", market="TORONTO", act=Act(at=NOON - timedelta(hours=1))).tasks[0]


@pytest.fixture
def agent_of_the_admin(user_of: Callable[..., User]) -> Client:
    """A browser of the agent va1, who is in the pool."""
    PoolAgentFactory.create(agent="va1", market="ALL")
    return signed_in(user_of("agent", username="va1"))


@pytest.fixture
def operator_of_the_admin(user_of: Callable[..., User]) -> Client:
    """A browser of the operator ops."""
    return signed_in(user_of("operator", username="ops"))


def page_of(row: Any, act: str = "change") -> str:
    return reverse(f"admin:followups_{row._meta.model_name}_{act}", args=[row.pk])


def buttons(client: Client, row: Any) -> list[str]:
    return [action["title"] for action in client.get(page_of(row)).context["actions_detail"]]


def test_a_task_page_shows_the_first_permitted_time_and_the_holder(task: FollowupTask, admin_client: Client) -> None:
    free = admin_client.get(page_of(task)).content.decode()
    claim_due(owner="va1", limit=1, act=Act())
    held = admin_client.get(page_of(task)).content.decode()

    assert "America/Toronto time. Now: yes." in free
    assert "nobody holds it" in free
    assert "va1, until Tue, Dec 15, 2026, 6:15 p.m." in held


def test_a_task_page_shows_the_reasons_against_contact(task: FollowupTask, admin_client: Client) -> None:
    with time_machine.travel(NOON + timedelta(hours=12), tick=False):
        page = admin_client.get(page_of(task)).content.decode()

    assert "Now: It is outside the" in page


def test_the_history_of_a_task_shows_act_time_reason_and_actor(task: FollowupTask, admin_client: Client) -> None:
    snooze_task(task.pk, NOON + timedelta(hours=3), act=Act("va1", reason="Elle préfère l'après-midi"))

    page = admin_client.get(page_of(task)).content.decode()
    listed_page = admin_client.get("/admin/followups/taskevent/", {"q": str(task.pk)})

    for text in (
        "Snoozed",
        "Tue, Dec 15, 2026, 5:00 p.m. \u2192 Tue, Dec 15, 2026, 9:00 p.m.",
        "Elle préfère l&#x27;après-midi",
        "va1",
    ):
        assert text in page
        assert text in listed_page.content.decode()
    assert [event.task_id for event in listed_page.context["cl"].result_list] == [task.pk]


@pytest.mark.parametrize(("term", "found"), [("va1", 1), ("va2", 0), ("1" * 30, 0), ("nobody", 0)])
def test_events_are_found_by_actor(term: str, found: int, task: FollowupTask, admin_client: Client) -> None:
    snooze_task(task.pk, NOON + timedelta(hours=3), act=Act("va1", reason="later"))

    assert len(listed(admin_client, "/admin/followups/taskevent/", q=term)) == found


# Acts on a task -----------------------------------------------------------------------------------------------------------


def test_a_task_page_shows_only_buttons_that_can_do_something(
    task: FollowupTask, agent_of_the_admin: Client, user_of: Callable[..., User]
) -> None:
    every = ["Complete...", "Snooze...", "Skip..."]
    assert buttons(agent_of_the_admin, task) == every
    assert buttons(signed_in(user_of("auditor")), task) == []
    FollowupTask.objects.filter(pk=task.pk).update(cancelled_at=NOON)
    assert buttons(agent_of_the_admin, task) == ["Complete..."]
    FollowupTask.objects.filter(pk=task.pk).update(completed_at=NOON)
    assert buttons(agent_of_the_admin, task) == []


def test_a_task_is_completed_on_its_page(task: FollowupTask, agent_of_the_admin: Client) -> None:
    asked = agent_of_the_admin.get(page_of(task, "complete"))
    assert "force" not in asked.context["form"].fields
    assert not TaskEvent.objects.exists()

    answer = agent_of_the_admin.post(
        page_of(task, "complete"), {"outcome": "LEFT_MESSAGE", "note": "Répondeur"}, follow=True
    )

    task.refresh_from_db()
    assert (task.completed_by, task.outcome, task.note) == ("va1", "LEFT_MESSAGE", "Répondeur")
    assert [str(message) for message in answer.context["messages"]] == [
        "Step 1 of Jane Roe: Left a message. 5 steps are left, the next due Tue, Dec 15, 2026, 1:30 p.m. there."
    ]
    assert LogEntry.objects.get().object_id == str(task.pk)


def test_a_task_under_anothers_claim_is_completed_only_with_force_and_a_note(
    task: FollowupTask, agent_of_the_admin: Client
) -> None:
    claim_due(owner="va2", limit=1, act=Act())
    page = page_of(task, "complete")

    refused = agent_of_the_admin.post(page, {"outcome": "REACHED", "note": "She called"})
    without_note = agent_of_the_admin.post(page, {"outcome": "REACHED", "force": "on"})
    assert "va2 holds this task" in refused.content.decode()
    assert without_note.context["form"].errors["note"]
    assert not TaskEvent.objects.exists()

    agent_of_the_admin.post(page, {"outcome": "REACHED", "note": "She called", "force": "on"})
    assert TaskEvent.objects.get().detail["forced"] is True


def test_an_operator_snoozes_by_the_leads_clock_and_skips(task: FollowupTask, operator_of_the_admin: Client) -> None:
    page = operator_of_the_admin.get(page_of(task, "snooze"))
    assert page.context["form"].fields["until"].label == "Until, America/Toronto time"

    operator_of_the_admin.post(page_of(task, "snooze"), {"until": "2026-12-16T10:00", "reason": "Snowed in"})
    task.refresh_from_db()
    assert task.due_at == datetime(2026, 12, 16, 15, 0, tzinfo=UTC)
    operator_of_the_admin.post(page_of(task, "skip"), {"reason": "No such number"})

    assert [(line.kind, line.reason, line.actor) for line in TaskEvent.objects.order_by("id")] == [
        ("SNOOZED", "Snowed in", "ops"),
        ("SKIPPED", "No such number", "ops"),
    ]


@pytest.mark.parametrize("act", ["snooze", "skip"])
def test_an_agent_does_not_snooze_or_skip_the_task_of_another(
    act: str, task: FollowupTask, agent_of_the_admin: Client
) -> None:
    FollowupTask.objects.filter(pk=task.pk).update(owner="va2")

    answer = agent_of_the_admin.post(page_of(task, act), {"until": "2026-12-16T10:00", "reason": "mine now"})

    assert "Your role puts off and skips its own tasks" in answer.content.decode()
    assert not TaskEvent.objects.exists()


def test_a_user_who_may_not_complete_gets_no_page(task: FollowupTask, user_of: Callable[..., User]) -> None:
    client = signed_in(user_of("auditor"))

    for act in ("complete", "snooze", "skip"):
        assert client.post(page_of(task, act), {"outcome": "REACHED", "reason": "x"}).status_code == 403
    for act in ("reassign", "cancel", "restart"):
        assert client.post(page_of(task.ladder, act), {"reason": "x"}).status_code == 403
    assert not TaskEvent.objects.exists()


@pytest.mark.parametrize("act", ["complete", "snooze", "skip"])
def test_an_unknown_task_redirects(act: str, admin_client: Client) -> None:
    assert admin_client.get(f"{TASKS}99/{act}/").status_code == 302


# Acts on a ladder ---------------------------------------------------------------------------------------------------------


def test_a_ladder_page_links_to_its_tasks_and_its_template(task: FollowupTask, admin_client: Client) -> None:
    template = LadderTemplate.objects.get(province="ON", market="ALL", kind="STANDARD")

    page = admin_client.get(page_of(task.ladder)).content.decode()
    FollowupLadder.objects.update(template=None, template_version=None)
    old = admin_client.get(page_of(task.ladder)).content.decode()

    assert f'href="{TASKS}{task.pk}/change/" class="text-link">{task.step}</a>' in page
    page_of_it = f"/admin/followups/laddertemplate/{template.pk}/change/"
    link = f'href="{page_of_it}" class="text-link">the STANDARD template of Ontario</a>'
    assert f"{link}, version {template.version}" in page
    assert "before there were templates" in old


def test_only_an_operator_sees_the_buttons_of_a_ladder(
    task: FollowupTask, agent_of_the_admin: Client, operator_of_the_admin: Client
) -> None:
    assert buttons(agent_of_the_admin, task.ladder) == []
    assert buttons(operator_of_the_admin, task.ladder) == ["Reassign...", "Cancel...", "Restart..."]
    operator_of_the_admin.post(page_of(task.ladder, "cancel"), {"reason": "Sold"})
    assert buttons(operator_of_the_admin, task.ladder) == ["Restart..."]


def test_a_ladder_is_reassigned_to_another_owner_and_to_nobody(task: FollowupTask, operator_of_the_admin: Client) -> None:
    page = page_of(task.ladder, "reassign")
    operator_of_the_admin.post(page, {"owner": "va2", "reason": "Speaks French"})
    assert set(FollowupTask.objects.values_list("owner", flat=True)) == {"va2"}
    assert form_with(operator_of_the_admin.get(page), "owner")["owner"] == ["va2"]

    operator_of_the_admin.post(page, {"owner": "", "reason": "On leave"})

    assert set(FollowupTask.objects.values_list("owner", flat=True)) == {None}
    assert TaskEvent.objects.filter(task=task).count() == 2


def test_a_ladder_is_cancelled_only_with_a_reason(task: FollowupTask, operator_of_the_admin: Client) -> None:
    page = page_of(task.ladder, "cancel")
    operator_of_the_admin.post(page, {"reason": ""})
    assert FollowupLadder.objects.open().count() == 1

    operator_of_the_admin.post(page, {"reason": "Sold to a cousin"})
    again = operator_of_the_admin.post(page, {"reason": "Sold to a cousin"})

    assert not FollowupTask.objects.open().exists()
    assert {(line.kind, line.reason, line.actor) for line in TaskEvent.objects.all()} == {
        ("CANCELLED", "Sold to a cousin", "ops")
    }
    assert TaskEvent.objects.count() == 6
    assert "This ladder has no open step." in again.content.decode()


def test_a_ladder_is_restarted(task: FollowupTask, operator_of_the_admin: Client) -> None:
    answer = operator_of_the_admin.post(page_of(task.ladder, "restart"), {"reason": "New number"}, follow=True)

    new, old = FollowupLadder.objects.order_by("-id")
    assert (old.closed_at, old.open_steps, new.lead_id, new.open_steps) == (NOON, 0, "LEAD-1", 6)
    assert [str(message) for message in answer.context["messages"]] == [f"Ladder {new.pk} began instead of ladder {old.pk}."]


@pytest.mark.parametrize("act", ["reassign", "cancel", "restart"])
def test_an_unknown_ladder_redirects(act: str, admin_client: Client) -> None:
    assert admin_client.get(f"{LADDERS}99/{act}/").status_code == 302
