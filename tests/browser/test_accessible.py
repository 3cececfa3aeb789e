"""axe-core finds nothing serious on the main pages, in light and dark, wide and on a phone. And what it cannot see: where
the focus goes, and what is read out.

Each page is looked at in one theme and one size, so that all four are met; `python -m tests.browser.axe` looks at every page
in all four.
"""

from datetime import timedelta
from itertools import cycle

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from followups.leads.events.services import note_lead
from followups.leads.inbound.services import record_inbound
from followups.models import Lead
from governance.market.rules import SAFE_RULES
from tests.browser.accessible import faults
from tests.browser.places import State, states
from tests.browser.visits import PHONE, WIDE, Chromium, Theme, Visitor
from tests.factories import (
    BuyerFactory,
    LeadFactory,
    MarketPolicyFactory,
    OfferFactory,
    PoolAgentFactory,
    RiskPolicyFactory,
    TaskFactory,
)
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
MODES: tuple[tuple[Theme, tuple[int, int]], ...] = (("light", WIDE), ("dark", PHONE), ("dark", WIDE), ("light", PHONE))


MAIN = ("login", "queue", "queue_sure", "inbox", "unknown", "form_refused", "palette", "saved", "filters")


def user_of(role: str, name: str) -> User:
    user = User.objects.create_user(name, first_name="Ann", last_name="Roy", email=f"{name}@example.ca", is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    return user


@pytest.fixture
def agent(db: None) -> User:
    PoolAgentFactory.create(agent="va1", province="ON", market="ALWAYS")
    return user_of("agent", "va1")


@pytest.fixture
def operator(db: None) -> User:
    return user_of("operator", "op1")


@pytest.fixture
def lead(db: None, agent: User) -> Lead:
    """A lead with a due text that anybody may take, a note, and a message that waits for the agent."""
    now, place = timezone.now(), {"province": "ON", "market": "ALWAYS"}
    always = {"contact_windows_local": [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}]}
    MarketPolicyFactory.create(**place, rules=SAFE_RULES | always)
    lead: Lead = LeadFactory.create(lead_id="L1", first_name="Ann", last_name="Roy", phone="+14165550123", **place)
    note_lead("L1", "Prefers evenings", act=Act("operator"))
    record_inbound(channel="SMS", lead_id="L1", text="Yes, call me on Friday.", act=Act(at=now - timedelta(minutes=9)))
    TaskFactory.create(
        **{"ladder__province": "ON", "ladder__market": "ALWAYS", "ladder__lead_id": "L2", "ladder__open_steps": 1},
        channel="SMS",
        due_at=now - timedelta(minutes=5),
        open_from=now - timedelta(hours=1),
        open_until=now + timedelta(hours=6),
    )
    return lead


def pages(operator: User, lead: Lead) -> list[State]:
    """Return the main pages that an address opens."""
    policy = MarketPolicyFactory.create(province="QC", market="DRAWN")
    risk = RiskPolicyFactory.create()
    return [
        State(name, reverse(f"admin:{page}", args=args), operator)
        for name, page, args in (
            ("today", "index", []),
            ("lead", "followups_lead_change", [lead.pk]),
            ("buyer", "buyers_buyer_change", [BuyerFactory.create().pk]),
            ("offer", "offers_offer_change", [OfferFactory.create().pk]),
            ("leads", "followups_lead_changelist", []),
            ("week", "governance_marketpolicy_change", [policy.pk]),
            ("history", "governance_riskpolicy_history", [risk.pk]),
        )
    ]


def test_no_main_page_has_a_serious_fault(
    chromium: Chromium, live_server: LiveServer, agent: User, operator: User, lead: Lead
) -> None:
    found = dict[str, list[str]]()
    modes = cycle(MODES)
    main = [state for state in states(agent, operator) if state.name in MAIN]
    for state in [*main, *pages(operator, lead)]:
        theme, size = next(modes)
        with Visitor(chromium, live_server.url, state.user, size, theme) as visitor:
            visitor.visit(state.path)
            visitor.use(state.act)
            found[f"{state.name} {theme} {size[0]}"] = visitor.use(faults)
    assert {page: lines for page, lines in found.items() if lines} == {}


def focused(page: Page) -> str:
    """The id of what has the focus, or the name of the element."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


def _press(visitor: Visitor, key: str) -> None:
    visitor.use(lambda page: page.keyboard.press(key))


def press(visitor: Visitor, *keys: str) -> None:
    for key in keys:
        _press(visitor, key)


def test_keys_reach_the_content_and_the_menus(chromium: Chromium, live_server: LiveServer, operator: User) -> None:
    with Visitor(chromium, live_server.url, operator, PHONE) as visitor:
        visitor.visit(reverse("admin:followups_lead_changelist"))
        press(visitor, "Tab")
        visitor.use(lambda page: expect(page.locator(".skip-link")).to_be_focused())
        press(visitor, "Enter")
        assert visitor.use(focused) == "content"

        menu = "main [aria-controls=nav-sidebar]:visible"
        visitor.use(lambda page: page.locator(menu).focus())
        press(visitor, "Enter")
        visitor.use(lambda page: expect(page.locator(menu)).to_have_attribute("aria-expanded", "true"))
        visitor.use(lambda page: page.locator("[aria-controls=user-links]").focus())
        press(visitor, "Enter")
        visitor.use(lambda page: expect(page.get_by_role("button", name="Log out")).to_be_visible())
        press(visitor, "Escape")
        visitor.use(lambda page: expect(page.get_by_role("button", name="Log out")).to_be_hidden())


def test_the_focus_stays_when_a_part_of_a_page_is_replaced(
    chromium: Chromium, live_server: LiveServer, agent: User, lead: Lead
) -> None:
    with Visitor(chromium, live_server.url, agent) as visitor:
        visitor.visit("/admin/followups/followuptask/queue/")
        press(visitor, "n")
        visitor.use(lambda page: expect(page.locator("[data-card] [data-focus]")).to_be_focused())
        press(visitor, "1")  # the last one: the queue is empty
        visitor.use(lambda page: expect(page.locator("#said")).to_contain_text("Sent"))
        visitor.use(lambda page: expect(page.locator("#board [data-focus]")).to_be_focused())

        visitor.visit(reverse("admin:followups_lead_change", args=[lead.pk]))
        visitor.use(lambda page: page.get_by_role("link", name="Notes").focus())
        press(visitor, "Enter")
        visitor.use(lambda page: expect(page.locator("#feed [aria-current]")).to_have_text("Notes"))
        visitor.use(lambda page: expect(page.locator("#feed [aria-current]")).to_be_focused())


def test_what_was_done_and_what_is_wrong_is_read_out(chromium: Chromium, live_server: LiveServer, operator: User) -> None:
    with Visitor(chromium, live_server.url, operator) as visitor:
        visitor.visit("/admin/my-settings/")
        visitor.use(lambda page: page.get_by_role("button", name="Save").click())
        visitor.use(lambda page: expect(page.get_by_role("status").filter(has_text="saved")).to_be_visible())

        visitor.visit(reverse("admin:followups_lead_add"))
        visitor.use(lambda page: page.locator("[name=_save]").click())
        visitor.use(lambda page: expect(page.get_by_role("alert").first).to_contain_text("correct the error"))
