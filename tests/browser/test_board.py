"""The board of offers in a browser: a card moved by keys and by drag, and a buyer asked by one click."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

import pytest
from django.contrib.auth.models import Group, User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from buyers.models import DealSent
from governance.market.rules import SAFE_RULES
from offers.deals.life.states import State
from offers.models import Offer, OfferEvent
from tests.browser.visits import PHONE, Chromium, Visitor
from tests.factories import (
    BuyBoxFactory,
    BuyBoxPlaceFactory,
    BuyerFactory,
    EvidenceFactory,
    MarketPolicyFactory,
    SentOfferFactory,
)

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

T = TypeVar("T")
BOARD = "/admin/offers/offer/board/"
PLACE = {"province": "ON", "market": "ALWAYS"}


@pytest.fixture
def operator_user(db: None) -> User:
    user = User.objects.create_user("op", is_staff=True)
    user.groups.set(Group.objects.filter(name="operator"))
    return user


@pytest.fixture
def offer(db: None) -> Offer:
    """An offer on the table, in a market where contact is permitted at any hour, with a buyer for it."""
    always = {"contact_windows_local": [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}]}
    MarketPolicyFactory.create(**PLACE, rules=SAFE_RULES | always)
    BuyBoxPlaceFactory.create(**PLACE, box=BuyBoxFactory.create(buyer=BuyerFactory.create(name="Bo Li", **PLACE)))
    soon = {"amount": Decimal(200_000), "expires_at": timezone.now() + timedelta(days=3)}
    return SentOfferFactory.create(evidence=EvidenceFactory.create(**PLACE), deal_ref="KING-12", **soon)


def moved(offer: Offer) -> list[tuple[str, str, str]]:
    """The moves of the offer, each with its reason."""
    events = OfferEvent.objects.filter(offer=offer).select_related("words").order_by("seq")
    return [(event.from_state, event.to_state, event.reason) for event in events]


def test_a_card_is_moved_by_keys_and_by_drag_and_a_buyer_is_asked(
    chromium: Chromium, live_server: LiveServer, operator_user: User, offer: Offer
) -> None:
    with Visitor(chromium, live_server.url, operator_user) as visitor:

        def part(selector: str, act: Callable[[Locator], T]) -> T:
            return visitor.use(lambda page: act(page.locator(selector)))

        def press(key: str) -> None:
            visitor.use(lambda page: page.keyboard.press(key))

        Offer.objects.filter(pk=offer.pk).update(last_seq=0)  # as if nothing had happened to it yet
        visitor.visit(BOARD)
        part("#state_SENT .board-name", Locator.focus)
        press("m")
        part("#board_ask", lambda dialog: expect(dialog).to_contain_text("Accepted..."))
        press("2")
        part("#board_ask [name=reason]", lambda field: expect(field).to_be_focused())
        press("Control+Enter")
        part("#board_ask", lambda dialog: expect(dialog).to_contain_text("This field is required."))
        assert moved(offer) == []
        visitor.use(lambda page: page.keyboard.type("said yes"))
        press("Control+Enter")
        part("#board_said", lambda said: expect(said).to_have_text("KING-12: Accepted."))
        part("#state_ACCEPTED .board-name", lambda name: expect(name).to_be_focused())
        assert moved(offer) == [("SENT", "ACCEPTED", "said yes")]

        def drag(page: Page) -> None:
            page.locator(f"#offer_{offer.pk}").drag_to(page.locator("#state_REJECTED"))
            expect(page.locator("#board_ask")).to_be_hidden()  # nobody rejects what was accepted
            page.locator(f"#offer_{offer.pk}").drag_to(page.locator("#state_CONTRACTED"))
            page.locator("#board_ask [name=reason]").fill("signed")
            page.get_by_role("button", name="Record").click()
            expect(page.locator(f"#state_CONTRACTED #offer_{offer.pk}")).to_be_visible()

        visitor.use(drag)
        assert moved(offer)[1:] == [("ACCEPTED", "CONTRACTED", "signed")]

        part(".board-link", Locator.click)
        part("button[value=EMAIL]", lambda button: button.dblclick())
        part("#matched_said", lambda said: expect(said).to_contain_text("Bo Li"))
        part("#matched", lambda table: expect(table).to_contain_text("E-mail, "))
        assert DealSent.objects.filter(deal_ref="KING-12", channel="EMAIL").count() == 1
        assert visitor.complaints == []
    assert Offer.objects.get().state == State.CONTRACTED


def test_a_form_that_is_sent_as_soon_as_it_is_there_leaves_the_page_where_it_is(
    chromium: Chromium, live_server: LiveServer, operator_user: User, offer: Offer
) -> None:
    def hasty(page: Page) -> None:
        page.evaluate("""() => {
            let left = 2;  // the form, and the form that comes back because it has no reason
            const send = () => left-- > 0 && document.querySelector("#board_question form")?.requestSubmit();
            new MutationObserver(send).observe(document.getElementById("board_question"), { childList: true });
        }""")
        page.locator(f"#offer_{offer.pk}").drag_to(page.locator("#state_ACCEPTED"))
        expect(page.locator("#board_ask")).to_contain_text("This field is required.")
        page.wait_for_timeout(300)
        page.locator("#board_ask [name=reason]").fill("said yes")
        page.get_by_role("button", name="Record").click()
        expect(page.locator("#board_said")).to_have_text("KING-12: Accepted.")

    with Visitor(chromium, live_server.url, operator_user) as visitor:
        visitor.visit(BOARD)
        visitor.use(hasty)
        assert visitor.complaints == []
    assert moved(offer)[-1:] == [("SENT", "ACCEPTED", "said yes")]


def test_on_a_phone_a_column_fills_the_screen_and_the_menu_moves_a_card(
    chromium: Chromium, live_server: LiveServer, operator_user: User, offer: Offer
) -> None:
    def by_thumb(page: Page) -> None:
        page.get_by_role("navigation", name="States").get_by_role("link", name="Sent").click()
        card = page.locator(f"#offer_{offer.pk}")
        expect(card).to_be_in_viewport()
        card.get_by_role("button", name="Move...").click()
        page.get_by_role("button", name="Accepted...").click()
        page.locator("#board_ask [name=reason]").fill("said yes")
        page.get_by_role("button", name="Record").click()
        expect(page.locator(f"#state_{State.ACCEPTED} #offer_{offer.pk}")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

    with Visitor(chromium, live_server.url, operator_user, PHONE) as visitor:
        visitor.visit(BOARD)
        visitor.use(by_thumb)
        assert visitor.complaints == []
