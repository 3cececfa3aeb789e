"""An agent reads rows about its own tasks, about markets of its pool, and about unowned due tasks. Others read all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from followups.leads.searching import listed
from followups.models import Lead
from followups.services import complete_task
from followups.tasks.due.claims import claim_due
from followups.tasks.due.services import due_tasks
from followups.tasks.models import FollowupTask
from governance import gate
from governance.ledger import points
from kpi.models import KPIEvent
from tests.factories import (
    NOON,
    AttemptFactory,
    InboundFactory,
    InboxItemFactory,
    LeadFactory,
    LeadImportFactory,
    PoolAgentFactory,
    RecordFactory,
    SlaBreachFactory,
    TaskEventFactory,
    TaskFactory,
)
from tests.staff import signed_in
from tests.wholesale.api_walk import routes
from wholesale.plumbing import admin_base, scopes
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import Scoped
from wholesale.plumbing.api import ResourceViewSet

pytestmark = pytest.mark.django_db

# Lead -> the owner, place and due time of its task. The agent may read the first four.
CAST: dict[str, dict[str, Any]] = {
    "own": {"owner": "agent", "due_at": NOON + timedelta(days=3)},
    "pool": {"owner": "va1", "market": "LONDON"},
    "unowned-due": {"owner": None, "due_at": NOON - timedelta(minutes=1)},
    "done": {"owner": None, "due_at": NOON},
    "others": {"owner": "va1"},
    "unowned-later": {"owner": None, "due_at": NOON + timedelta(days=1)},
    "others-done": {"owner": None, "completed_at": NOON, "completed_by": "agent"},
}
READ = {"own", "pool", "unowned-due", "done"}
LISTS = {
    "followups/leads": "lead_id",
    "followups/tasks": "lead_id",
    "followups/ladders": "lead_id",
    "followups/attempts": "lead_id",
    "followups/inbound": "lead_id",
    "followups/inbox": "lead_id",
    "governance/contact/records": "value",
}


@pytest.fixture
def cast(user_of: Callable[..., User]) -> dict[str, FollowupTask]:
    """Leads with a task and the rows that depend on it. The agent is in the pool of London."""
    agent = user_of("agent")
    PoolAgentFactory.create(agent="agent", market="LONDON")
    tasks = {}
    for n, (lead_id, of_task) in enumerate(CAST.items()):
        place = {"market": of_task.get("market", "TORONTO")}
        LeadFactory.create(lead_id=lead_id, phone=f"+1416555010{n}", last_name=f"Name-{lead_id}", **place)
        settings = {name: value for name, value in of_task.items() if name not in ("market", "owner")}
        task = TaskFactory.create(
            ladder__lead_id=lead_id, ladder__owner=of_task["owner"], ladder__market=place["market"], **settings
        )
        AttemptFactory.create(task=task)
        TaskEventFactory.create(task=task)
        InboundFactory.create(lead_id=lead_id)
        InboxItemFactory.create(task=task, lead_id=lead_id)
        SlaBreachFactory.create(task=task)
        for point in points.contact_points([("LEAD", lead_id), ("PHONE", f"+1416555010{n}")], Act()).values():
            RecordFactory.create(point=point, entry="SCRUB", channel="CALL")
        tasks[lead_id] = task
    FollowupTask.objects.filter(lead_id="done").update(completed_at=NOON, completed_by="agent", completed_user=agent)
    return tasks


@pytest.fixture
def at_noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def agent(cast: dict[str, FollowupTask], at_noon: None) -> APIClient:
    client = APIClient()
    client.force_authenticate(User.objects.get(username="agent"))
    return client


def names(response: Any, column: str) -> set[str]:
    assert response.status_code == 200, response.json()
    return {row[column] for row in response.json()["results"]}


@pytest.mark.parametrize(("path", "column"), LISTS.items())
def test_the_lists_show_only_what_the_agent_may_read(agent: APIClient, path: str, column: str) -> None:
    found = names(agent.get(f"/api/{path}"), column)
    phones = {f"+1416555010{n}" for n, lead_id in enumerate(CAST) if lead_id in READ}
    assert found == (READ | phones if column == "value" else READ)


@pytest.mark.parametrize("path", ["followups/events", "followups/sla/breaches"])
def test_rows_of_a_task_are_read_with_the_task(agent: APIClient, cast: dict[str, FollowupTask], path: str) -> None:
    assert names(agent.get(f"/api/{path}"), "task") == {cast[lead_id].pk for lead_id in READ}


@pytest.mark.parametrize(("path", "column"), LISTS.items())
@pytest.mark.parametrize("role", ["operator", "integrator", "auditor"])
def test_every_other_role_reads_all(
    client_of: Callable[..., APIClient], cast: Any, at_noon: None, path: str, column: str, role: str
) -> None:
    assert names(client_of(role).get(f"/api/{path}"), column) >= set(CAST)


@pytest.mark.parametrize("path", [*LISTS, "followups/events", "followups/sla/breaches"])
def test_a_hidden_row_is_404_and_no_filter_finds_it(
    agent: APIClient, client_of: Callable[..., APIClient], path: str
) -> None:
    everything = {row["id"] for row in client_of("auditor").get(f"/api/{path}").json()["results"]}
    read = {row["id"] for row in agent.get(f"/api/{path}").json()["results"]}
    assert read < everything
    for row_id in everything - read:
        assert agent.get(f"/api/{path}/{row_id}").status_code == 404
    for row_id in read:
        assert agent.get(f"/api/{path}/{row_id}").status_code == 200
    assert not agent.get(f"/api/{path}", {"lead_id": "others", "task": "1"}).json()["results"] or "lead_id" not in path


def test_the_due_list_and_the_list_at_risk_follow_the_same_rule(agent: APIClient, cast: Any) -> None:
    for query in ({}, {"include_blocked": "true"}):
        due = {row["lead_id"] for row in agent.get("/api/followups/due", query).json()}
        assert due == {"pool", "unowned-due"}
        assert not agent.get("/api/followups/due", {"owner": "va1", "market": "TORONTO", **query}).json()
    at = NOON + timedelta(minutes=45)
    with time_machine.travel(at, tick=False):
        assert {row["lead_id"] for row in agent.get("/api/followups/sla/at-risk").json()} == READ - {"done"}


def test_the_due_list_of_an_agent_takes_one_statement_as_for_others(
    cast: Any, django_assert_max_num_queries: Any, user_of: Callable[..., User]
) -> None:
    user = User.objects.get(username="agent")
    user.has_perm("followups.view_any_lead")
    operator = user_of("operator")
    operator.has_perm("followups.view_any_lead")
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for who in (user, operator):
        with CaptureQueriesContext(connection) as queries:
            due_tasks(user=who, now=NOON)
        counts.append(len(queries))
    assert counts[0] <= counts[1]


def test_the_gate_does_not_know_a_lead_that_the_agent_may_not_read(agent: APIClient) -> None:
    asked = {"lead_ids": ["own", "others"], "channel": "CALL"}
    explained = agent.post("/api/governance/contact/explain", asked, format="json").json()
    assert ([row["lead_id"] for row in explained["answers"]], explained["unknown"]) == (["own"], ["others"])
    for path in ("contact/decide", "market/can-contact"):
        assert agent.get(f"/api/governance/{path}", {"lead_id": "own", "channel": "CALL"}).status_code == 200
        assert agent.get(f"/api/governance/{path}", {"lead_id": "others", "channel": "CALL"}).status_code == 404


def test_a_hidden_message_is_not_decided_and_a_hidden_item_is_not_closed(agent: APIClient) -> None:
    message = InboundFactory.create(lead_id="others")
    item = InboxItemFactory.create(task=None, message=message, kind="SENDER", lead_id="others")
    done = agent.post(f"/api/followups/inbox/{item.pk}/done", {"reason": "x"})
    decided = agent.post(f"/api/followups/inbound/{message.pk}/decide", {"meaning": "REPLY", "reason": "x"})
    assert (done.status_code, decided.status_code) == (404, 404)
    item.refresh_from_db()
    message.refresh_from_db()
    assert (item.done_at, message.decided_at) == (None, None)


# The admin --------------------------------------------------------------------------------------------------------------


PAGES = [
    *("lead", "followuptask", "followupladder", "contactattempt", "taskevent", "inboundmessage", "inboxitem", "slabreach"),
]


@pytest.fixture
def desk(agent: APIClient) -> Client:
    return signed_in(User.objects.get(username="agent"))


@pytest.mark.parametrize("model", PAGES)
def test_the_admin_shows_only_what_the_agent_may_read(desk: Client, model: str) -> None:
    url = reverse(f"admin:followups_{model}_changelist")
    query = {"inboundmessage": {"meaning": "all"}, "followuptask": {"state": "all"}}.get(model, {})
    page = desk.get(url, query)
    rows = page.context["cl"].result_list
    assert len(rows) == len(READ)
    assert "Name-others" not in page.content.decode()
    everything = type(rows[0])._default_manager.all()
    hidden = everything.exclude(pk__in=[row.pk for row in rows])
    assert len(hidden) == len(CAST) - len(READ)
    for row in hidden:
        for view in ("change", "history"):
            answer = desk.get(reverse(f"admin:followups_{model}_{view}", args=[row.pk]))
            assert answer.status_code in (302, 404)


def test_the_ledger_in_the_admin_follows_the_same_rule(desk: Client) -> None:
    for model in ("contactrecord", "contactpoint"):
        url = reverse(f"admin:governance_{model}_changelist")
        assert len(desk.get(url).context["cl"].result_list) == 2 * len(READ)
        assert not desk.get(url, {"q": "others"}).context["cl"].result_list
        assert desk.get(url, {"q": "own"}).context["cl"].result_list


def test_a_user_sees_only_its_own_imports(desk: Client) -> None:
    LeadImportFactory.create(file_name="everybody.csv")
    assert not desk.get(reverse("admin:followups_leadimport_changelist")).context["cl"].result_list


def test_the_buttons_of_the_queue_show_no_card_of_a_hidden_task(desk: Client, cast: Any) -> None:
    answer = desk.post(
        reverse("admin:followups_followuptask_queue"), {"act": "complete", "task": cast["others"].pk}, follow=True
    )
    assert "Name-others" not in answer.content.decode()
    assert "no task with this id" in answer.content.decode()


def test_the_first_page_and_a_leads_ladders_name_no_hidden_lead(desk: Client, cast: Any) -> None:
    assert "Name-others" not in desk.get(reverse("admin:index"), follow=True).content.decode()
    lead = cast["others"].lead
    answer = desk.get(reverse("admin:followups_lead_ladders", args=[lead.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))  # as for an unknown id
    own = desk.get(reverse("admin:followups_lead_ladders", args=[cast["own"].lead.pk]))
    assert own["Location"].endswith("?q=own")


def test_every_list_of_a_restricted_model_uses_the_one_condition() -> None:
    scoped = scopes.scoped_models()
    for route in routes():
        model = getattr(getattr(route.view, "queryset", None), "model", None)
        if model in scoped:
            assert issubclass(route.view, ResourceViewSet)
    for model, page in admin.site._registry.items():
        if model in scoped:
            assert isinstance(page, Scoped), model
        for inline in page.inlines:
            if inline.model in scoped:
                assert issubclass(inline, Scoped), inline


# Claims and names -------------------------------------------------------------------------------------------------------


def test_an_agents_claim_is_limited_by_the_setting(
    user_of: Callable[..., User], settings: Any, client_of: Callable[..., APIClient], at_noon: None
) -> None:
    for _ in range(30):
        TaskFactory.create(owner=None)
    assert settings.AGENT_CLAIM_MAX == 25
    assert len(client_of("agent").post("/api/followups/due/claim", {"limit": 500, "lease_minutes": 240}).json()) == 25
    FollowupTask.objects.update(leased_by=None, leased_until=None)
    settings.AGENT_CLAIM_MAX = 3
    assert len(claim_due(owner="va9", limit=10, act=Act(user=user_of("agent", username="va9"), at=NOON))) == 3
    assert len(claim_due(owner="dialer", limit=500, act=Act(user=user_of("integrator"), at=NOON))) == 27


def test_an_agent_completes_under_its_own_name_whatever_it_sends(client_of: Callable[..., APIClient], at_noon: None) -> None:
    first, second = TaskFactory.create(owner=None), TaskFactory.create(owner=None)
    answer = client_of("agent").post(f"/api/followups/task/{first.pk}/complete", {"actor": "the boss"}).json()
    assert (answer["completed_by"], answer["user"]) == ("agent", "agent")
    row = KPIEvent.objects.get(metric="followup_completed")
    first.refresh_from_db()
    assert (row.actor, first.completed_by, first.attempt.actor) == ("agent", "agent", "agent")
    answer = client_of("integrator").post(f"/api/followups/task/{second.pk}/complete", {"actor": "va7"}).json()
    assert (answer["completed_by"], answer["user"]) == ("va7", "integrator")


def test_the_python_verb_takes_no_other_name_from_an_agent(user_of: Callable[..., User]) -> None:
    task = complete_task(TaskFactory.create(owner=None).pk, "the boss", user=user_of("agent"), now=NOON)
    assert task.completed_by == "agent"


def test_an_agent_gives_feedback_under_its_own_name_whatever_it_sends(client_of: Callable[..., APIClient]) -> None:
    given = {"province": "ON", "event": "BOUGHT", "actor": "the boss"}
    answer = client_of("agent").post("/api/buyers/liquidity/feedback", given).json()
    assert (answer["actor"], answer["user"]) == ("agent", "agent")
    assert KPIEvent.objects.get(metric="buyer_feedback").actor == "agent"
    answer = client_of("integrator").post("/api/buyers/liquidity/feedback", given).json()
    assert (answer["actor"], answer["user"]) == ("the boss", "integrator")


def test_a_user_without_the_agent_role_and_no_user_read_every_lead(cast: Any, user_of: Callable[..., User]) -> None:
    assert {task.lead_id for task in due_tasks(now=NOON)} == {"pool", "unowned-due", "others"}
    assert gate.decide_lead("others", "CALL", at=NOON) is not None


PLACES = [("ON", "TORONTO"), ("ON", "ALL"), ("ON", "LONDON"), ("QC", "TORONTO"), ("QC", "ALL")]


@pytest.mark.parametrize("pools", [[], [PLACES[0]], [PLACES[1]], [PLACES[0], PLACES[4]]])
def test_the_search_of_leads_finds_those_of_the_places_of_the_agents_pools(
    user_of: Callable[..., User], pools: list[tuple[str, str]]
) -> None:
    for name in ("Jane", "Mei"):
        for province, market in PLACES:
            LeadFactory.create(first_name=name, province=province, market=market)
    PoolAgentFactory.create(agent="va1", province="ON", market="LONDON")
    for province, market in pools:
        PoolAgentFactory.create(agent="agent", province=province, market=market)
    readable = scopes.visible(Lead.objects.all(), user_of("agent"))

    found = listed(readable, "jane").order_by("-pk").values_list("first_name", "province", "market")

    expected = [place for place in PLACES if place in pools or (place[0], "ALL") in pools]
    assert list(found) == [("Jane", *place) for place in reversed(expected)]


def test_a_list_counts_fewer_rows_for_an_agent_than_for_who_reads_all(
    user_of: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin_base, "READABLE_MAX", 2)
    for _n in range(3):
        TaskFactory.create(owner="agent")

    for role, shown in (("agent", "more than 2"), ("operator", "3 rows")):
        listed_to = signed_in(user_of(role)).get(reverse("admin:followups_followuptask_changelist"))
        assert shown in listed_to.content.decode()


def test_the_list_of_who_may_read_no_lead_asks_no_lead(user_of: Callable[..., User]) -> None:
    agent = user_of("agent")
    client, now = signed_in(agent), timezone.now()
    LeadFactory.create(lead_id="L1")
    task = TaskFactory.create(ladder__lead_id="L1", ladder__owner="va1", due_at=now - timedelta(hours=1))

    def shown() -> list[str]:
        page = client.get(reverse("admin:followups_lead_changelist"))
        return [lead.lead_id for lead in page.context["cl"].result_list]

    with CaptureQueriesContext(connection) as captured:
        assert shown() == []
    assert not [query["sql"] for query in captured if 'FROM "followups_lead"' in query["sql"]]

    as_it_was = {"owner": "va1", "leased_by": None, "leased_until": None}
    grounds: tuple[dict[str, Any], ...] = (
        *({"owner": "agent"}, {"owner": None}, {"leased_by": "agent", "leased_until": now}),
        {"completed_at": now, "completed_by": "agent", "completed_user": agent},
    )
    for ground in grounds:
        FollowupTask.objects.filter(pk=task.pk).update(**as_it_was | ground)
        assert (ground, shown()) == (ground, ["L1"])
    FollowupTask.objects.filter(pk=task.pk).update(owner="va1", completed_user=None)
    assert shown() == []
    PoolAgentFactory.create(agent="agent", market=task.market, province=task.province)
    assert shown() == ["L1"]
