"""The pages of the console that a browser shows, found as tests/wholesale/admin_walk.py finds them: a new page is among
them. And those states of them that no address opens."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from buyers.models import Buyer, BuyerFeedbackEvent
from followups.models import InboundMessage, Lead
from offers.models import Offer, OfferEvent
from tests.wholesale.admin_walk import other_pages, pages_of_rows
from tests.wholesale.test_admin import MAKE, SHOWN, row_of

QUEUE, INBOX = "/admin/followups/followuptask/queue/", "/admin/followups/followuptask/inbox/"


def rows(*, made: bool = True) -> dict[Any, Any]:
    """Return a row of each model, new ones or, unless `made`, the latest that there is. What there is none of is made."""
    return {model: (None if made else _latest(model)) or _made(model, n) for n, model in enumerate(SHOWN)}


def _made(model: Any, n: int) -> Any:
    return MAKE[model](n) if model in MAKE else row_of(model)


def _latest(model: Any) -> Any:
    """Return the latest row. Of people and offers it is one of which there is something to tell."""
    if model is Lead:
        told = InboundMessage.objects.filter(lead_id__in=Lead.objects.values("lead_id")).order_by("-pk").first()
        return told and told.lead
    if model is Offer:
        event = OfferEvent.objects.order_by("-pk").first()
        return event and event.offer
    if model is Buyer:
        heard = BuyerFeedbackEvent.objects.filter(buyer_id__in=Buyer.objects.values("buyer_id")).order_by("-pk").first()
        return heard and Buyer.objects.get(buyer_id=heard.buyer_id)
    return model._default_manager.order_by("-pk").first()


def addresses(of_models: dict[Any, Any]) -> Iterator[str]:
    """Yield the address of each page, with these rows. Some are fragments, files, or the way out."""
    yield from other_pages()
    for model, page in pages_of_rows():
        if model in of_models:
            yield reverse(page, args=[of_models[model].pk])


def shown(client: Client, paths: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield the addresses that a browser shows as a page, with the answer."""
    for path in dict.fromkeys(paths):
        if path == reverse("admin:logout"):
            continue
        answer = client.get(path)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and b"<html" in answer.content:
            yield path, answer


@dataclass(frozen=True, slots=True)
class State:
    """A page after something was done on it. `user` is None for somebody who is not signed in."""

    name: str
    path: str
    user: User | None
    act: Callable[[Page], Any] = lambda page: None


def states(agent: User, operator: User) -> list[State]:
    """Return what people see that no address opens: a task in hand, a dialog, the palette, what is wrong in a form."""
    return [
        State("login", "/admin/login/", None),
        State("login_refused", "/admin/login/", None, _log_in_wrongly),
        State("queue_empty", QUEUE, operator),
        State("queue", QUEUE, agent, _next_task),
        State("queue_keys", QUEUE, agent, _keys),
        State("queue_sure", QUEUE, agent, _ask_for_no_more_contact),
        State("inbox", INBOX, agent),
        State("agents_lead", reverse("admin:followups_lead_changelist"), agent),
        State("numbers", "/admin/followups/followuptask/numbers/", agent),
        State("forbidden", reverse("admin:auth_user_changelist"), agent),
        State("unknown", "/admin/nothing/", operator),
        State("form_refused", reverse("admin:followups_lead_add"), operator, _save_empty),
        State("palette", "/admin/", operator, _search),
        State("account", "/admin/my-settings/", operator, _account),
        State("saved", "/admin/my-settings/", operator, _save),
        State("nothing_matches", reverse("admin:followups_lead_changelist") + "?q=nobody+of+this+name", operator),
        State("filters", reverse("admin:followups_lead_changelist"), operator, _filters),
    ]


def _log_in_wrongly(page: Page) -> None:
    page.fill("#id_username", "nobody")
    page.fill("#id_password", "wrong")
    page.click("#login-form button[type=submit]")
    expect(page.get_by_role("alert")).to_be_visible()


def _next_task(page: Page) -> None:
    page.keyboard.press("n")
    expect(page.locator("[data-card]")).to_be_visible()


def _keys(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()


def _ask_for_no_more_contact(page: Page) -> None:
    page.keyboard.press("n")
    page.locator("[data-card] [data-confirm]").first.wait_for()
    page.locator("[data-card] [data-confirm]").first.click()
    expect(page.locator("#sure")).to_be_visible()


def _save_empty(page: Page) -> None:
    page.locator("[name=_save]").click()
    expect(page.locator(".errornote").first).to_be_visible()


def _save(page: Page) -> None:
    page.locator("#content form[method=post] [type=submit]").last.click()
    expect(page.locator("[data-said]")).to_be_visible()


def _search(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("kill switch")
    expect(page.locator("#palette_found [aria-selected=true]")).to_be_visible()


def _account(page: Page) -> None:
    if page.locator("[aria-controls=nav-sidebar]:visible").last.get_attribute("aria-expanded") == "false":
        page.locator("[aria-controls=nav-sidebar]:visible").last.click()
    page.locator("[aria-controls=user-links]").click()
    expect(page.locator("#user-links")).to_be_visible()


def _filters(page: Page) -> None:
    page.locator("[aria-controls=changelist-filter]:visible").first.click()
    expect(page.locator("#changelist-filter")).to_be_visible()
