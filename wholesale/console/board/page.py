"""The page of the board. Nothing is posted to it: a card is moved by the question of the offer's own button."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from wholesale.console.board.columns import columns_of, moves_for
from wholesale.console.board.reading import COLUMN_MAX, Place, read_offers
from wholesale.plumbing.codes import place_name
from wholesale.plumbing.vocabulary import Province


def board_page(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Show the board of offers, or to htmx its columns alone."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    now = timezone.now()
    place, own = _place_of(request.GET.get("market", "")), bool(request.GET.get("own"))
    read = read_offers(request.user, place, own=own)
    context = {"columns": columns_of(read, moves_for(model_admin, request), now), "most": COLUMN_MAX}
    if request.htmx:  # type: ignore[attr-defined]
        return TemplateResponse(request, "console/board/columns.html", context)
    places = sorted({*read.places, *([place] if place else [])})
    context |= {
        **model_admin.admin_site.each_context(request),
        "title": _("Board"),
        "opts": model_admin.opts,
        "places": [(_value(one), _name(one), one == place) for one in places],
        "own": own,
    }
    return TemplateResponse(request, "console/board/board.html", context)


def _place_of(text: str) -> Place | None:
    province, slash, market = text.partition("/")
    return (province, market) if slash and province in Province.values and "\x00" not in market else None


def _value(place: Place) -> str:
    return "/".join(place)


def _name(place: Place) -> str:
    province, market = place
    return place_name(province, market)
