"""The admin pages of risk events."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from governance.risk.admin.days import EngineFilter
from governance.risk.models import RiskEvent, RiskEventKind
from wholesale.plumbing.admin_base import GrowingAdmin, ReadOnlyInline
from wholesale.plumbing.admin_parts import SinceFilter, column
from wholesale.plumbing.showing import shown_money
from wholesale.plumbing.spoken import known_words

EVENT_COLOURS = {
    RiskEventKind.RESERVED.label: "info",
    RiskEventKind.CHANGED.label: "info",
    RiskEventKind.DENIED.label: "danger",
    RiskEventKind.SETTLED.label: "success",
    RiskEventKind.RELEASED.label: "warning",
    RiskEventKind.CORRECTED.label: "warning",
}


class EventAmounts:
    """A mixin for admin pages: the columns of a risk event that show amounts."""

    amount_cad = column(_("Amount"), lambda event: shown_money(event.amount), ordering="amount")
    loss = column(
        _("Loss"), lambda event: shown_money(event.realized_loss) if event.realized_loss else "", ordering="realized_loss"
    )


class RiskEventInline(EventAmounts, ReadOnlyInline):
    """The table of a reservation's events, on the page of the reservation."""

    model = RiskEvent
    ordering = ("id",)
    fields = ("created_at", "kind", "amount_cad", "loss", "actor", "reason")
    readonly_fields = ("amount_cad", "loss")


@admin.register(RiskEvent)
class RiskEventAdmin(EventAmounts, GrowingAdmin):
    """The admin pages of the risk events of all engines, newest first."""

    list_display = ("id", "created_at", "what", "engine", "amount_cad", "loss", "actor", "said")
    list_display_links = ("id", "created_at")
    list_filter = (SinceFilter, "kind", EngineFilter)
    list_select_related = False
    search_fields = ("engine__exact", "actor__exact", "correlation_id__exact")
    search_help_text = _("Engine, actor or correlation id, in full")
    fieldsets = (
        (_("Event"), {"fields": ("what", "engine", "day", "amount_cad", "loss", "said", "reservation")}),
        (_("Who, when and why"), {"fields": ("actor", "user", "reason", "correlation_id", "created_at")}),
    )

    what = column(_("Event"), lambda event: event.get_kind_display(), ordering="kind", label=EVENT_COLOURS)
    said = column(_("Message"), lambda event: known_words(event.message, "gate_reason"))
