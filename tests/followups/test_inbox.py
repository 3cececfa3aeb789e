"""`/api/followups/inbox`: the items that wait for a person, and who may close them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from followups.leads.inbound.decisions import decide_inbound
from followups.leads.inbox.services import close_item, put_message
from followups.models import InboxItem
from followups.tasks.contacts import put_reply
from tests.conftest import codes
from tests.factories import NOON, InboundFactory, InboxItemFactory, LeadFactory, PoolAgentFactory, TaskFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client_of: Callable[..., APIClient]) -> APIClient:
    """An agent who is in the pool."""
    PoolAgentFactory.create(agent="agent", market="ALL")
    return client_of("agent")


INBOX = "/api/followups/inbox"
ADMIN = "/admin/followups/inboxitem/"


def act(now: datetime = NOON) -> Act:
    return Act("test", correlation_id="C-1", at=now)


def done(client: APIClient, item: InboxItem, reason: str = "called back") -> Any:
    return client.post(f"{INBOX}/{item.pk}/done", {"reason": reason})


def test_the_api_shows_an_item(auditor: APIClient) -> None:
    task = TaskFactory.create(owner="va1")
    put_reply(task, act())
    put_reply(task, act())
    item = InboxItem.objects.get()
    assert auditor.get(f"{INBOX}/{item.pk}").json() == {
        "id": item.pk,
        "kind": "REPLY",
        "lead_id": task.lead_id,
        "message_id": None,
        "task_id": task.pk,
        "detail": "",
        "owner": "va1",
        "due_by": "2026-12-15T18:30:00Z",
        "created_at": "2026-12-15T18:00:00Z",
        "correlation_id": "C-1",
        "done_at": None,
        "done_by": "",
        "done_reason": "",
    }


def test_one_message_waits_at_most_once_for_its_sender_and_once_for_its_meaning() -> None:
    message = InboundFactory.create(as_sent={"phone": "n/a"})
    for kind in ("MESSAGE", "SENDER", "MESSAGE"):
        put_message(message, InboxItem.Kind(kind), act())
    assert sorted(InboxItem.objects.values_list("kind", "detail")) == [("MESSAGE", "phone: n/a"), ("SENDER", "phone: n/a")]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [3, 2, 1, 0]),
        ({"open": "true"}, [2, 1, 0]),
        ({"open": "false"}, [3]),
        ({"kind": "sender"}, [1]),
        ({"lead_id": "A"}, [0]),
        ({"owner": "va1"}, [2]),
        ({"late": "true"}, [0]),
        ({"late": "false"}, [3, 2, 1]),
    ],
)
def test_items_are_filtered(auditor: APIClient, given: dict[str, str], found: list[int]) -> None:
    later = timezone.now() + timedelta(days=1)
    items = [
        InboxItemFactory.create(lead_id="A", due_by=timezone.now() - timedelta(minutes=1)),
        InboxItemFactory.create(kind="SENDER", detail="phone: 12", task=None, due_by=later),
        InboxItemFactory.create(owner="va1", due_by=later),
        InboxItemFactory.create(done_at=NOON, done_by="va1"),
    ]
    results = auditor.get(INBOX, given).json()["results"]
    assert [row["id"] for row in results] == [items[n].pk for n in found]


@pytest.mark.parametrize("kind", ["REPLY", "SENDER"])
def test_closing_an_item_needs_a_reason_and_closing_twice_changes_nothing(agent: APIClient, kind: str) -> None:
    item = (
        InboxItemFactory.create()
        if kind == "REPLY"
        else InboxItemFactory.create(kind=kind, detail="x", task=None, lead_id=LeadFactory.create().lead_id)
    )
    response = done(agent, item)
    assert (response.status_code, response.json()["done_by"], response.json()["done_reason"]) == (
        200,
        "agent",
        "called back",
    )
    again = done(agent, item, "again")
    assert (again.status_code, again.json()["done_reason"]) == (200, "called back")
    item.refresh_from_db()
    assert (str(item.done_user), item.done_reason) == ("agent", "called back")


def test_an_item_closed_by_another_stays_closed(agent: APIClient, operator: APIClient) -> None:
    item = InboxItemFactory.create()
    done(operator, item)
    response = done(agent, item)
    assert (response.status_code, codes(response)) == (409, ["inbox_item_done"])


def test_a_doubtful_message_is_closed_only_by_its_decision(operator: APIClient) -> None:
    message = InboundFactory.create()
    put_message(message, InboxItem.Kind.MESSAGE, act())
    item = InboxItem.objects.get()
    response = done(operator, item)
    assert (response.status_code, codes(response)) == (409, ["decide_the_message"])
    decide_inbound(message.pk, "REPLY", act=Act(reason="read it"))
    item.refresh_from_db()
    assert item.done_reason == "read it"


@pytest.mark.parametrize(
    ("role", "owner", "status"),
    [
        ("agent", None, 200),
        ("agent", "agent", 200),
        ("agent", "va2", 403),
        ("operator", "va2", 200),
        ("integrator", None, 403),
        ("auditor", None, 403),
    ],
)
def test_an_item_is_closed_by_its_owner_or_an_operator(
    client_of: Callable[..., APIClient], role: str, owner: str | None, status: int
) -> None:
    PoolAgentFactory.create(agent="agent", market="ALL")
    item = InboxItemFactory.create(owner=owner)
    assert done(client_of(role), item).status_code == status
    item.refresh_from_db()
    assert (item.done_at is not None) is (status == 200)


def test_an_agent_does_not_decide_a_message_that_waits_for_another(agent: APIClient) -> None:
    message = InboundFactory.create(lead_id=LeadFactory.create().lead_id)
    put_message(message, InboxItem.Kind.MESSAGE, act())
    InboxItem.objects.update(owner="va2")
    response = agent.post(f"/api/followups/inbound/{message.pk}/decide", {"meaning": "REPLY", "reason": "read it"})
    assert (response.status_code, codes(response)) == (403, ["permission_denied"])
    message.refresh_from_db()
    assert message.decided_as == ""


def test_an_unknown_item_is_not_found(agent: APIClient) -> None:
    assert agent.post(f"{INBOX}/999999999/done", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    "columns", [{"kind": "REPLY", "task": None}, {"kind": "MESSAGE", "task": None}, {"kind": "SENDER", "task": None}]
)
def test_the_database_forbids_an_item_about_nothing(columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        InboxItemFactory.create(**columns)


# The admin --------------------------------------------------------------------------------------------------------------


def test_the_list_shows_open_items_with_the_most_urgent_first_and_marks_late_ones(admin_client: Client) -> None:
    now = timezone.now()
    waits = InboxItemFactory.create(due_by=now + timedelta(hours=1))
    late = InboxItemFactory.create(due_by=now - timedelta(hours=1))
    closed = InboxItemFactory.create(done_at=NOON, done_by="me")

    def listed(**query: str) -> list[int]:
        return [row.pk for row in admin_client.get(ADMIN, query).context["cl"].result_list]

    assert listed() == [late.pk, waits.pk]
    assert listed(state="late") == [late.pk]
    assert listed(state="done") == [closed.pk]
    assert listed(state="all") == [closed.pk, late.pk, waits.pk]
    page = admin_client.get(ADMIN).content.decode()
    assert "Late" in page
    assert f"/admin/followups/followuptask/{late.task_id}/change/" in page


def test_a_person_closes_an_item_with_a_reason(user_of: Callable[..., User]) -> None:
    item = InboxItemFactory.create()
    PoolAgentFactory.create(agent="agent", market="ALL")
    agent = signed_in(user_of("agent"))
    page = reverse("admin:followups_inboxitem_is_done", args=[item.pk])
    assert agent.get(page).status_code == 200
    assert agent.post(page, {"reason": ""}).status_code == 200
    item.refresh_from_db()
    assert item.done_at is None
    assert agent.post(page, {"reason": "called back"})["Location"] == ADMIN
    item.refresh_from_db()
    assert (item.done_by, item.done_reason) == ("agent", "called back")
    assert "is-done" not in agent.get(f"{ADMIN}{item.pk}/change/").content.decode()


def test_a_doubtful_message_is_not_closed_on_its_item_page(admin_client: Client) -> None:
    message = InboundFactory.create()
    put_message(message, InboxItem.Kind.MESSAGE, act())
    page = admin_client.get(f"{ADMIN}{InboxItem.objects.get().pk}/change/").content.decode()
    assert f"/admin/followups/inboundmessage/{message.pk}/change/" in page
    assert "/done/" not in page


def test_the_first_page_counts_open_and_late_items(admin_client: Client) -> None:
    def tile() -> tuple[str, str]:
        return next((t.value, t.change) for t in admin_client.get("/admin/").context["tiles"] if t.title == "Inbox")

    assert tile() == ("0", "0 of them late")
    InboxItemFactory.create(due_by=timezone.now() + timedelta(hours=1))
    assert tile() == ("1", "0 of them late")
    InboxItemFactory.create(due_by=timezone.now() - timedelta(hours=1))
    assert tile() == ("2", "1 of them late")


def test_closing_from_python_needs_no_user() -> None:
    item = InboxItemFactory.create(owner="va2")
    assert close_item(item.pk, act=Act(reason="cleaned up", at=NOON)).done_at == NOON
