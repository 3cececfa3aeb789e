"""The work queue in a browser: worked by keys alone, taken back, asked once more, and held in one hand."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from followups.tasks.models import FollowupTask, TaskEvent
from governance.market.rules import SAFE_RULES
from tests.browser.visits import PHONE, Visitor
from tests.factories import MarketPolicyFactory, TaskFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

QUEUE = "/admin/followups/followuptask/queue/"


@pytest.fixture
def agent(db: None) -> User:
    """The agent va1, who may open the admin."""
    user = User.objects.create_user("va1", is_staff=True)
    user.groups.set(Group.objects.filter(name="agent"))
    return user


@pytest.fixture
def tasks(db: None) -> list[FollowupTask]:
    """Twelve due texts of nobody, permitted at any hour: their leads are not on file, so only the place's rules count."""
    now = timezone.now()
    always = {"contact_windows_local": [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}]}
    MarketPolicyFactory.create(province="ON", market="ALWAYS", rules=SAFE_RULES | always)
    return [
        TaskFactory.create(
            **{"ladder__province": "ON", "ladder__market": "ALWAYS", "ladder__lead_id": f"L{n}", "ladder__open_steps": 1},
            channel="SMS",
            due_at=now - timedelta(minutes=60 - n),
            open_from=now - timedelta(hours=1),
            open_until=now + timedelta(hours=6),
        )
        for n in range(12)
    ]


@pytest.fixture
def page(chromium: Browser, live_server: LiveServer, agent: User, tasks: list[FollowupTask]) -> Iterator[Page]:
    """The queue of the agent."""
    with Visitor(chromium, live_server.url, agent) as visitor:
        yield visitor.visit(QUEUE)
        assert visitor.complaints == []


def card(page: Page, task: FollowupTask) -> None:
    """Wait until this task's card stands first, with the focus on its heading."""
    expect(page.locator(f"#task_{task.pk}")).to_be_focused()


def test_ten_tasks_are_worked_by_keys_alone(page: Page, tasks: list[FollowupTask]) -> None:
    page.keyboard.press("n")
    pressed = 1
    for done, following in pairwise(tasks[:11]):
        card(page, done)
        page.keyboard.press("1")
        pressed += 1
        card(page, following)
    page.keyboard.press("n")

    expect(page.locator("#said")).to_contain_text("You hold a task already")
    assert pressed <= 3 * 10
    assert FollowupTask.objects.filter(outcome="LEFT_MESSAGE").count() == 10


def test_an_outcome_is_taken_back(page: Page, tasks: list[FollowupTask]) -> None:
    page.keyboard.press("n")
    card(page, tasks[0])
    page.keyboard.press("6")
    card(page, tasks[1])
    expect(page.locator("#said")).to_contain_text("Not interested")

    page.keyboard.press("u")

    card(page, tasks[0])
    expect(page.locator("#said")).to_contain_text("Taken back")
    assert list(TaskEvent.objects.values_list("kind", flat=True)) == ["TAKEN_BACK"]


def test_it_is_recorded_after_ten_seconds(page: Page, tasks: list[FollowupTask]) -> None:
    page.keyboard.press("n")
    card(page, tasks[0])
    page.keyboard.press("1")
    card(page, tasks[1])

    expect(page.locator("#said")).to_contain_text("Recorded", timeout=13_000)

    assert FollowupTask.objects.get(pk=tasks[0].pk).outcome == "LEFT_MESSAGE"


def test_a_wish_for_no_more_contact_is_asked_once_more(page: Page, tasks: list[FollowupTask]) -> None:
    page.keyboard.press("n")
    card(page, tasks[0])
    page.keyboard.press("8")
    expect(page.locator("#sure")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#sure")).to_be_hidden()
    assert not FollowupTask.objects.filter(outcome="OPTED_OUT").exists()

    page.keyboard.press("8")
    page.keyboard.press("Enter")

    card(page, tasks[1])
    assert FollowupTask.objects.get(pk=tasks[0].pk).outcome == "OPTED_OUT"


def test_keys_are_letters_while_one_writes(page: Page, tasks: list[FollowupTask]) -> None:
    page.keyboard.press("n")
    card(page, tasks[0])
    page.keyboard.press("w")
    page.keyboard.type("she said 8 k s")
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.keyboard.press("2")

    card(page, tasks[1])
    expect(page.locator("#said")).to_contain_text("put off")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def test_on_a_phone_the_outcomes_lie_under_the_thumb(
    chromium: Browser, live_server: LiveServer, agent: User, tasks: list[FollowupTask]
) -> None:
    with Visitor(chromium, live_server.url, agent, PHONE) as visitor:
        page = visitor.visit(QUEUE)
        page.locator("[data-key=n]").click()
        card(page, tasks[0])
        box = page.locator(".queue-thumb").bounding_box()
        assert box is not None
        assert box["y"] > PHONE[1] / 2
        assert box["y"] + box["height"] <= PHONE[1]
        page.locator(".queue-thumb [data-key='1']").click()
        card(page, tasks[1])
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert visitor.complaints == []
