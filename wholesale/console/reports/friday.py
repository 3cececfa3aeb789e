"""The Friday review as a report: of any week, and as it was kept."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kpi.review.admin import FridayReviewAdmin
from kpi.review.models import FridayReview
from kpi.review.rendering import sections, span_text
from kpi.review.services import friday_review, zone
from wholesale.console.reports.pages import ReportedRows, report_page
from wholesale.console.reports.periods import day_field
from wholesale.plumbing.reports import ReportDocument

admin.site.unregister(FridayReview)


class ReviewForm(forms.Form):
    """The form of the review's page: the last day of the week."""

    until = day_field(_("Week to the end of"), required=False)


@admin.register(FridayReview)
class ReviewPages(ReportedRows, FridayReviewAdmin):
    """The pages of kept reviews, each with what it says, and the page of any week."""

    def report_of(self, row: FridayReview) -> ReportDocument:
        """Return a kept review as it was."""
        return report_of(row.content)

    def get_urls(self) -> list[Any]:
        """Add the page of any week."""
        return [path("now/", self.admin_site.admin_view(self.now), name="kpi_fridayreview_now"), *super().get_urls()]

    def now(self, request: HttpRequest) -> HttpResponse:
        """Show the review of the week that ends with a day, by default the week until now."""
        if not self.has_view_permission(request):
            raise PermissionDenied

        def make(given: dict[str, Any]) -> ReportDocument:
            now, day = timezone.now(), given["until"]
            end = datetime.combine(day + timedelta(days=1), time(), zone()) if day else now
            return report_of(friday_review(until=min(end, now), now=now))

        return report_page(request, self, ReviewForm(request.GET), make, title=gettext("Friday review"))


def report_of(review: dict[str, Any]) -> ReportDocument:
    """Return a review as a report. Its days are told in the zone of its reader, as all times of a page."""
    period = span_text(review, timezone.get_current_timezone())
    return ReportDocument("friday-review", _("Friday review"), period, sections(review))
