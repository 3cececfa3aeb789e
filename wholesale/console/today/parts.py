"""The parts of Today that the browser asks for after the page, because they count everything of a period: charts, and the
tiles of the same figures. Each is an address; without JavaScript it is a page."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpi.review.rules import share
from wholesale.console.today import trends
from wholesale.console.today.figures import SentOffer
from wholesale.console.today.reading import TodayReading
from wholesale.console.today.tiles import FigureTile, count_tile, minutes_tile, rate_tile
from wholesale.plumbing.charts import Chart


class TodayPart(NamedTuple):
    """A part: the permission that it needs, the titles of its tiles in their order, how many charts it has, and both."""

    permission: str
    titles: tuple[object, ...]
    number: int
    tiles: Callable[[TodayReading], Iterator[FigureTile]]
    charts: Callable[[TodayReading], Iterator[Chart]]


def part(request: HttpRequest, name: str) -> HttpResponse:
    """Show one part: with htmx its charts and tiles, else a page of them."""
    one = PARTS.get(name)
    if one is None:
        raise Http404
    if not request.user.has_perm(one.permission):
        raise PermissionDenied
    reading = TodayReading(request)
    shown = {"name": name, "tiles": [*one.tiles(reading)], "charts": [*one.charts(reading)], "days": reading.days}
    if request.htmx:  # type: ignore[attr-defined]
        return TemplateResponse(request, "console/today/part.html", shown)
    context = {**admin.site.each_context(request), "title": _("Today"), **shown}
    return TemplateResponse(request, "console/today/part_page.html", context)


class PartPlace(NamedTuple):
    """Where a part will stand in the page: its name, its address, the titles of its tiles, and its charts."""

    name: str
    link: str
    titles: tuple[object, ...]
    charts: range


def places(reading: TodayReading) -> list[PartPlace]:
    """Return the places of the parts that the user may see."""
    return [
        PartPlace(name, reverse("today_part", args=[name], query={"days": reading.days}), one.titles, range(one.number))
        for name, one in PARTS.items()
        if reading.may(one.permission)
    ]


def _contacts_tiles(reading: TodayReading) -> Iterator[FigureTile]:
    if reading.contacts is not None:
        link = reading.links.list_of("followups.followuptask", state="completed", days=str(reading.days))
        yield count_tile(_("Contacts"), reading.contacts.current, reading.contacts.previous, link)


def _contacts(reading: TodayReading) -> Iterator[Chart]:
    if reading.contacts is not None:
        yield trends.contacts_by_hour(reading.contacts.by_hour, reading.span.zone)


def _speed_tiles(reading: TodayReading) -> Iterator[FigureTile]:
    if reading.first_steps is not None:
        now, before = reading.first_steps.current, reading.first_steps.previous
        yield minutes_tile(_("Speed to lead, median"), now["p50"], before["p50"], _sla_page(reading))


def _speed(reading: TodayReading) -> Iterator[Chart]:
    if reading.first_steps is not None:
        yield trends.speed_to_lead(reading.first_steps)


def _sla_tiles(reading: TodayReading) -> Iterator[FigureTile]:
    if reading.sla is not None:
        now, before = reading.sla.current, reading.sla.previous
        yield rate_tile(_("Done within 2 permitted hours"), now["within_2h"], before["within_2h"], _sla_page(reading))


def _sla(reading: TodayReading) -> Iterator[Chart]:
    if reading.sla is not None:
        yield trends.sla_trend(reading.sla)


def _sla_page(reading: TodayReading) -> str:
    return reading.links.page("followups_followuptask_sla", "followups.view_sla")


def _offers_tiles(reading: TodayReading) -> Iterator[FigureTile]:
    offers = reading.offers or []
    link = reading.links.list_of("offers.offer", days=str(reading.days))
    now, before = (sum(is_in(offer.sent_at) for offer in offers) for is_in in (reading.span.holds, reading.span.held_before))
    yield count_tile(_("Offers sent"), now, before, link)
    rate, rate_before = (
        _accepted([offer for offer in offers if is_in(offer.told_at)])
        for is_in in (reading.span.holds, reading.span.held_before)
    )
    yield rate_tile(_("Offers accepted"), rate, rate_before, link)


def _accepted(told: list[SentOffer]) -> float | None:
    rate: float | None = share(sum(offer.accepted for offer in told), len(told))["rate"]
    return rate


def _offers(reading: TodayReading) -> Iterator[Chart]:
    yield trends.offers_sent(reading.offers or [], reading.span)
    yield trends.acceptance(reading.offers or [], reading.span)


def _funnel(reading: TodayReading) -> Iterator[Chart]:
    if reading.leads is not None:
        yield trends.funnel(reading.leads.by_status, reading.offers or [], reading.span)


# In the order of the page. Each takes one reading of a large table; the names stand in the addresses.
PARTS = {
    "contacts": TodayPart("followups.view_followuptask", (gettext_lazy("Contacts"),), 1, _contacts_tiles, _contacts),
    "speed": TodayPart("followups.view_sla", (gettext_lazy("Speed to lead, median"),), 1, _speed_tiles, _speed),
    "sla": TodayPart("followups.view_sla", (gettext_lazy("Done within 2 permitted hours"),), 1, _sla_tiles, _sla),
    "funnel": TodayPart("followups.view_lead", (), 1, lambda reading: iter(()), _funnel),
    "offers": TodayPart(
        "offers.view_offer", (gettext_lazy("Offers sent"), gettext_lazy("Offers accepted")), 2, _offers_tiles, _offers
    ),
}
