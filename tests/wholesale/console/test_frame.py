"""The frame of the admin's pages: a home for each role, one name for each page, and what stops the system."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from followups.models import Lead, PoolAgent
from followups.tasks.models import FollowupTask, TaskEvent
from governance.golive.models import GoLiveState
from governance.risk.models import RiskEvent
from tests.factories import LeadFactory
from tests.staff import signed_in
from tests.wholesale.test_admin import SHOWN, row_of, url
from wholesale.console.pages import AREAS, OF_AGENTS, Page

pytestmark = pytest.mark.django_db
INDEX = "/admin/"
EVERY_PAGE = [page for pages in AREAS.values() for first in pages for page in first.family]


def entries(client: Client, path: str = INDEX) -> dict[str, list[str]]:
    """The sidebar as the user sees it: the areas with the titles of their entries."""
    groups = client.get(path, follow=True).context["sidebar_navigation"]
    return {group["title"]: [item["title"] for item in group["items"]] for group in groups}


def heading(page: Any) -> list[str]:
    """The crumbs of a page."""
    (shown,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page.content.decode(), re.DOTALL)
    return [
        text.strip() for text in re.findall(r">([^<>]+)<", re.sub(r"<span class=\"mat.*?</span>", "", shown)) if text.strip()
    ]


def title(page: Any) -> str:
    """The title of a page, as a browser shows it."""
    (shown,) = re.findall(r"<title>(.*?)</title>", page.content.decode(), re.DOTALL)
    return " ".join(shown.split())


# A home for each role ---------------------------------------------------------------------------------------------------


def test_an_agent_lands_on_the_queue_and_sees_its_own_work_alone(user_of: Callable[..., User]) -> None:
    agent = signed_in(user_of("agent"))

    assert agent.get(INDEX).headers["Location"] == url(FollowupTask, "queue")
    assert entries(agent) == {"": ["Queue", "Inbox", "My leads", "My numbers"]}


def test_an_operator_lands_on_today_and_sees_what_people_do(user_of: Callable[..., User]) -> None:
    operator = signed_in(user_of("operator"))
    seen = entries(operator)

    assert list(seen) == ["", "Leads and follow-up", "Buyers", "Deals", "Rules", "Control", "Reports", "System"]
    assert seen[""] == ["Today", "Queue", "Inbox"]
    assert seen["System"] == ["Role grants", "Idempotency keys", "Periodic runs", "API documentation"]
    assert heading(operator.get(INDEX)) == ["Today"]


def test_the_first_page_is_for_who_may_use_the_admin(client: Client, user_of: Callable[..., User]) -> None:
    assert client.get(INDEX).headers["Location"].startswith("/admin/login/")

    client.force_login(user_of("operator"))  # not staff
    assert client.get(INDEX).headers["Location"].startswith("/admin/login/")


def test_an_auditor_sees_today_and_no_queue(user_of: Callable[..., User]) -> None:
    seen = entries(signed_in(user_of("auditor")))

    assert seen[""] == ["Today", "Inbox"]
    assert "Runbook" in seen["Control"]


def test_an_integrator_sees_all_leads_and_no_users(user_of: Callable[..., User]) -> None:
    seen = entries(signed_in(user_of("integrator")))

    assert "Leads" in seen["Leads and follow-up"]
    assert seen["System"] == ["API documentation"]


def test_only_the_area_of_the_page_stands_open(admin_client: Client) -> None:
    page = admin_client.get(url(TaskEvent, "changelist")).content.decode()

    assert re.findall(r"<details[^>]*open>\s*<summary[^>]*>\s*([^<]+?)\s*<", page) == ["Leads and follow-up"]


# Names ------------------------------------------------------------------------------------------------------------------


def test_every_model_has_one_place() -> None:
    placed = [(page.app, page.model) for page in EVERY_PAGE if page.view == "changelist"]

    assert sorted(placed) == sorted((model._meta.app_label, model._meta.model_name) for model in SHOWN)


def test_no_two_pages_have_one_name() -> None:
    names = [name for page in EVERY_PAGE for name in (page.title, page.mine) if name]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("page", EVERY_PAGE, ids=lambda page: page.title)
def test_a_page_is_called_as_its_entry(page: Page, admin_client: Client) -> None:
    answer = admin_client.get(page.link)

    assert heading(answer)[:1] == [page.title]
    assert title(answer) == f"{page.title} | Wholesale"


def test_the_page_of_a_row_begins_with_its_list(admin_client: Client) -> None:
    lead = LeadFactory.create(first_name="Ana", last_name="Roy")
    page = admin_client.get(url(Lead, "change", lead.pk))

    assert heading(page) == ["Leads", str(lead)]
    assert title(page) == f"{lead} | Leads | Wholesale"


def test_a_form_is_named_beside_its_list(admin_client: Client) -> None:
    assert heading(admin_client.get(url(GoLiveState, "engage"))) == ["Go-live and kill switch", "Engage the kill switch"]


def test_an_agents_leads_are_called_its_own_everywhere(user_of: Callable[..., User]) -> None:
    agent = signed_in(user_of("agent"))
    page = agent.get(url(Lead, "changelist"))

    assert heading(page) == ["My leads"]
    assert [tab["title"] for tab in page.context["frame"].tabs] == ["My leads", "Imports of leads"]


# Pages beside a page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "tabs"),
    [
        (FollowupTask, ["Tasks", "Task history", "Contact attempts"]),
        (TaskEvent, ["Tasks", "Task history", "Contact attempts"]),
        (RiskEvent, ["Reservations of risk", "Ledgers of risk", "Risk events"]),
        (PoolAgent, ["Agents in the pool", "Invite an agent", "Vendors", "Agents of vendors"]),
    ],
)
def test_a_log_is_reached_from_what_it_belongs_to(model: Any, tabs: list[str], admin_client: Client) -> None:
    page = admin_client.get(url(model, "changelist"))
    shown = re.findall(
        r'<a href="([^"]+)" [^>]*>([^<]+)</a>', page.content.decode().split('id="content"')[1].split("</nav>")[0]
    )

    assert [title for _, title in shown] == tabs
    assert {admin_client.get(link).status_code for link, _ in shown} == {200}


def test_a_page_beside_one_that_the_user_may_not_open_is_the_entry(user_of: Callable[..., User]) -> None:
    page = signed_in(user_of("operator")).get("/admin/wholesale/periodicrun/")

    assert page.context["frame"].tabs == []  # background tasks are not for operators
    assert [item["title"] for group in page.context["sidebar_navigation"] for item in group["items"] if item["active"]] == [
        "Periodic runs"
    ]


def test_the_page_of_a_row_has_no_tabs(admin_client: Client) -> None:
    assert admin_client.get(url(Lead, "change", row_of(Lead).pk)).context["frame"].tabs == []


# What stops the system --------------------------------------------------------------------------------------------------

STOPS = "The kill switch is engaged: nothing acts."


def engage() -> None:
    GoLiveState.objects.update(kill_switch_engaged=True, changed_by="ops", reason="a drill")


@pytest.mark.parametrize("page", [*OF_AGENTS[""], *(pages[0] for pages in AREAS.values())], ids=lambda page: page.title)
def test_an_engaged_kill_switch_shows_on_every_page(page: Page, admin_client: Client) -> None:
    engage()
    shown = admin_client.get(page.link).content.decode()

    assert STOPS in shown
    assert "a drill" in shown


def test_the_remedy_is_for_who_may_use_it(user_of: Callable[..., User]) -> None:
    engage()
    release, details = url(GoLiveState, "release"), url(GoLiveState, "changelist")

    def link(role: str) -> str:
        return str(signed_in(user_of(role)).get(url(Lead, "changelist")).context["frame"].stop.link)

    assert [link(role) for role in ("operator", "auditor", "agent")] == [release, details, ""]


def test_a_system_that_is_not_live_says_so_where_that_is_enforced(settings: Any, admin_client: Client) -> None:
    GoLiveState.objects.update(kill_switch_engaged=False, go_live_enabled=False)
    leads = url(Lead, "changelist")

    assert b"The system is not live" not in admin_client.get(leads).content
    settings.GO_LIVE_ENFORCE = True
    page = admin_client.get(leads)
    assert b"The system is not live" in page.content
    assert page.context["frame"].stop.link == url(GoLiveState, "enable")


def test_a_missing_row_stops_too(admin_client: Client) -> None:
    GoLiveState.objects.all().delete()

    assert STOPS in admin_client.get(url(Lead, "changelist")).content.decode()


def test_nothing_is_said_while_the_system_acts(admin_client: Client) -> None:
    GoLiveState.objects.update(kill_switch_engaged=False)

    assert admin_client.get(url(Lead, "changelist")).context["frame"].stop is None


def test_the_way_past_the_sidebar_leads_to_the_content(admin_client: Client) -> None:
    page = admin_client.get(reverse("admin:index")).content.decode()

    assert (
        page.index('href="#content"')
        < page.index('id="nav-sidebar"')
        < page.index('<main id="main"')
        < page.index('id="content"')
    )
