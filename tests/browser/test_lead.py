"""The page of a lead in a browser: opened from the queue, read by kinds, opted out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from followups.leads.events.services import note_lead
from followups.models import FollowupTask
from governance.market.rules import SAFE_RULES
from tests.browser.visits import Chromium, Visitor
from tests.factories import LeadFactory, MarketPolicyFactory, TaskFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
QUEUE = "/admin/followups/followuptask/queue/"


@pytest.fixture
def agent(db: None) -> User:
    """The agent va1, who may open the admin."""
    user = User.objects.create_user("va1", is_staff=True)
    user.groups.set(Group.objects.filter(name="agent"))
    return user


@pytest.fixture
def task(agent: User) -> FollowupTask:
    """A due text of nobody to Ann Roy, permitted at any hour."""
    now, place = timezone.now(), {"province": "ON", "market": "ALWAYS"}
    always = {"contact_windows_local": [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}]}
    MarketPolicyFactory.create(**place, rules=SAFE_RULES | always)
    LeadFactory.create(lead_id="L1", first_name="Ann", last_name="Roy", phone="+14165550123", **place)
    note_lead("L1", "Prefers evenings", act=Act("operator"))
    made: FollowupTask = TaskFactory.create(
        **{"ladder__province": "ON", "ladder__market": "ALWAYS", "ladder__lead_id": "L1", "ladder__open_steps": 1},
        channel="SMS",
        due_at=now - timedelta(minutes=5),
        open_from=now - timedelta(hours=1),
        open_until=now + timedelta(hours=6),
    )
    return made


def test_a_lead_is_opened_from_the_queue_and_opted_out(
    chromium: Chromium, live_server: LiveServer, agent: User, task: FollowupTask
) -> None:
    def say_no(page: Page) -> None:
        page.keyboard.press("n")
        page.get_by_role("link", name="Ann Roy").click()
        expect(page.locator("a[href='sms:+14165550123']")).to_be_visible()
        page.get_by_role("link", name="Notes").click()
        expect(page.locator("#feed")).to_contain_text("Prefers evenings")
        expect(page.locator("#feed [aria-current]")).to_have_text("Notes")
        page.get_by_role("link", name="Wants no more contact...").click()
        page.get_by_role("button", name="Yes, record it").click()
        alert = page.get_by_role("alert").filter(has_text="Wants no more contact.")
        expect(alert).to_be_visible()
        red = alert.evaluate("element => getComputedStyle(element).color")
        assert red != page.locator(".record").evaluate("element => getComputedStyle(element).color")
        for scheme in ("tel:", "sms:", "mailto:"):
            expect(page.locator(f"a[href^='{scheme}']")).to_have_count(0)
        expect(page.locator(".record-ways")).not_to_contain_text("5550123")

    with Visitor(chromium, live_server.url, agent) as visitor:
        visitor.visit(QUEUE)
        act: Callable[[Page], None] = say_no
        visitor.use(act)
        assert visitor.complaints == []
    task.refresh_from_db()
    assert task.cancelled_at is not None
