"""The offer calculator in a browser: the number moves when a comp is struck or added, and the result is kept."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from governance.policies import upsert
from offers.models import OfferEvidence, OfferPolicy
from tests.browser.visits import PHONE, Chromium, Visitor
from tests.factories import LeadFactory, SaleFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def operator(db: None) -> User:
    """The operator ops, who may open the admin."""
    user = User.objects.create_user("ops", is_staff=True)
    user.groups.set(Group.objects.filter(name="operator"))
    return user


@pytest.fixture
def page_of_lead(db: None) -> str:
    """The calculator of a lead in Toronto, around which eight houses were sold; the nearest is dear."""
    upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"))
    for n in range(8):
        SaleFactory.create(
            sale_id=f"SOLD-{n}",
            property_id=f"{n} Elm Street",
            latitude=43.65 + n / 5000,
            price=990_000 if n == 0 else 780_000 + 5_000 * n,
            sold_on=timezone.now().date() - timedelta(days=30 * n + 3),
        )
    lead: Any = LeadFactory.create(lead_id="L1", first_name="Ann", last_name="Roy", province="ON", market="TORONTO")
    return f"/admin/followups/lead/{lead.pk}/calculator/"


def describe(page: Page) -> None:
    """Say what house it is, and wait for the answer to all of it: the first fields may be answered alone."""
    with page.expect_response(lambda answer: "longitude=-79.4" in (answer.request.post_data or "")):
        for name, value in (("living_area_sqft", "1500"), ("latitude", "43.65"), ("longitude", "-79.4")):
            page.fill(f"#calc_{name}", value)
    expect(page.locator("#calc")).not_to_contain_class("htmx-request")


@pytest.mark.parametrize("size", [(1440, 900), PHONE])
def test_comps_are_struck_and_added_and_the_result_is_kept(
    chromium: Chromium, live_server: LiveServer, operator: User, page_of_lead: str, size: tuple[int, int]
) -> None:
    said: list[str] = []

    def work(page: Page) -> None:
        line = page.locator("#calc_said")

        def moves() -> None:
            expect(line).not_to_have_text(said[-1])
            said.append(line.inner_text())

        describe(page)
        said.append(line.inner_text())
        assert "ARV" in said[-1]
        page.fill("#calc_repairs", "20000")
        moves()
        slider = page.locator("[data-slides=calc_repairs]")
        expect(slider).to_have_value("20000")
        slider.focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("#calc_repairs")).to_have_value("20500")
        moves()
        page.get_by_label("Strike 0 Elm Street...").click()
        page.keyboard.type("it is a duplex")
        page.keyboard.press("Enter")
        moves()
        expect(page.locator("#calc_comps_title")).to_be_focused()
        page.get_by_label("Put back: 0 Elm Street").click()
        moves()
        assert said[-1] == said[-3]
        page.get_by_text("Type one in").click()
        for name, value in (("name", "9 Pine Street"), ("price", "1200000"), ("sold_on", "2026-01-15")):
            page.fill(f"#calc_typed_{name}", value)
        page.fill("#calc_typed_living_area_sqft", "1500")
        page.fill("#calc_typed_latitude", "43.65")
        page.fill("#calc_typed_longitude", "-79.4")
        page.fill("#calc_typed_reason", "a broker told us")
        page.keyboard.press("Enter")
        moves()
        expect(page.locator("#calc_typed_name")).to_have_value("")
        drawn = page.evaluate(
            "Chart.getChart(document.querySelector('#calc_chart canvas')).data.datasets.map(d => d.data.length)"
        )
        assert drawn[1] == 1  # what was added
        page.get_by_role("button", name="Keep as evidence").click()
        expect(page.locator(".calc-kept")).to_contain_text("Kept as evidence")
        page.get_by_role("link", name="See the evidence").click()
        expect(page.locator(".deal-changes")).to_contain_text("a broker told us")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    with Visitor(chromium, live_server.url, operator, size) as visitor:
        visitor.visit(page_of_lead)
        act: Callable[[Page], None] = work
        visitor.use(act)
        assert visitor.complaints == []
    evidence: Any = OfferEvidence.objects.get()
    assert (evidence.actor, evidence.arv_json["struck"]) == ("ops", [])
    assert evidence.arv_json["added"][0]["reason"] == "a broker told us"


@pytest.mark.parametrize("order", ["before the reason is sent", "after the reason is sent"])
def test_an_answer_that_comes_late_loses_no_reason(
    chromium: Chromium, live_server: LiveServer, operator: User, page_of_lead: str, order: str
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    def work(page: Page) -> None:
        describe(page)
        page.route("**/calculator/", hold)
        page.fill("#calc_repairs", "20000")
        page.wait_for_timeout(500)
        opened = page.get_by_label("Strike 0 Elm Street...")
        assert "SOLD-0" in opened.evaluate("one => { one.click(); return document.activeElement.name }")
        page.keyboard.type("it is a dup")
        if order == "before the reason is sent":
            held[0].continue_()
            expect(page.locator(".deal-table").filter(has_text="Repairs")).to_contain_text("20,000")
            page.keyboard.type("lex")
            page.keyboard.press("Enter")
        else:
            page.keyboard.type("lex")
            page.keyboard.press("Enter")
            page.fill("#calc_repairs", "21000")
            page.wait_for_timeout(500)
            held[0].continue_()
            expect(page.locator(".deal-table").filter(has_text="Repairs")).to_contain_text("21,000")
            expect(page.locator("#calc_repairs")).to_be_focused()
        expect(page.locator("#calc_result")).to_contain_text("it is a duplex")
        expect(page.get_by_label("Put back: 0 Elm Street")).to_be_visible()

    with Visitor(chromium, live_server.url, operator) as visitor:
        visitor.visit(page_of_lead)
        act: Callable[[Page], None] = work
        visitor.use(act)
        assert visitor.complaints == []
