"""The admin of buyers with the page of a buyer in the place of its form, which is reached from the page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from buyers.book.admin import STATUS_COLOURS, BuyerAdmin
from buyers.book.lookups import CONTACTS, points_of
from buyers.book.models import Buyer
from governance import gate
from kpi.trace.services import traced_buyer
from wholesale.console.people.buyer import boxes_of, facts_of, record_of
from wholesale.console.people.forms import NoMoreContactForm
from wholesale.console.timeline.parts import buttons_of, feed_of, feed_page, is_feed_asked, reach_of
from wholesale.console.timeline.records import RecordPages
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_parts import DANGER, allowed, button
from wholesale.plumbing.admin_questions import Question, asking, of_row

BUTTONS = ("opt_out", "edit_buyer")

admin.site.unregister(Buyer)


@admin.register(Buyer)
class BuyerPages(RecordPages, BuyerAdmin):
    """The admin of buyers. A buyer's page shows all that is known of it; the form of its columns is a page of its own."""

    actions_detail: tuple[str, ...] = (*BUTTONS, *BuyerAdmin.actions_detail)

    has_opt_out_permission = allowed("governance.record_opt_out")

    @of_row
    def page_of(self, request: HttpRequest, buyer: Any) -> HttpResponse:
        traced = traced_buyer(buyer)
        if is_feed_asked(request):
            return feed_page(request, feed_of(request, traced))
        reach = reach_of(gate.known_person(gate.BUYER, buyer.buyer_id), timezone.now())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": buyer,
            "title": str(buyer),
            "name": str(buyer),
            "buyer": buyer,
            "status": buyer.get_status_display(),
            "status_colour": STATUS_COLOURS[Buyer.Status(buyer.status).label],
            "reach": reach,
            "facts": facts_of(buyer),
            "record": record_of(buyer),
            "boxes": boxes_of(buyer),
            "buttons": buttons_of(self, request, buyer, BUTTONS),
            "more": buttons_of(self, request, buyer, BuyerAdmin.actions_detail),
            "feed": feed_of(request, traced, reach.zone),
        }
        return TemplateResponse(request, "console/people/buyer.html", context)

    @button(gettext_lazy("Edit"), "change", icon="edit", path="edit-buyer")
    @of_row
    def edit_buyer(self, request: HttpRequest, buyer: Any) -> HttpResponse:
        """Go to the form of the buyer's columns."""
        return HttpResponseRedirect(reverse("admin:buyers_buyer_edit", args=[buyer.pk]))

    @button(gettext_lazy("Wants no more contact..."), "opt_out", icon="do_not_disturb_on", variant=DANGER, path="opt-out")
    @asking
    def opt_out(self, request: HttpRequest, buyer: Any) -> Question:
        """Record that the buyer wants no more contact."""

        def act(reason: str) -> str:
            points = [*points_of({name: getattr(buyer, name) for name in CONTACTS}), (gate.BUYER, buyer.buyer_id)]
            gate.record_opt_out(points=points, act=Act.by(request.user, reason=reason))
            return _("Recorded: %(buyer)s is not contacted any more.") % {"buyer": buyer}

        return Question(
            act,
            form=NoMoreContactForm,
            title=_("%(buyer)s wants no more contact") % {"buyer": buyer},
            explanation=_(
                "Nobody is contacted any more at the buyer's numbers and addresses, by any channel. Only an operator can "
                "lift it, as a mistake."
            ),
            button=_("Yes, record it"),
            danger=True,
        )
