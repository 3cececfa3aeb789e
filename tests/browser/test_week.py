"""The week of a market policy in a browser: a window is drawn by mouse or by keys, and the gate answers otherwise."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from rest_framework.test import APIClient

from governance.market.models import MarketPolicy
from tests.browser.visits import Chromium, Visitor
from tests.factories import MarketPolicyFactory

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def policy(db: None) -> MarketPolicy:
    return MarketPolicyFactory.create(province="ON", market="DRAWN")


@pytest.fixture
def visitor(chromium: Chromium, live_server: LiveServer, policy: MarketPolicy) -> Iterator[Visitor]:
    """An operator at the page of the policy."""
    user = User.objects.create_user("ops", is_staff=True)
    user.groups.set(Group.objects.filter(name="operator"))
    with Visitor(chromium, live_server.url, user) as visitor:
        visitor.visit(f"/admin/governance/marketpolicy/{policy.pk}/change/")
        yield visitor
        assert visitor.complaints == []


def can_contact(client: APIClient, weekday: int, hhmm: str) -> bool:
    asked: dict[str, Any] = {"province": "ON", "market": "DRAWN", "weekday": weekday, "hhmm": hhmm, "channel": "SMS"}
    ok: bool = client.get("/api/governance/market/can-contact", asked).json()["ok"]
    return ok


def test_a_window_is_drawn_and_the_gate_changes(
    visitor: Visitor, client_of: Callable[..., APIClient], policy: MarketPolicy
) -> None:
    gate = client_of("agent")
    before = [can_contact(gate, *minute) for minute in ((6, "14:00"), (2, "09:15"), (0, "20:45"))]

    def draw(page: Page) -> None:
        grid = page.locator("[data-rows-of=windows] [role=gridcell]")
        sunday, end = grid.nth(6 * 48 + 26), grid.nth(6 * 48 + 35)  # 13:00 to 18:00, where the law's calls end
        sunday.hover()
        page.mouse.down()
        end.hover()
        page.mouse.up()
        expect(sunday).to_have_attribute("aria-selected", "true")

    def draw_by_keys(page: Page) -> None:
        page.locator('[data-rows-of=windows] [aria-label^="Wednesday 09:00"]').focus()
        page.keyboard.press("Space")  # no contact on Wednesday from 09:00 to 10:00
        page.keyboard.press("Shift+ArrowRight")
        page.locator('[data-rows-of=windows] [aria-label^="Monday 19:30"]').focus()
        page.keyboard.press("Shift+ArrowRight")  # on Monday until 20:30, then until 21:00
        page.keyboard.press("Shift+ArrowRight")
        expect(page.locator("[data-rows-of=windows] [data-said]")).to_contain_text("Mon 09:00-21:00")

    visitor.use(draw)
    visitor.use(draw_by_keys)
    visitor.use(lambda page: expect(page.locator("#live")).to_contain_text("What saving does"))
    visitor.use(lambda page: page.fill("[name=why]", "Sundays too"))
    visitor.use(lambda page: page.click("[name=_save]"))
    visitor.use(lambda page: expect(page.locator("body")).to_contain_text("was changed successfully"))

    assert before == [False, True, False]
    assert [can_contact(gate, *minute) for minute in ((6, "14:00"), (2, "09:15"), (0, "20:45"))] == [True, False, True]
    policy.refresh_from_db()
    assert policy.rules["contact_windows_local"] == [
        {"days": [0], "start": "09:00", "end": "21:00"},
        {"days": [1, 3, 4], "start": "09:00", "end": "20:00"},
        {"days": [2], "start": "10:00", "end": "20:00"},
        {"days": [5], "start": "10:00", "end": "18:00"},
        {"days": [6], "start": "13:00", "end": "17:59"},
    ]
