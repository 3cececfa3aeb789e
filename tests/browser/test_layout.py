"""What a page says can be read on a phone: nothing sticks out of the screen, and no text is larger than its place.

The pages that are wide by nature and a sample of the others, or all with CRAWL=all (`python -m tests.browser`).
"""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from buyers.models import Buyer
from followups.models import LadderTemplate
from governance.models import MarketPolicy
from offers.models import OfferPolicy, ProvinceRule
from tests.browser.layout import unseen
from tests.browser.places import addresses, rows, shown
from tests.browser.visits import PHONE, WIDE, Chromium, Visitor
from tests.wholesale.admin_walk import some

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_every_page_fits_a_phone(
    chromium: Chromium, live_server: LiveServer, admin_user: User, admin_client: Client
) -> None:
    made = rows()
    wide = [
        reverse("admin:governance_marketpolicy_history", args=[made[MarketPolicy].pk]),
        reverse("admin:governance_marketpolicy_copy_to_markets", args=[made[MarketPolicy].pk]),
        reverse("admin:buyers_buyer_edit", args=[made[Buyer].pk]),
        reverse("admin:followups_outcomerule_changelist"),
        reverse("admin:followups_followuptask_agents"),
        reverse("admin:followups_laddertemplate_change", args=[made[LadderTemplate].pk]),
        reverse("admin:offers_provincerule_change", args=[made[ProvinceRule].pk]),
    ]
    others = [path for path, _ in shown(admin_client, some("layout", list(addresses(made)), 8))]
    with Visitor(chromium, live_server.url, admin_user, PHONE) as visitor:
        found = {}
        for path in [*wide, *others]:
            visitor.visit(path)
            found[path] = visitor.use(unseen)
    assert {path: said for path, said in found.items() if said} == {}


def test_a_list_is_as_wide_as_its_page_and_the_filters_can_be_left(
    chromium: Chromium, live_server: LiveServer, admin_user: User
) -> None:
    def leave_the_filters(page: Page) -> None:
        page.get_by_role("button", name="Filters", exact=True).click()
        expect(page.get_by_role("heading", name="Filters", exact=True)).to_be_visible()
        page.get_by_role("button", name="Close the filters").click()
        expect(page.locator("#changelist-filter")).to_be_hidden()

    def beyond(page: Page) -> int:
        pixels: int = page.locator(".rows-frame").evaluate("(it) => it.scrollWidth - it.clientWidth")
        return pixels

    with Visitor(chromium, live_server.url, admin_user, WIDE) as visitor:
        for model in (OfferPolicy, ProvinceRule):
            visitor.visit(reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist"))
            assert visitor.use(beyond) == 0, model
        visitor.use(leave_the_filters)


def test_a_province_of_places_is_ticked_at_once(chromium: Chromium, live_server: LiveServer, admin_user: User) -> None:
    policy = MarketPolicy.objects.get(province="ON", market="ALL")

    def tick(page: Page) -> None:
        page.locator("summary", has_text="Yukon").click()
        page.get_by_role("button", name="Tick all of these, or none").locator("visible=true").click()
        page.get_by_label("Reason").fill("One rule for the north")
        page.get_by_role("button", name="Copy", exact=True).click()
        expect(page.locator("#main")).to_contain_text("Yukon: version 2")

    with Visitor(chromium, live_server.url, admin_user, PHONE) as visitor:
        visitor.visit(reverse("admin:governance_marketpolicy_copy_to_markets", args=[policy.pk]))
        visitor.use(tick)
        assert visitor.complaints == []
    assert set(MarketPolicy.objects.filter(reason="One rule for the north").values_list("province", flat=True)) == {"YT"}
