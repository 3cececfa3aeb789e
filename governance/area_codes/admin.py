"""The admin pages of the subscriptions to the National DNCL."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from governance.area_codes.models import AreaCodeSubscription
from governance.area_codes.rules import NOTICE, InvalidList, read_list
from governance.area_codes.services import subscribe, unsubscribe
from governance.governed_admin import GovernedForm, RemovableAdmin, Removal
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_parts import Colours, allowed, button
from wholesale.plumbing.admin_questions import ReasonForm, act_with_form, reason_field
from wholesale.plumbing.showing import shown_day
from wholesale.plumbing.texts import Words

IN_FORCE, ENDS_SOON, ENDED = _("In force"), _("Ends within 30 days"), _("Ended")


class AreaCodeForm(GovernedForm):
    """The form for one subscription to the National DNCL: its area code and its last day."""

    key = ("area_code",)

    class Meta:
        model = AreaCodeSubscription
        fields = ("area_code", "expires_on")
        help_texts = {
            "area_code": _("Three digits, such as 416."),
            "expires_on": _("The last day of the subscription; it counts until it ends in UTC."),
        }


class ListForm(ReasonForm):
    """The form to store a typed list of subscriptions to the National DNCL, with the reason."""

    subscriptions = forms.CharField(
        label=_("Area codes"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "placeholder": "416,2027-03-31\n902,2027-03-31"}),
        help_text=_("One a line: the area code and the last day. Area codes that are not listed stay as they are."),
    )
    reason = reason_field()

    field_order = ("subscriptions", "reason")

    def clean_subscriptions(self) -> dict[str, date]:
        """Return the last day of each area code in the typed list."""
        try:
            return read_list(self.cleaned_data["subscriptions"])
        except InvalidList as error:
            raise ValidationError(error.errors) from error


@admin.register(AreaCodeSubscription)
class AreaCodeSubscriptionAdmin(RemovableAdmin):
    """The admin pages of our subscriptions to the National DNCL, one for each area code."""

    form = AreaCodeForm
    remove_verb = unsubscribe
    key_title = _("Area code")
    settings_fieldsets = ((_("Subscription"), {"fields": ("expires_on",)}),)
    list_display = ("area_code", "expires_on", "state", "changed_by", "reason", "updated_at")
    list_select_related = False
    search_fields = ("area_code", "changed_by", "reason")
    search_help_text = _("Area code, who changed it, or why")
    actions_list = ("import_list",)

    @display(description=_("State"), label=Colours({IN_FORCE: "success", ENDS_SOON: "warning", ENDED: "danger"}))
    def state(self, row: AreaCodeSubscription) -> Words:
        """Whether the subscription is in force, ends within 30 days, or has ended."""
        today = timezone.now().date()
        if row.expires_on < today:
            return ENDED
        return IN_FORCE if row.expires_on > today + NOTICE else ENDS_SOON

    def settings_of(self, record: Any) -> dict[str, str]:
        return {gettext("Last day"): shown_day(record.expires_on)}

    def save_model(self, request: HttpRequest, obj: AreaCodeSubscription, form: Any, change: bool) -> None:
        """Save the subscription through `subscribe`, which also writes its history."""
        expiries = {obj.area_code: form.cleaned_data["expires_on"]}
        stored = subscribe(expiries=expiries, act=Act.by(request.user, reason=form.cleaned_data["why"]))
        obj.pk = stored.rows[obj.area_code].pk

    has_import_permission = allowed("governance.change_areacodesubscription")

    @button(_("Import a list..."), "import", icon="upload_file", path="import")
    def import_list(self, request: HttpRequest) -> HttpResponse:
        """Show a page that asks for a list of subscriptions, then store the whole list, or nothing if a line is wrong."""

        def act(subscriptions: dict[str, date], reason: str) -> str:
            written = subscribe(expiries=subscriptions, act=Act.by(request.user, reason=reason)).written
            return gettext("%(written)s written, %(unchanged)s unchanged.") % {
                "written": written,
                "unchanged": len(subscriptions) - written,
            }

        return act_with_form(
            request,
            self,
            ListForm(request.POST if request.method == "POST" else None),
            act,
            title=gettext("Import subscriptions to the National Do Not Call List"),
            explanation=gettext(
                "A number whose area code has no subscription in force is not called, unless it is exempt by a "
                "consent for calls."
            ),
            button=gettext("Store the list"),
            then=reverse("admin:governance_areacodesubscription_changelist"),
        )

    def removal(self, row: AreaCodeSubscription) -> Removal:
        return Removal(
            title=gettext("Remove the subscription for %(area_code)s") % {"area_code": row.area_code},
            explanation=gettext("Numbers of this area code are not called from now on, unless they are exempt."),
            button=gettext("Remove the subscription"),
            done=gettext("%(area_code)s is not subscribed to any more.") % {"area_code": row.area_code},
        )
