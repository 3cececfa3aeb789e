"""Today in a browser: the operator lands on it, goes over the map by keyboard, and changes the period."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.visits import PHONE, Chromium, Visitor
from tests.factories import LeadFactory, TaskFactory, completed

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def operator(db: None) -> User:
    """The operator op1, who may open the admin."""
    user = User.objects.create_user("op1", is_staff=True)
    user.groups.set(Group.objects.filter(name="operator"))
    return user


def press(visitor: Visitor, key: str) -> None:
    visitor.use(lambda page: page.keyboard.press(key))


def test_an_operator_sees_what_is_red_goes_over_the_map_and_changes_the_period(
    chromium: Chromium, live_server: LiveServer, operator: User
) -> None:
    now = timezone.now()
    LeadFactory.create(province="QC", created_at=now - timedelta(days=20))
    completed(late=timedelta(minutes=5), due_at=now - timedelta(days=1), step=1)
    TaskFactory.create(due_at=now - timedelta(hours=9), breached_due_at=now - timedelta(hours=9))
    with Visitor(chromium, live_server.url, operator) as visitor:
        visitor.visit("/admin/")
        visitor.use(
            lambda page: expect(page.locator("#verdict")).to_have_text("1 thing needs you now; 1 thing is worth a look.")
        )
        visitor.use(
            lambda page: expect(page.get_by_role("link", name="Claimed tasks")).to_be_visible()
        )  # the agents came after the page
        painted = "[...document.querySelectorAll('canvas.chart')].every((one) => Chart.getChart(one))"
        visitor.use(lambda page: page.wait_for_function(painted))

        visitor.use(lambda page: page.locator(".today-map .tile[aria-label^=Ontario]").focus())
        for key, province in (("ArrowRight", "Quebec: 0"), ("ArrowDown", "New Brunswick: 0"), ("ArrowRight", "Prince Ed")):
            press(visitor, key)
            focused = visitor.use(lambda page: page.evaluate("document.activeElement.getAttribute('aria-label')"))
            assert focused.startswith(province)

        visitor.use(lambda page: page.get_by_role("link", name="30 days").click())
        visitor.use(lambda page: expect(page.locator(".tile[aria-label='Quebec: 1']")).to_be_visible())
        assert "days=30" in visitor.use(lambda page: page.url)
        visitor.use(lambda page: page.locator(".tile[aria-label='Quebec: 1']").focus())
        press(visitor, "Enter")
        visitor.use(lambda page: page.wait_for_url("**/followups/lead/?province__exact=QC&days=30"))
        assert visitor.complaints == []


def test_a_part_that_fails_says_so_in_its_place_and_comes_at_a_press(
    chromium: Chromium, live_server: LiveServer, operator: User
) -> None:
    with Visitor(chromium, live_server.url, operator) as visitor:
        visitor.use(lambda page: page.route("**/today/parts/offers/*", lambda route: route.fulfill(status=500)))
        visitor.visit("/admin/?days=30")
        place = visitor.use(lambda page: page.locator(".today-place"))
        visitor.use(lambda page: expect(place).to_have_count(1))  # all others came
        visitor.use(lambda page: expect(page.get_by_role("alert").filter(visible=True)).to_have_count(1))
        visitor.use(lambda page: expect(page.locator("#tile_offers_1")).to_contain_text("This part could not be read."))
        assert all("500" in complaint for complaint in visitor.complaints)
        visitor.complaints.clear()

        visitor.use(lambda page: page.unroute("**/today/parts/offers/*"))
        visitor.use(lambda page: page.get_by_role("button", name="Try again").press("Enter"))
        visitor.use(lambda page: expect(place).to_have_count(0))

        visitor.use(lambda page: expect(page.locator("#tile_offers_1")).to_contain_text("as many as before"))
        drawn = "[...document.querySelectorAll('canvas.chart')].filter((one) => Chart.getChart(one)).length === 6"
        visitor.use(lambda page: page.wait_for_function(drawn))
        assert visitor.use(lambda page: page.evaluate("document.activeElement.tagName")) == "SUMMARY"
        assert visitor.complaints == []


def test_today_fits_a_phone(chromium: Chromium, live_server: LiveServer, operator: User) -> None:
    with Visitor(chromium, live_server.url, operator, PHONE) as visitor:
        visitor.visit("/admin/")
        assert visitor.use(lambda page: page.evaluate("document.documentElement.scrollWidth")) <= PHONE[0]
        assert visitor.complaints == []
