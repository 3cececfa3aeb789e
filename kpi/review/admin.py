"""The admin pages of the Friday review: the review of any week, and the kept ones."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from kpi.review.models import FridayReview
from kpi.review.rendering import sections, span_text
from kpi.review.services import friday_review, zone
from wholesale.plumbing.admin_base import ReadOnlyAdmin
from wholesale.plumbing.admin_parts import column
from wholesale.plumbing.days import WITHIN_RANGE
from wholesale.plumbing.showing import shown_number


class ReviewForm(forms.Form):
    """The form of the review's page: the last day of the week."""

    until = forms.DateField(
        label=_("Week to the end of"),
        required=False,
        validators=WITHIN_RANGE,
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
    )


@admin.register(FridayReview)
class FridayReviewAdmin(ReadOnlyAdmin):
    """The admin pages of kept reviews, the newest first, and a page with the review of any week."""

    list_display = ("ends_on", "since", "until", "mailed", "created_at")
    list_select_related = False
    search_fields = ("actor__exact",)
    search_help_text = _("Who had it kept, in full")
    fieldsets = (
        (_("Review"), {"fields": (("ends_on", "mailed"), "content_shown")}),
        (_("Who and when"), {"fields": (("since", "until"), ("actor", "user"), ("created_at", "correlation_id"))}),
    )

    mailed = column(_("Mailed to"), lambda review: shown_number(review.mailed_to) if review.mailed_to else gettext("nobody"))

    def get_urls(self) -> list[Any]:
        now = path("now/", self.admin_site.admin_view(self.now), name="kpi_fridayreview_now")
        return [now, *super().get_urls()]

    def now(self, request: HttpRequest) -> HttpResponse:
        """Show the review of the week that ends with a day, by default the week until now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ReviewForm(request.GET)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Friday review"),
            "form": form,
        }
        if form.is_valid():
            now, day = timezone.now(), form.cleaned_data["until"]
            end = datetime.combine(day + timedelta(days=1), time(), zone()) if day else now
            review = friday_review(until=min(end, now), now=now)
            context |= {"span": span_text(review), "sections": sections(review)}
        return TemplateResponse(request, "admin/kpi/friday_review.html", context)

    @display(description=_("As it was"))
    def content_shown(self, review: FridayReview) -> str:
        """The tables of a kept review as HTML."""
        return render_to_string("admin/kpi/review_sections.html", {"sections": sections(review.content)})
