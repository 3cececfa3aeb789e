"""The lists: many rows at once, how many there are, their order and their weight."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from buyers.models import Buyer
from followups.ladders.models import FollowupLadder
from followups.models import InboxItem, Lead, SlaWatch
from followups.tasks.models import FollowupTask
from governance.golive.models import GoLiveState
from governance.golive.services import engage_kill_switch
from tests.factories import BuyerFactory, LeadFactory, TaskFactory
from tests.query_counts import counted, queries
from tests.staff import signed_in
from tests.wholesale.test_admin import MAKE, SHOWN, url
from wholesale.plumbing import admin_bulk, admin_input
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

LEADS, TASKS, BUYERS = "/admin/followups/lead/", "/admin/followups/followuptask/", "/admin/buyers/buyer/"
ROWS = 50
WEIGHT_MAX = 150_000  # characters of the HTML of ROWS rows


@pytest.fixture
def desk(user_of: Callable[..., User]) -> Client:
    return signed_in(user_of("operator", username="op"))


def chosen(client: Client, path: str, name: str, rows: list[Any], **values: Any) -> Any:
    """Choose rows and an act, and send the page that asks for its values."""
    sent = {"action": name, "_selected_action": [row.pk for row in rows]}
    asked = client.post(path, sent)
    assert asked.status_code == 200, asked.content[:300]
    assert 'name="bulk" value="1"' in asked.content.decode()
    return client.post(path, {**sent, "bulk": "1", **values}, follow=True)


def said(page: Any) -> list[str]:
    return [str(message) for message in page.context["messages"]]


# Many at once -----------------------------------------------------------------------------------------------------------


def test_the_status_of_many_leads_is_set_through_the_verb(desk: Client) -> None:
    leads = [LeadFactory.create(status="NEW") for _n in range(3)]

    page = chosen(desk, LEADS, "set_status", leads, status="DEAD", reason="gave up")

    assert said(page) == ["Status set. 3 of 3 rows."]
    assert {*Lead.objects.values_list("status", "changed_by")} == {("DEAD", "op")}
    assert LogEntry.objects.count() == 3


def test_the_page_says_how_many_and_needs_a_reason(desk: Client) -> None:
    leads = [LeadFactory.create() for _n in range(2)]

    page = chosen(desk, LEADS, "set_status", leads, status="DEAD", reason="")

    assert "Set the status of 2 leads?" in page.content.decode()
    assert not Lead.objects.filter(status="DEAD").exists()


def test_what_is_refused_is_named_with_its_reason_and_the_others_are_done(desk: Client) -> None:
    due = timezone.now() - timedelta(hours=1)
    tasks = [TaskFactory.create(due_at=due) for _n in range(2)]
    closed = TaskFactory.create(due_at=due, completed_at=due, completed_by="x")

    page = chosen(desk, f"{TASKS}?state=all", "snooze_chosen", [*tasks, closed], hours="24", reason="holiday")

    first, second = said(page)
    assert first == "Put off. 2 of 3 rows."
    assert second.startswith("1 refused: ")
    assert f"({closed.pk})" in second
    for task in tasks:
        task.refresh_from_db()
        assert task.due_at > timezone.now() + timedelta(hours=23)


def test_an_agent_puts_off_its_own_tasks_only(user_of: Callable[..., User]) -> None:
    due = timezone.now() - timedelta(hours=1)
    own, free = TaskFactory.create(owner="va1", due_at=due), TaskFactory.create(due_at=due)

    page = chosen(signed_in(user_of("agent", username="va1")), TASKS, "snooze_chosen", [own, free], hours="1", reason="busy")

    assert said(page)[0] == "Put off. 1 of 2 rows."
    assert FollowupTask.objects.get(pk=free.pk).due_at == due


def test_leads_and_tasks_are_reassigned(desk: Client) -> None:
    with_ladder, without = LeadFactory.create(), LeadFactory.create()
    task = TaskFactory.create(ladder__lead_id=with_ladder.lead_id)
    other = TaskFactory.create()

    page = chosen(desk, LEADS, "reassign_leads", [with_ladder, without], owner="va1", reason="ill")
    assert said(page) == ["Reassigned. 1 of 2 rows.", f"1 refused: No open ladder. Jane Roe ({without.pk})"]
    chosen(desk, TASKS, "reassign_tasks", [other], owner="va2", reason="ill")

    assert FollowupLadder.objects.get(pk=task.ladder_id).owner == "va1"
    assert FollowupTask.objects.get(pk=other.pk).owner == "va2"


def test_ladders_are_started_for_many_leads(desk: Client) -> None:
    leads = [LeadFactory.create() for _n in range(2)]
    TaskFactory.create(ladder__lead_id=leads[0].lead_id)

    page = chosen(desk, LEADS, "start_for_leads", leads, reason="new list")

    assert said(page)[0].startswith("A ladder was started. ")
    assert any("It has an open ladder." in text for text in said(page))


def test_nothing_starts_while_the_kill_switch_is_engaged(desk: Client) -> None:
    engage_kill_switch(act=Act("test", reason="a test"))
    lead = LeadFactory.create()

    page = chosen(desk, LEADS, "start_for_leads", [lead], reason="new list")

    assert said(page)[0] == "A ladder was started. 0 of 1 row."
    assert not FollowupLadder.objects.exists()
    assert GoLiveState.objects.get().kill_switch_engaged


def test_the_status_of_many_buyers_is_set(desk: Client) -> None:
    buyers = [BuyerFactory.create() for _n in range(2)]

    chosen(desk, BUYERS, "set_status", buyers, status="BLOCKED", reason="fraud")

    assert {*Buyer.objects.values_list("status", flat=True)} == {"BLOCKED"}


def test_too_many_rows_are_refused_as_a_whole(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin_bulk, "BULK_MAX", 1)
    leads = [LeadFactory.create() for _n in range(2)]

    page = desk.post(LEADS, {"action": "set_status", "_selected_action": [lead.pk for lead in leads]}, follow=True)

    assert said(page) == ["Choose at most 1 rows. Nothing was done."]


@pytest.mark.parametrize("role", ["agent", "auditor"])
def test_acts_are_offered_to_roles_that_may_do_them(user_of: Callable[..., User], role: str) -> None:
    lead = LeadFactory.create(status="NEW")
    client = signed_in(user_of(role))

    shown = client.get(LEADS).content.decode()
    client.post(LEADS, {"action": "set_status", "_selected_action": [lead.pk], "bulk": "1", "status": "DEAD", "reason": "x"})

    assert "set_status" not in shown
    assert Lead.objects.get().status == "NEW"


# What a list shows ------------------------------------------------------------------------------------------------------


def test_open_tasks_come_first_by_when_they_fell_due(desk: Client) -> None:
    now = timezone.now()
    late = TaskFactory.create(due_at=now - timedelta(hours=5))
    later = TaskFactory.create(due_at=now + timedelta(hours=5))
    due = TaskFactory.create(due_at=now - timedelta(hours=1))
    TaskFactory.create(due_at=now, completed_at=now, completed_by="x")

    assert [task.pk for task in desk.get(TASKS).context["cl"].result_list] == [late.pk, due.pk, later.pk]


def test_leads_that_are_due_come_by_when_they_fell_due_and_once(desk: Client) -> None:
    now = timezone.now()
    for lead_id, hours in (("A", 1), ("B", 5), ("C", -3)):
        LeadFactory.create(lead_id=lead_id)
        task = TaskFactory.create(ladder__lead_id=lead_id, step=1, due_at=now - timedelta(hours=hours))
    TaskFactory.create(ladder=FollowupLadder.objects.get(lead_id="B"), step=2, due_at=now - timedelta(hours=2))
    LeadFactory.create(lead_id="D")

    def listed(state: str) -> list[str]:
        return [lead.lead_id for lead in desk.get(LEADS, {"followup": state}).context["cl"].result_list]

    assert listed("due") == ["B", "A"]
    assert listed("planned") == ["C", "B", "A"]
    assert listed("none") == ["D"]
    assert task.lead_id == "C"


def test_a_list_says_how_many_rows_it_has_up_to_a_bound(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        LeadFactory.create(status="DEAD" if n else "NEW")

    assert "3 rows" in desk.get(LEADS).content.decode()
    assert "2 rows" in desk.get(LEADS, {"status__exact": "DEAD"}).content.decode()
    monkeypatch.setattr(admin_input.InfinitePaginator, "most", 2)
    assert "more than 2" in desk.get(LEADS).content.decode()


@pytest.mark.parametrize("path", [LEADS, TASKS, BUYERS, "/admin/offers/offer/", "/admin/followups/inboxitem/"])
def test_a_list_takes_few_queries(desk: Client, path: str) -> None:
    for _n in range(3):
        LeadFactory.create()
        BuyerFactory.create()
        TaskFactory.create()
    desk.get(path)

    with CaptureQueriesContext(connection) as sent:
        desk.get(path)

    assert counted(sent) <= queries("a list of the console, at most")


def test_a_cell_shows_text_and_no_markup_of_people(desk: Client) -> None:
    LeadFactory.create(first_name="<b>Jo</b>", lead_id='"><script>')

    shown = desk.get(LEADS).content.decode()

    assert "&lt;b&gt;Jo" in shown
    assert "<b>Jo" not in shown
    assert '"><script>' not in shown


def test_each_list_of_fifty_rows_is_light(admin_client: Client) -> None:
    for at, make in enumerate(MAKE.values()):
        for n in range(4):
            make(4 * at + n)
    weights: dict[Any, int] = {}
    empty: list[Any] = []
    for model in SHOWN:
        page = admin_client.get(url(model, "changelist"), {"state": "all"} if model in (FollowupTask, InboxItem) else {})
        shown = page.content.decode()
        rows = "".join(re.findall("<tbody>(.*?)</tbody>", shown, re.DOTALL))
        count = rows.count("<tr>")
        weights[model] = len(shown) - len(rows) + ROWS * len(rows) // max(count, 1)
        empty += [] if count else [model]

    assert {model.__name__: weight for model, weight in weights.items() if weight >= WEIGHT_MAX} == {}
    assert {*empty} <= {SlaWatch}
