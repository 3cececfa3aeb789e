"""Offers in a browser: a policy is tried and turned on, an offer is computed for a lead, sent and accepted."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from followups.models import LadderTemplate
from governance.golive.models import GoLiveState
from offers.models import Offer, OfferPolicy
from tests.browser.visits import Chromium, Visitor
from tests.factories import LeadFactory, NodeFactory
from tests.offers.deals.lives import TORONTO, lift_caps

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def ops(chromium: Chromium, live_server: LiveServer) -> Iterator[Visitor]:
    """An operator in a browser."""
    user = User.objects.create_user("ops", is_staff=True)
    user.groups.set(Group.objects.filter(name="operator"))
    with Visitor(chromium, live_server.url, user) as visitor:
        yield visitor
        assert visitor.complaints == []


def slide(page: Page, label: str, to: str) -> None:
    """Move a slider, as a drag does."""
    slider = page.get_by_role("slider", name=label)
    slider.evaluate("(it, to) => { it.value = to; it.dispatchEvent(new Event('input', { bubbles: true })); }", to)


def test_a_policy_is_tried_and_turned_on_and_an_offer_is_sent_and_accepted(ops: Visitor) -> None:
    NodeFactory.create(**TORONTO, active_buyer_count=87, avg_response_rate="0.68", avg_close_rate="0.34")
    GoLiveState.objects.update(go_live_enabled=True)
    lift_caps()
    lead = LeadFactory.create(lead_id="L1", first_name="Ann", last_name="Roy", **TORONTO)
    policy = OfferPolicy.objects.get(province="ON", market="ALL")

    def try_it(page: Page) -> None:
        said = page.locator("#what-if-said")
        expect(said).to_contain_text("Offer of $262,500. As stored: Offer of $262,500.")
        slide(page, "Repairs, CAD", "80000")
        expect(said).to_contain_text("Offer of $232,500. As stored: Offer of $232,500.")
        slide(page, "Max ARV multiplier", "0.65")
        expect(said).to_contain_text("Offer of $210,000. As stored: Offer of $232,500.")
        expect(page.locator("#id_max_arv_multiplier")).to_have_value("0.65")  # the form has it, for who saves it
        page.locator("#id_default_fees_buffer").fill("3500")
        expect(said).to_contain_text("Offer of $209,000.")
        expect(page.get_by_role("slider", name="Fees buffer")).to_have_value("3500")

    def turn_on(page: Page) -> None:
        page.get_by_role("link", name="Turn on...").click()
        expect(page.locator("#content")).to_contain_text("Before offers are made in Ontario")
        page.fill("[name=reason]", "The flow is proven")
        page.get_by_role("button", name="Turn on").click()
        expect(page.locator("body")).to_contain_text("Turned on: Ontario.")
        page.get_by_role("link", name="History").click()
        expect(page.locator("tbody tr").first).to_contain_text("The flow is proven")

    def offer(page: Page) -> None:
        page.get_by_role("link", name="Compute an offer...").click()
        page.fill("#calc_arv", "450000")
        page.fill("#calc_repairs", "50000")
        expect(page.locator("#calc_said")).to_contain_text("$262,500")
        page.get_by_role("button", name="Keep as evidence").click()
        page.get_by_role("link", name="Draft the offer...").click()
        page.get_by_role("button", name="Draft it").click()
        for link, button, state in (("Send...", "Send", "Sent"), ("Accepted...", "Record", "Accepted")):
            page.get_by_role("link", name=link).click()
            page.fill("[name=reason]", "as agreed")
            page.get_by_role("button", name=button).click()
            expect(page.locator(".record-top")).to_contain_text(state)

    ops.visit(reverse("admin:offers_offerpolicy_change", args=[policy.pk]))
    ops.use(try_it)
    ops.use(turn_on)
    ops.visit(reverse("admin:followups_lead_change", args=[lead.pk]))
    ops.use(offer)

    policy.refresh_from_db()
    assert (policy.enabled, policy.reason, policy.max_arv_multiplier) == (True, "The flow is proven", Decimal("0.7"))
    made = Offer.objects.get()
    assert (made.lead_id, made.state, made.amount) == ("L1", "ACCEPTED", 252_500)  # what the policy allows, less the fee


def test_a_delay_that_is_typed_moves_its_point(ops: Visitor) -> None:
    template = LadderTemplate.objects.get(province="ON", market="ALL", kind="STANDARD")

    def type_it(page: Page) -> None:
        point, step = page.locator("#line-point-2"), page.locator(".line-step").nth(1)
        before = float(str(point.get_attribute("cx")).rstrip("%"))
        expect(step).to_contain_text("after 30 minutes")
        page.locator("[name=steps-1-amount]").fill("170")
        expect(step).to_contain_text("after 2 hours 50 minutes")
        assert float(str(point.get_attribute("cx")).rstrip("%")) > before

    ops.visit(reverse("admin:followups_laddertemplate_change", args=[template.pk]))
    ops.use(type_it)
