"""The inbox in a browser: moved through, decided and answered by keys, asked once more, and held in one hand."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Locator, expect
from pytest_django.live_server_helper import LiveServer

from followups.leads.inbound.services import record_inbound
from followups.models import InboundMessage, InboxItem
from governance.ledger.models import ContactRecord
from tests.browser.visits import PHONE, WIDE, Chromium, Visitor
from tests.factories import LeadFactory, PoolAgentFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

T = TypeVar("T")
INBOX = "/admin/followups/followuptask/inbox/"
CLOSED_AND_OPENED_ANEW = """(sure) => {
    sure.close();
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "2", bubbles: true }));
}"""
DOUBTFUL, ANSWERED = "please stop calling me so early, call after ten", "Yes, call me on Friday."


@pytest.fixture
def agent(db: None) -> User:
    """The agent va1 of Toronto's pool, who may open the admin."""
    user = User.objects.create_user("va1", is_staff=True)
    user.groups.set(Group.objects.filter(name="agent"))
    PoolAgentFactory.create(agent="va1", province="ON", market="TORONTO")
    return user


def wrote(text: str, minutes: int) -> InboxItem:
    """The item of what a new lead wrote so many minutes ago."""
    lead = LeadFactory.create()
    at = timezone.now() - timedelta(minutes=minutes)
    record_inbound(channel="SMS", lead_id=lead.lead_id, text=text, act=Act(at=at))
    return InboxItem.objects.get(lead_id=lead.lead_id)


@pytest.fixture
def items(agent: User) -> list[InboxItem]:
    """Two replies and a doubtful message, in the order of the page."""
    return [wrote(ANSWERED, 25), wrote(ANSWERED, 20), wrote(DOUBTFUL, 200)]


class Desk:
    """The inbox as it is open in a browser."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        visitor.visit(INBOX)

    def press(self, *keys: str) -> None:
        for key in keys:
            self._press(key)

    def _press(self, key: str) -> None:
        self._visitor.use(lambda page: page.keyboard.press(key))

    def write(self, text: str) -> None:
        self._visitor.use(lambda page: page.keyboard.type(text))

    def part(self, selector: str, act: Callable[[Locator], T]) -> T:
        return self._visitor.use(lambda page: act(page.locator(selector)))

    def card(self, item: InboxItem) -> None:
        """Wait until this item's card is shown, with the focus on its heading."""
        self.part(f"#item_{item.pk}", lambda part: expect(part).to_be_focused())

    def move(self, key: str, item: InboxItem) -> None:
        """Press a key that moves between items, and wait for this item's card."""
        self.press(key)
        self.card(item)

    def says(self, text: str) -> None:
        self.part("#said", lambda part: expect(part).to_contain_text(text))


@pytest.fixture
def desk(chromium: Chromium, live_server: LiveServer, agent: User, items: list[InboxItem]) -> Iterator[Desk]:
    """The inbox of the agent."""
    with Visitor(chromium, live_server.url, agent, WIDE) as visitor:
        yield Desk(visitor)
        assert visitor.complaints == []


def test_a_doubtful_message_is_decided_by_keys_and_asked_once_more(desk: Desk, items: list[InboxItem]) -> None:
    _, second, doubtful = items
    desk.move("j", second)
    desk.move("ArrowDown", doubtful)
    desk.move("k", second)
    desk.move("j", doubtful)

    desk.press("2")
    desk.part("#sure_title", lambda part: expect(part).to_have_text("Take it as a reply?"))
    desk.press("Escape")
    assert not InboundMessage.objects.exclude(decided_as="").exists()
    desk.press("2", "Enter")

    desk.says("Reply")
    assert doubtful.message is not None
    answer = InboxItem.objects.get(message=doubtful.message, kind="REPLY")
    desk.card(answer)  # it waits to be answered, and stands open
    assert InboundMessage.objects.get(pk=doubtful.message.pk).decided_by == "va1"


def test_a_question_that_is_opened_anew_at_once_hears_its_answer(desk: Desk, items: list[InboxItem]) -> None:
    """A browser tells of a closed question a moment later: here the next one is open by then."""
    _, second, doubtful = items
    desk.move("j", second)
    desk.move("j", doubtful)
    desk.press("2")
    desk.part("#sure_title", lambda part: expect(part).to_have_text("Take it as a reply?"))

    desk.part("#sure", lambda part: part.evaluate(CLOSED_AND_OPENED_ANEW))
    desk.press("Enter")

    desk.says("Reply")
    assert doubtful.message is not None
    assert InboundMessage.objects.get(pk=doubtful.message.pk).decided_by == "va1"


def test_an_answer_brings_the_next_item_and_is_taken_back(desk: Desk, items: list[InboxItem]) -> None:
    first, second, _ = items
    desk.press("w")
    desk.write("She said 1 d k.")
    desk.press("Escape", "1")

    desk.card(second)
    desk.says("done")
    assert InboxItem.objects.get(pk=first.pk).done_reason == "answered by phone: She said 1 d k."

    desk.press("u")
    desk.card(first)
    desk.says("Taken back")
    assert InboxItem.objects.get(pk=first.pk).done_at is None


def test_an_opt_out_by_key_is_asked_once_more(desk: Desk, items: list[InboxItem]) -> None:
    first, second, _ = items
    desk.press("d")
    desk.part("#sure", lambda part: expect(part).to_be_visible())
    desk.press("Escape")
    assert not ContactRecord.objects.filter(entry="OPT_OUT").exists()

    desk.press("d", "Enter")

    desk.card(second)
    desk.says("wants no more contact")
    assert ContactRecord.objects.filter(entry="OPT_OUT", point__value=first.lead.phone).exists()


def test_on_a_phone_the_answers_lie_under_the_thumb(
    chromium: Chromium, live_server: LiveServer, agent: User, items: list[InboxItem]
) -> None:
    with Visitor(chromium, live_server.url, agent, PHONE) as visitor:
        desk = Desk(visitor)
        box = desk.part(".queue-thumb", Locator.bounding_box)
        assert box is not None
        assert PHONE[1] / 2 < box["y"] < box["y"] + box["height"] <= PHONE[1]
        desk.part(".queue-thumb [data-key='4']", Locator.click)
        desk.card(items[1])
        assert visitor.use(lambda page: page.evaluate("document.documentElement.scrollWidth")) <= PHONE[0]
        assert visitor.complaints == []
