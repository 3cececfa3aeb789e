"""The admin of the KPI log, which is read-only, and of the tripwire."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from kpi.models import Domain, KPIEvent
from kpi.review.admin import FridayReviewAdmin
from kpi.tripwire.admin.policies import RegressionPolicyAdmin
from kpi.tripwire.admin.states import RegressionStateAdmin
from kpi.tripwire.admin.triggers import RegressionTriggerAdmin
from wholesale.plumbing.admin_base import GrowingAdmin
from wholesale.plumbing.admin_parts import Colours, SinceFilter, WordFilter, column
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.searching import among
from wholesale.plumbing.showing import shown_number, shown_rate, shown_span
from wholesale.plumbing.spoken import line
from wholesale.plumbing.texts import Words

# How the values of the product's own metrics are written: minutes, and a fraction of what was at stake.
UNITS: dict[tuple[str, str], Callable[[Any], str]] = {
    (Domain.WHOLESALE, "followup_breached"): shown_span,
    (Domain.CAPITAL, "roi_event"): shown_rate,
}


class OccurredSinceFilter(SinceFilter):
    """Filter KPI events by the time at which they happened."""

    field = "occurred_at"


class EventDomainFilter(WordFilter):
    """Filter KPI events by domain."""

    title = _("domain")
    parameter_name = "domain"

    def words(self) -> Iterable[tuple[str, Words]]:
        return Domain.choices


@admin.register(KPIEvent)
class KPIEventAdmin(GrowingAdmin):
    """The admin page of KPI events, the latest first."""

    list_select_related = ("words",)
    ordering = ("-occurred_at", "-id")  # an event may be recorded long after it happened
    list_display = ("occurred_at", "domain", "metric", "outcome", "measured", "place", "actor", "detail_text")
    list_filter = (OccurredSinceFilter, EventDomainFilter, "success", "province")
    search_fields = ("metric__exact", "domain__exact", "correlation_id__exact", "subject_id__exact")
    search_help_text = _("Metric, domain, correlation id or subject id, in full")
    fieldsets = (
        (_("Event"), {"fields": ("domain", "metric", "outcome", "measured", "occurred_at")}),
        (_("About"), {"fields": ("place", "subject_type", "subject_id", "lead_id", "detail")}),
        (_("Who"), {"fields": ("actor", "user", "correlation_id")}),
    )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[Any, bool]:
        """Look for a domain or a metric, which many events have, in the order of the list, and for an id by its index."""
        text = search_term.strip()
        if not text:
            return queryset, False
        for name in ("domain", "metric"):
            if KPIEvent.objects.filter(**{name: text}).exists():
                return queryset.filter(**{name: text}), False
        by_request, by_subject = (
            KPIEvent.objects.filter(**{name: text}).order_by().values("pk") for name in ("correlation_id", "subject_id")
        )
        return queryset.filter(among(by_request.union(by_subject))), False

    @display(description=_("Outcome"), ordering="success", label=Colours({_("Success"): "success", _("Failure"): "danger"}))
    def outcome(self, event: KPIEvent) -> str:
        """Whether the event is a success or a failure. Empty if it is neither."""
        return {True: gettext("Success"), False: gettext("Failure"), None: ""}[event.success]

    place = column(_("Place"), place_text, ordering="province")

    @display(description=_("Value"))
    def measured(self, event: KPIEvent) -> str:
        """The event's value, with its unit if the product counts the metric. Empty if the event has none."""
        if event.value is None:
            return ""
        write = UNITS.get((event.domain, event.metric), lambda value: shown_number(value, 4))
        return write(event.value)

    detail_text = column(_("Detail"), lambda event: line(event.detail))


__all__ = ["FridayReviewAdmin", "KPIEventAdmin", "RegressionPolicyAdmin", "RegressionStateAdmin", "RegressionTriggerAdmin"]
