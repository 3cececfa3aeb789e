"""The admin of offers with the page of a deal in the place of the list of its columns."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kpi.trace.services import traced_offer
from offers.deals.life.admin import STATE_COLOURS, OfferAdmin
from offers.deals.life.models import Offer
from offers.deals.life.states import FINAL, State
from wholesale.console.board.page import board_page
from wholesale.console.calculator.pages import calculator_page
from wholesale.console.deals.matched_page import matched_page
from wholesale.console.deals.offer import asked_of, figures_of, links_of, rests_on
from wholesale.console.timeline.parts import buttons_of, feed_of, feed_page, is_feed_asked
from wholesale.plumbing.admin_parts import allowed, button
from wholesale.plumbing.admin_questions import of_row
from wholesale.plumbing.codes import place_text

admin.site.unregister(Offer)


@admin.register(Offer)
class DealPages(OfferAdmin):
    """The admin of offers. The page of an offer is that of the deal: its state, what it rests on, who was asked."""

    actions_detail = (*OfferAdmin.actions_detail, "buyers")

    has_match_permission = allowed("buyers.match_buyers", "buyers.view_buyer")

    def get_urls(self) -> list[Any]:
        """Add the board and the calculator."""
        view = self.admin_site.admin_view
        board = path("board/", view(self.board), name="offers_offer_board")
        calculator = path("calculator/", view(self.calculator), name="offers_offer_calculator")
        return [board, calculator, *super().get_urls()]

    def board(self, request: HttpRequest) -> HttpResponse:
        """Show the board of offers."""
        return board_page(request, self)

    def calculator(self, request: HttpRequest) -> HttpResponse:
        """Show the offer calculator for any house."""
        return calculator_page(request, self)

    @button(gettext_lazy("Buyers..."), "match", icon="group_search", when=lambda offer: offer.state not in FINAL)
    @of_row
    def buyers(self, request: HttpRequest, offer: Any) -> HttpResponse:
        """Show the buyers that match the deal, or record that one was asked or has answered."""
        return matched_page(request, self, offer)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the page of a deal. Nothing is posted here."""
        if request.method == "POST":
            return super().change_view(request, object_id, form_url, extra_context)
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._page(request, object_id)

    @of_row
    def _page(self, request: HttpRequest, offer: Any) -> HttpResponse:
        traced = traced_offer(offer)
        feed = feed_of(request, traced)
        if is_feed_asked(request):
            return feed_page(request, feed)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": offer,
            "title": str(offer),
            "name": _("Offer %(id)s in %(place)s") % {"id": offer.pk, "place": place_text(offer)},
            "offer": offer,
            "status": offer.get_state_display(),
            "status_colour": STATE_COLOURS[State(offer.state).label],
            "is_late": offer.is_late,
            "facts": figures_of(offer),
            "links": links_of(offer, request.user),
            "rests_on": rests_on(offer.evidence),
            "asked": asked_of(offer, request.user),
            "buttons": buttons_of(self, request, offer, self.actions_detail),
            "feed": feed,
        }
        return TemplateResponse(request, "console/deals/offer.html", context)
