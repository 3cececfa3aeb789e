"""The palette in a browser: opened by keys or by a button, and the first hit by Enter."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from followups.models import Lead
from tests.browser.visits import PHONE, WIDE, Chromium, Visitor
from tests.factories import LeadFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

CLOSED_AND_TYPED_ANEW = """(palette) => {
    palette.close();
    document.querySelector("[data-palette]").click();
    document.getElementById("palette_text").value = "kill switch";
}"""


@pytest.fixture
def operator_user(db: None) -> User:
    user = User.objects.create_user("op", is_staff=True)
    user.groups.set(Group.objects.filter(name="operator"))
    return user


@pytest.fixture
def lead(db: None) -> Lead:
    LeadFactory.create()
    return LeadFactory.create(first_name="Mei", last_name="Chen", phone="+15145550199")


@pytest.fixture(params=[WIDE, PHONE], ids=["wide", "phone"])
def visitor(
    request: pytest.FixtureRequest, chromium: Chromium, live_server: LiveServer, operator_user: User, lead: Lead
) -> Iterator[Visitor]:
    with Visitor(chromium, live_server.url, operator_user, request.param) as visitor:
        visitor.visit("/admin/")
        yield visitor
        assert visitor.complaints == []


def test_a_phone_in_another_spelling_and_enter_open_the_leads_page(visitor: Visitor, lead: Lead) -> None:
    visitor.use(lambda page: page.keyboard.press("Control+k"))
    visitor.use(lambda page: expect(page.locator("#palette_text")).to_be_focused())
    visitor.use(lambda page: page.keyboard.type("(514) 555 0199"))
    visitor.use(lambda page: page.keyboard.press("Enter"))

    visitor.use(lambda page: page.wait_for_url(f"**/admin/followups/lead/{lead.pk}/change/"))


def test_arrows_choose_and_escape_closes(visitor: Visitor) -> None:
    visitor.use(lambda page: page.locator("[data-palette]:visible").click())
    visitor.use(lambda page: page.keyboard.type("kill switch"))
    chosen = "#palette_found [aria-selected=true]"
    visitor.use(lambda page: expect(page.locator(chosen)).to_contain_text("Engage"))
    visitor.use(lambda page: expect(page.locator("#palette_count")).to_contain_text("found"))
    visitor.use(lambda page: page.keyboard.press("ArrowDown"))
    visitor.use(lambda page: expect(page.locator(chosen)).to_contain_text("Release"))
    visitor.use(lambda page: page.keyboard.press("Escape"))
    visitor.use(lambda page: expect(page.locator("#palette")).to_be_hidden())


def test_what_is_typed_after_it_was_closed_and_opened_at_once_stays(visitor: Visitor) -> None:
    """A browser tells of a closed palette a moment later: here the next text is there by then."""
    visitor.use(lambda page: page.locator("[data-palette]:visible").click())
    visitor.use(lambda page: page.keyboard.type("Chen"))
    visitor.use(lambda page: expect(page.locator("#palette_count")).to_contain_text("found"))

    visitor.use(lambda page: page.locator("#palette").evaluate(CLOSED_AND_TYPED_ANEW))
    visitor.use(lambda page: page.keyboard.press("Shift"))  # what the browser told late has been heard

    visitor.use(lambda page: expect(page.locator("#palette_text")).to_have_value("kill switch"))
    visitor.use(lambda page: expect(page.locator("#palette_found")).not_to_contain_text("Chen"))
