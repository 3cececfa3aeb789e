"""The admin of leads: search, edit, import and export."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export import fields, resources
from unfold.decorators import action
from unfold.widgets import UnfoldAdminExpandableTextareaWidget, UnfoldAdminSelectWidget

from followups.leads import services
from followups.leads.fields import COLUMNS, SETTINGS, LeadRow
from followups.leads.lists import imports
from followups.leads.lists.importer import LEADS
from followups.leads.models import Lead, LeadReopening
from followups.leads.people.admin import PersonPages
from followups.leads.searching import listed
from followups.leads.statuses import is_reopening
from followups.leads.storing import FLAGS, NO_REASON
from governance.lists.wishes import CONTACT_COLUMNS
from governance.people import CLOSED
from wholesale.plumbing import scopes
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import Edited, ReadOnlyInline, Scoped, Uncounted
from wholesale.plumbing.admin_bulk import Bulk, bulk, one_by_one
from wholesale.plumbing.admin_forms import RowForm, typed
from wholesale.plumbing.admin_input import CheckedInput
from wholesale.plumbing.admin_parts import Colours, SinceFilter, allowed, column
from wholesale.plumbing.admin_questions import ReasonForm, of_row
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.importing.pages import ImportPages
from wholesale.plumbing.importing.texts import guarded
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

STATUS_COLOURS = Colours(
    {
        Lead.Status.NEW.label: "info",
        Lead.Status.CONTACTED.label: "warning",
        Lead.Status.APPOINTMENT.label: "warning",
        Lead.Status.UNDER_CONTRACT.label: "success",
        Lead.Status.NOT_INTERESTED.label: "",
        Lead.Status.CLOSED.label: "success",
        Lead.Status.DEAD.label: "",
    }
)
# Columns of a file that are not columns of a lead. `words.toml` holds their other names.


class LeadForm(RowForm):
    """The form of a lead. It applies the same checks as the API and imports."""

    row, settable = LeadRow(), (*SETTINGS, *FLAGS.values())
    phone = typed(_("Phone"), placeholder=_("such as 416-555-0123"))
    email = typed(_("E-mail"), max_length=254, placeholder=_("such as name@example.ca"))
    postal_code = typed(_("Postal code"), placeholder=_("such as M5V 2T6"))
    market = typed(_("Market"), help_text=_("ALL, or nothing, is the whole province."))

    reason = forms.CharField(
        label=_("Why it is reopened"),
        max_length=NOTE_MAX_LENGTH,
        required=False,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"placeholder": _("Why? It is kept.")}),
        help_text=_("Required for another status than Closed and Dead."),
    )

    class Meta:
        model = Lead
        fields = (*COLUMNS, *FLAGS.values())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.checked is not None:
            self._require_reason(self.checked.get("status", ""), cleaned)
        return cleaned

    def _require_reason(self, status: str, cleaned: dict[str, Any]) -> None:
        is_changed = self.instance.pk and "status" in self.changed_data and status
        if is_changed and is_reopening(self.instance.status, status) and not cleaned.get("reason"):
            self.add_error("reason", NO_REASON)


class LeadStatusForm(ReasonForm):
    """The form to set the status of many leads, with the reason."""

    status = forms.ChoiceField(label=_("New status"), choices=Lead.Status.choices, widget=UnfoldAdminSelectWidget)
    field_order = ("status", "reason")


class ReopeningInline(ReadOnlyInline):
    """The table on a lead's page that shows when, by whom and why the lead was reopened."""

    model = LeadReopening
    fields = ("created_at", "status_before", "status_after", "reason", "actor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("words")


class LeadResource(resources.ModelResource):
    """The export of leads to a file. The file can be imported again."""

    class Meta:
        model = Lead
        fields = COLUMNS

    def export_field(self, field: fields.Field, instance: Lead, **kwargs: Any) -> Any:
        value = super().export_field(field, instance, **kwargs)
        return value if field.attribute == "phone" or not isinstance(value, str) else guarded(value)


@admin.register(Lead)
class LeadAdmin(CheckedInput, Uncounted, Edited, Scoped, ImportPages, PersonPages):
    """The admin pages of leads. The list shows the newest first and never counts all leads: there are too many."""

    form = LeadForm
    left_open = _("not known")
    resource_classes = (LeadResource,)
    importer = LEADS
    begin_import, confirm_import = staticmethod(imports.begin_import), staticmethod(imports.confirm_import)
    columns_shown = [(_("Leads"), list(COLUMNS)), (_("Contact"), CONTACT_COLUMNS)]
    list_display = ("lead_id", "name", "phone", "place", "status_label", "score", "source", "updated_at")
    list_display_links = ("lead_id", "name")
    list_filter: tuple[Any, ...] = ("status", "province", "language", "role", SinceFilter)
    list_select_related = False
    list_per_page = 50
    search_fields = ("lead_id",)  # `listed` searches
    search_help_text = _("Beginnings of names and addresses; phone, e-mail, lead id or market")
    inlines = (ReopeningInline,)
    actions: tuple[Any, ...] = ("set_status",)
    actions_list = ("import_file", "find_proof")
    actions_detail: tuple[str, ...] = ("ladders", "proof", "export_person", "erase")
    fieldsets = (
        (
            _("Lead"),
            {"fields": ("lead_id", ("first_name", "last_name"), ("status", "score"), ("source", "language"), "role")},
        ),
        (_("Contact"), {"fields": (("phone", "phone_is_wrong"), ("email", "email_is_wrong"))}),
        (_("Place"), {"fields": ("address", ("postal_code", "province"), ("market", "zone"))}),
    )
    _reopen = ((_("Reopen"), {"fields": ("reason",)}),)
    _last = ((_("Last change"), {"fields": (("changed_by", "updated_at"), "created_at")}),)
    readonly_fields = ("changed_by", "updated_at", "created_at")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fieldsets
        may_reopen = obj.status in CLOSED and self.has_change_permission(request, obj)
        return (*(self._reopen if may_reopen else ()), *self.fieldsets, *self._last)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("lead_id", *self.readonly_fields) if obj else self.readonly_fields

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[Any, bool]:
        if scopes.reads_nothing(Lead, request.user):
            return queryset.none(), False
        return (listed(queryset, search_term) if search_term else queryset), False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the lead with the service `upsert_lead`."""
        act = Act.by(request.user, reason=form.cleaned_data["reason"])
        stored, _created = services.upsert_lead(lead_id=obj.lead_id, act=act, **form.settings())
        obj.pk = stored.pk

    name = column(_("Name"), lambda lead: f"{lead.first_name} {lead.last_name}".strip())
    place = column(_("Place"), place_text)
    status_label = column(_("Status"), lambda lead: lead.get_status_display(), label=STATUS_COLOURS)

    has_steer_permission = allowed("followups.steer_ladder")
    has_start_permission = allowed("followups.create_ladder")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("tasks__due_at", "pk") if request.GET.get("followup") == "due" else ("-pk",)

    @bulk(_("Set the status..."), "change")
    def set_status(self, request: HttpRequest) -> Bulk:
        """Set the status of the chosen leads."""

        def act(lead: Lead, status: str, reason: str) -> None:
            services.upsert_lead(lead_id=lead.lead_id, status=status, act=Act.by(request.user, reason=reason))

        return Bulk(
            title=gettext("Set the status of %(count)s leads"),
            explanation=gettext("A status that ends the hunt closes the open ladder of its lead."),
            button=gettext("Set it"),
            form=LeadStatusForm,
            act=one_by_one(act),
            done=_("Status set."),
        )

    @action(description=_("Ladders"), icon="stairs", url_path="ladders")
    @of_row
    def ladders(self, request: HttpRequest, lead: Any) -> HttpResponse:
        """Redirect to the list of this lead's ladders."""
        listed = reverse("admin:followups_followupladder_changelist", query={"q": lead.lead_id})
        return HttpResponseRedirect(listed)
