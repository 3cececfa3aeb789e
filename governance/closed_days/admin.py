"""The pages of closed days."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from governance.closed_days.models import ClosedDay
from governance.closed_days.services import remove_closed_day, set_closed_day
from wholesale.admin_base import (
    HistoryAdmin,
    Kept,
    act_with_reason,
    reason_field,
    signature,
)


class ClosedDayForm(forms.ModelForm):
    """A day on which nobody is contacted, and why it is entered."""

    why = reason_field()

    class Meta:
        model = ClosedDay
        fields = ("day", "province", "name")
        help_texts = {
            "day": "As the calendar shows it where the lead lives.",
            "name": "What the day is.",
        }


@admin.register(ClosedDay)
class ClosedDayAdmin(Kept, HistoryAdmin):
    """The operator's own closed days. Statutory holidays are not entered here: a market's policy says what they mean."""

    form = ClosedDayForm
    list_display = ("day", "where", "name", "changed_by", "updated_at")
    list_filter = ("province",)
    list_select_related = False
    search_fields = ("name",)
    search_help_text = "Name"
    ordering = ("-day", "province")
    actions_detail = ("remove",)

    @display(description="Where", ordering="province")
    def where(self, closed: ClosedDay) -> str:
        """In which province."""
        return closed.get_province_display() or "Every province"

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["choices"] = db_field.get_choices(blank_choice=[("", "Every province")])
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def settings_of(self, record: Any) -> dict[str, str]:
        return {"Day": str(record.day), "Where": self.where(record), "Name": record.name}

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        why = (("Why", {"fields": ("why",)}),) if self._may_edit(request, obj) else ()
        last = (("Last change", {"fields": ("changed_by", "updated_at", "reason")}),) if obj else ()
        return ((None, {"fields": ("day", "province", "name")}), *why, *last)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Sequence[str]:
        return ("day", "province", "changed_by", "updated_at", "reason") if obj else ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if not self._may_edit(request, obj):
            kwargs["form"] = forms.ModelForm
        return super().get_form(request, obj, change, **kwargs)

    def _may_edit(self, request: HttpRequest, obj: models.Model | None) -> bool:
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: ClosedDay, form: Any, change: bool) -> None:
        """Through the service, which writes the history."""
        stored = set_closed_day(
            day=obj.day, province=obj.province, name=obj.name, reason=form.cleaned_data["why"], **signature(request)
        )
        obj.pk = stored.pk

    def has_remove_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may open a day again."""
        return request.user.has_perm("governance.delete_closedday")

    @action(
        description="Remove...",
        permissions=["remove"],
        icon="event_available",
        variant=ActionVariant.DANGER,
        url_path="remove",
    )
    def remove(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Open the day again, after a page that asks why."""
        closed = self.get_object(request, object_id)
        if closed is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)

        def act(reason: str) -> str:
            remove_closed_day(day=closed.day, province=closed.province, reason=reason, **signature(request))
            self.log_change(request, closed, "Removed.")
            return f"Removed: {closed}."

        return act_with_reason(
            request,
            self,
            act,
            title=f"Remove {closed}",
            explanation="Leads may be contacted on this day again, within the contact windows.",
            button="Remove the day",
            danger=True,
            then=reverse("admin:governance_closedday_changelist"),
        )
