"""The admin pages of risk days."""

from collections.abc import Iterable

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from governance.risk.models import RiskDay, RiskPolicy
from governance.risk.rules import GLOBAL
from wholesale.plumbing.admin_base import ReadOnlyAdmin
from wholesale.plumbing.admin_parts import DaySinceFilter, WordFilter, column
from wholesale.plumbing.showing import shown_money
from wholesale.plumbing.spoken import code_words


class EngineFilter(WordFilter):
    """A filter of rows by engine. It offers engines with a policy: an engine without a policy can reserve nothing."""

    title = _("engine")
    parameter_name = "engine"

    def words(self) -> Iterable[tuple[str, str]]:
        return [(engine, code_words(engine, "engine")) for engine in RiskPolicy.objects.values_list("engine", flat=True)]


@admin.register(RiskDay)
class RiskDayAdmin(ReadOnlyAdmin):
    """The admin pages of risk days: what each engine used and lost on each business day."""

    list_display = ("day", "engine", "exposure", "open_risk", "loss", "actions_count")
    list_display_links = ("day", "engine")
    list_filter = (EngineFilter, DaySinceFilter)
    list_select_related = False
    search_fields = ("engine",)
    search_help_text = _("Engine")
    fields = ("engine", "day", "exposure", "open_risk", "loss", "actions_count", "reservations")

    exposure = column(_("Exposure"), lambda ledger: shown_money(ledger.exposure_used), ordering="exposure_used")
    open_risk = column(
        _("Of it, still open"), lambda ledger: shown_money(ledger.open_risk_reserved), ordering="open_risk_reserved"
    )
    loss = column(_("Loss settled that day"), lambda ledger: shown_money(ledger.realized_loss), ordering="realized_loss")

    @display(description=_("Reservations"))
    def reservations(self, ledger: RiskDay) -> str:
        """A link to the engine's reservations of the day. For GLOBAL it leads to the reservations of every engine."""
        query = {"state": "all", "day": ledger.day.isoformat()} | (
            {} if ledger.engine == GLOBAL else {"engine": ledger.engine}
        )
        url = reverse("admin:governance_riskreservation_changelist", query=query)
        return format_html('<a href="{}" class="text-link">{}</a>', url, gettext("All reservations of this day"))
