"""The admin pages of closed days."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.closed_days import services
from governance.closed_days.models import ClosedDay
from governance.governed_admin import GovernedForm, RemovableAdmin, Removal
from wholesale.plumbing.admin_parts import column
from wholesale.plumbing.showing import shown_day


class ClosedDayForm(GovernedForm):
    """The form for a closed day: its date, its province and its name."""

    key = ("day", "province")

    class Meta:
        model = ClosedDay
        fields = ("day", "province", "name")
        help_texts = {"day": _("As the calendar shows it where the lead lives."), "name": _("What the day is.")}


@admin.register(ClosedDay)
class ClosedDayAdmin(RemovableAdmin):
    """The admin pages of the operator's own closed days. Statutory holidays are not entered: a market policy treats them."""

    form = ClosedDayForm
    save_verb = services.set_closed_day
    remove_verb = services.remove_closed_day
    key_title = _("Day")
    list_display = ("day", "where", "name", "changed_by", "updated_at")
    list_filter = ("province",)
    list_select_related = False
    search_fields = ("name",)
    search_help_text = _("Name")
    ordering = ("-day", "province")

    where = column(
        _("Where"), lambda closed: closed.get_province_display() or gettext("Every province"), ordering="province"
    )

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_choice_field(db_field, request, **kwargs)
        field.choices = db_field.get_choices(blank_choice=[("", gettext("Every province"))])
        return field

    def key_fields(self) -> tuple[str, ...]:
        return ("day", "province", "name")

    def settings_of(self, record: Any) -> dict[str, str]:
        return {gettext("Day"): shown_day(record.day), gettext("Where"): self.where(record), gettext("Name"): record.name}

    def removal(self, row: ClosedDay) -> Removal:
        return Removal(
            title=gettext("Remove %(value)s") % {"value": row},
            explanation=gettext("Leads may be contacted on this day again, within the contact windows."),
            button=gettext("Remove the day"),
            done=gettext("Removed: %(value)s.") % {"value": row},
        )
