"""What the palette finds: pages, actions, leads, buyers and offers that the user may open."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from buyers.book.searching import find_buyers
from buyers.models import Buyer
from followups.leads.searching import find_leads
from followups.models import Lead
from offers.deals.life.searching import find_offers
from offers.models import Offer
from wholesale.console.pages import TODAY, areas_for, is_agent
from wholesale.console.palette.actions import deeds_for
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.searching import Sought, sought
from wholesale.plumbing.showing import shown_money, shown_phone

EACH = 6  # at most so many of each kind
TEXT_MIN = 2  # characters from which people and offers are searched


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: where it leads, and what tells it from others."""

    title: str
    said: str
    icon: str
    link: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind."""

    title: str
    hits: list[Hit]


def found(text: str, user: Any) -> list[Group]:
    """Return what a text finds for a user, by kind. An empty text finds the user's pages and actions.

    Leads, buyers and offers take one query each.
    """
    wanted = sought(text)
    groups = [_people(wanted, user)] if len(wanted.text) >= TEXT_MIN else []
    groups.append([Group(_("Actions"), list(_deeds(wanted, user))), Group(_("Pages"), list(_pages(wanted, user)))])
    return [group for part in groups for group in part if group.hits]


def _people(wanted: Sought, user: Any) -> list[Group]:
    may: Callable[[str], bool] = user.has_perm
    leads = find_leads(wanted, user, most=EACH) if may("followups.view_lead") else []
    buyers = find_buyers(wanted, user, most=EACH) if may("buyers.view_buyer") else []
    offers = find_offers(wanted.text, user, most=EACH) if may("offers.view_offer") else []
    return [
        Group(_("Leads"), [_lead(one) for one in leads]),
        Group(_("Buyers"), [_buyer(one) for one in buyers]),
        Group(_("Offers"), [_offer(one) for one in offers]),
    ]


def _lead(lead: Lead) -> Hit:
    said = _line(shown_phone(lead.phone), lead.address or lead.email, lead.get_status_display(), lead.lead_id)
    return Hit(str(lead), said, "person", reverse("admin:followups_lead_change", args=[lead.pk]))


def _buyer(buyer: Buyer) -> Hit:
    company = buyer.company if buyer.name else ""
    said = _line(company, shown_phone(buyer.phone or buyer.second_phone), buyer.get_status_display(), buyer.buyer_id)
    return Hit(str(buyer), said, "group", reverse("admin:buyers_buyer_change", args=[buyer.pk]))


def _offer(offer: Offer) -> Hit:
    title = _("Offer %(id)s of %(amount)s") % {"id": offer.pk, "amount": shown_money(offer.amount)}
    said = _line(offer.get_state_display(), offer.deal_ref, offer.lead_id, place_text(offer))
    return Hit(title, said, "handshake", reverse("admin:offers_offer_change", args=[offer.pk]))


def _line(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def _deeds(wanted: Sought, user: Any) -> Iterator[Hit]:
    hits = (_named(deed.title, "", deed.icon, deed.link) for deed in deeds_for(user))
    return _fitting(hits, wanted)


def _pages(wanted: Sought, user: Any) -> Iterator[Hit]:
    return _fitting(_all_pages(wanted, user), wanted)


def _all_pages(wanted: Sought, user: Any) -> Iterator[tuple[Hit, str]]:
    if not is_agent(user):
        yield _named(TODAY, "", "space_dashboard", reverse("admin:index"))
    for area, pages in areas_for(user).items():
        for first, opened in pages:
            # Without a text the sidebar's entries are enough.
            family = [page for page in first.family if user.has_perm(page.needs)] if wanted.text else [opened]
            for page in family:
                yield _named(page.title_for(user), area, page.icon, page.link)


def _named(title: str | Promise, area: str | Promise, icon: str, link: str) -> tuple[Hit, str]:
    """Return a page, with the names by which it is found: in the user's language, and in English as the guide names it."""
    with translation.override("en"):
        english = f"{title} {area}"
    return Hit(str(title), str(area), icon, link), f"{title} {area} {english}"


def _fitting(named: Iterable[tuple[Hit, str]], wanted: Sought) -> Iterator[Hit]:
    return (hit for hit, names in named if not wanted.text or wanted.begins_words_of(names))
