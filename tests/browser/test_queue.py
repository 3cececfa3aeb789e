"""The work queue in a browser: worked by keys alone, taken back, asked once more, and held in one hand."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import TypeVar

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Locator, expect
from pytest_django.live_server_helper import LiveServer

from followups.tasks.models import FollowupTask, TaskEvent
from governance.market.rules import SAFE_RULES
from tests.browser.visits import PHONE, Chromium, Visitor
from tests.factories import MarketPolicyFactory, TaskFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

T = TypeVar("T")
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


class Desk:
    """The queue as it is open in a browser."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        visitor.visit(QUEUE)

    def press(self, key: str) -> None:
        self._visitor.use(lambda page: page.keyboard.press(key))

    def write(self, text: str) -> None:
        self._visitor.use(lambda page: page.keyboard.type(text))

    def card(self, task: FollowupTask) -> None:
        """Wait until this task's card stands first, with the focus on its heading."""
        self.part(f"#task_{task.pk}", lambda part: expect(part).to_be_focused())

    def says(self, text: str, timeout: float = 5_000) -> None:
        """Wait until the page says this of what was done last."""
        self.part("#said", lambda part: expect(part).to_contain_text(text, timeout=timeout))

    def part(self, selector: str, act: Callable[[Locator], T]) -> T:
        """Do something with a part of the page."""
        return self._visitor.use(lambda page: act(page.locator(selector)))


@pytest.fixture
def desk(chromium: Chromium, live_server: LiveServer, agent: User, tasks: list[FollowupTask]) -> Iterator[Desk]:
    """The queue of the agent."""
    with Visitor(chromium, live_server.url, agent) as visitor:
        yield Desk(visitor)
        assert visitor.complaints == []


def test_ten_tasks_are_worked_by_keys_alone(desk: Desk, tasks: list[FollowupTask]) -> None:
    desk.press("n")
    pressed = 1
    for done, following in pairwise(tasks[:11]):
        desk.card(done)
        desk.press("1")
        pressed += 1
        desk.card(following)
    desk.press("n")

    desk.says("You hold a task already")
    assert pressed <= 3 * 10
    assert FollowupTask.objects.filter(outcome="LEFT_MESSAGE").count() == 10


def test_an_outcome_is_taken_back(desk: Desk, tasks: list[FollowupTask]) -> None:
    desk.press("n")
    desk.card(tasks[0])
    desk.press("6")
    desk.card(tasks[1])
    desk.says("Not interested")

    desk.press("u")

    desk.card(tasks[0])
    desk.says("Taken back")
    assert list(TaskEvent.objects.values_list("kind", flat=True)) == ["TAKEN_BACK"]


def test_it_is_recorded_after_ten_seconds(desk: Desk, tasks: list[FollowupTask]) -> None:
    desk.press("n")
    desk.card(tasks[0])
    desk.press("1")
    desk.card(tasks[1])

    desk.says("Recorded", timeout=13_000)

    assert FollowupTask.objects.get(pk=tasks[0].pk).outcome == "LEFT_MESSAGE"


def test_a_wish_for_no_more_contact_is_asked_once_more(desk: Desk, tasks: list[FollowupTask]) -> None:
    desk.press("n")
    desk.card(tasks[0])
    desk.press("8")
    desk.part("#sure", lambda part: expect(part).to_be_visible())
    desk.press("Escape")
    desk.part("#sure", lambda part: expect(part).to_be_hidden())
    assert not FollowupTask.objects.filter(outcome="OPTED_OUT").exists()

    desk.press("8")
    desk.press("Enter")

    desk.card(tasks[1])
    assert FollowupTask.objects.get(pk=tasks[0].pk).outcome == "OPTED_OUT"


def test_keys_are_letters_while_one_writes(desk: Desk, tasks: list[FollowupTask]) -> None:
    desk.press("n")
    desk.card(tasks[0])
    desk.press("w")
    desk.write("she said 8 k s")
    desk.press("Escape")
    desk.press("s")
    desk.press("2")

    desk.card(tasks[1])
    desk.says("put off")
    desk.press("?")
    desk.part("#keys", lambda part: expect(part).to_be_visible())


def test_on_a_phone_the_outcomes_lie_under_the_thumb(
    chromium: Chromium, live_server: LiveServer, agent: User, tasks: list[FollowupTask]
) -> None:
    with Visitor(chromium, live_server.url, agent, PHONE) as visitor:
        desk = Desk(visitor)
        desk.part("[data-key=n]", Locator.click)
        desk.card(tasks[0])
        box = desk.part(".queue-thumb", Locator.bounding_box)
        assert box is not None
        assert box["y"] > PHONE[1] / 2
        assert box["y"] + box["height"] <= PHONE[1]
        desk.part(".queue-thumb [data-key='1']", Locator.click)
        desk.card(tasks[1])
        width = visitor.use(lambda page: page.evaluate("document.documentElement.scrollWidth"))
        assert width <= PHONE[0]
        assert visitor.complaints == []
