"""The admin of compliance: the ledger and the acts that write it, contact points, the organisation, its closed days."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from governance import leads
from governance.channels import Channel
from governance.compliance import services
from governance.compliance.grounds import ACCEPTED
from governance.compliance.models import ClosedDay, ContactPoint, ContactRecord, Organisation
from governance.compliance.phones import e164
from governance.compliance.proof_admin import ProofColumns, ProofFields, until
from governance.compliance.referrals import uses_of, with_uses
from governance.compliance.rules import Entry, Strictness
from governance.compliance.services import Point
from governance.compliance.who import number_or_address, of_lead
from governance.policies_admin import PolicyAdmin, PolicyForm
from wholesale.plumbing.admin_base import (
    GrowingAdmin,
    HistoryAdmin,
    Kept,
    ReadOnlyInline,
    SinceFilter,
    act_with_reason,
    confirmation,
    reason_field,
    signature,
)
from wholesale.plumbing.days import WITHIN_RANGE
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

EVERY_CHANNEL = "Every channel"
CHOOSE_ONE = ("", "Choose one")
# In a column there is no room for what they say in full.
ENTRY_WORDS = {
    Entry.CONSENT: "Consent",
    Entry.OPT_OUT: "Opt-out",
    Entry.DO_NOT_CALL: "Do not call",
    Entry.LIFT: "Lifted",
    Entry.SCRUB: "Scrub",
    Entry.ERASED: "Erased",
    Entry.HOLD: "Held",
    Entry.RELEASE: "Released",
    Entry.ENDED: "Contract ended",
    Entry.USED: "Referral used",
}
ENTRY_COLOURS = {
    Entry.CONSENT: "success",
    Entry.OPT_OUT: "danger",
    Entry.DO_NOT_CALL: "danger",
    Entry.LIFT: "warning",
    Entry.SCRUB: "info",
    Entry.ERASED: "",
    Entry.HOLD: "warning",
    Entry.RELEASE: "info",
    Entry.ENDED: "warning",
    Entry.USED: "info",
}
NUMBERS_MAX = 10_000  # in one form
_MINUTE = "%Y-%m-%dT%H:%M"


def points_named(text: str) -> list[Point]:
    """The points of a lead's id, a phone number or an e-mail address; of a lead also the lead as such.

    Raises:
        ValidationError: it is none of these.

    """
    text = text.strip()
    lead = leads.load([text]).get(text)
    if lead is not None:
        return of_lead(text)
    return number_or_address(text)


def _searched(text: str) -> list[Point]:
    """What may be on file under this text: also a lead that nobody knows."""
    as_lead = services.lead_point(text.strip())
    try:
        named = points_named(text)
    except ValidationError:
        named = []
    return [*named, *([as_lead] if as_lead else [])]


# What the pages ask -----------------------------------------------------------------------------------------------------


def _moment_field(label: str, **options: Any) -> forms.DateTimeField:
    """A time to the minute, now until somebody says otherwise."""
    widget = UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"})
    return forms.DateTimeField(
        label=f"{label} (UTC)", widget=widget, initial=lambda: f"{timezone.now():{_MINUTE}}", **options
    )


def _day_field(label: str, **options: Any) -> forms.DateField:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return forms.DateField(label=label, validators=WITHIN_RANGE, widget=widget, **options)


def _evidence_field(**options: Any) -> forms.CharField:
    return forms.CharField(label="Evidence", max_length=NOTE_MAX_LENGTH, widget=UnfoldAdminTextInputWidget, **options)


def _note_field(label: str) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=NOTE_MAX_LENGTH, widget=UnfoldAdminExpandableTextareaWidget
    )


class WhoForm(forms.Form):
    """Whom it is about."""

    points = forms.CharField(
        label="Who",
        max_length=254,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "416 555 0123, name@example.ca or a lead's id"}),
        help_text="A phone number, an e-mail address, or a lead's id: then its number and its address both count.",
    )

    def clean_points(self) -> list[Point]:
        """The number, the address, or the lead and what it has of both."""
        return points_named(self.cleaned_data["points"])


class ChannelForm(WhoForm):
    """Whom it is about, and by which channel."""

    channel = forms.ChoiceField(
        choices=[("", EVERY_CHANNEL), *Channel.choices], required=False, widget=UnfoldAdminSelectWidget
    )


class ConsentingForm(ChannelForm):
    """A number or an address, never a lead as such."""

    def clean_points(self) -> list[Point]:
        """Those of the lead, where it has any."""
        points = [point for point in super().clean_points() if point[0] != ContactPoint.Kind.LEAD]
        if not points:
            raise ValidationError("This lead has neither a phone number nor an e-mail address.")
        return points


class ConsentForm(ProofFields, ConsentingForm):
    """A consent."""

    basis = forms.ChoiceField(
        label="Ground",
        choices=[CHOOSE_ONE, *ACCEPTED],
        widget=UnfoldAdminSelectWidget,
        help_text="It says when the consent expires. A published address, one that was given to us and a referral are no "
        "ground for calls; the first two are one for a lead in a business role alone. Bought or leased means from us: that "
        "we buy from a seller is no such purchase. Whether a homeowner's inquiry to somebody who buys counts is doubtful.",
    )
    obtained_at = _moment_field("Obtained", help_text="When the person agreed, bought, signed or asked.")
    ended_on = _day_field("Ended on", required=False, help_text="Of a contract that is no longer in force.")
    evidence = _evidence_field(help_text="Required. Where the proof is: a form, a recording, a page with its date.")
    reason = _note_field("Note")


class ContractEndForm(ConsentingForm):
    """The end of a contract."""

    ended_on = _day_field("Ended on", help_text="Its last day. Contracts that were made after it stay in force.")
    evidence = _evidence_field(help_text="Required. Where the proof is: a notice, the contract itself.")
    reason = _note_field("Note")


class OptOutForm(ChannelForm):
    """An opt-out."""

    said_at = _moment_field("Said")
    evidence = _evidence_field(required=False, help_text="Where it was said: a message, a call.")
    reason = _note_field("Note")


class LiftForm(ChannelForm):
    """An opt-out that was a mistake."""

    reason = reason_field()


class NumbersForm(forms.Form):
    """Many numbers."""

    points = forms.CharField(
        label="Phone numbers",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8, "placeholder": "416 555 0123\n902 555 0199"}),
        help_text=f"One a line, at most {NUMBERS_MAX:,}.",
    )

    def clean_points(self) -> list[Point]:
        """Each line as a number; the first that is none is named."""
        lines = [line.strip() for line in self.cleaned_data["points"].splitlines() if line.strip()]
        if len(lines) > NUMBERS_MAX:
            raise ValidationError(f"{len(lines):,} numbers are more than {NUMBERS_MAX:,}.")
        points = []
        for line in lines:
            try:
                points += services.points_of(phone=e164(line))
            except ValueError as error:
                raise ValidationError(f"“{line[:40]}” is no phone number with its area code.") from error
        return points


class ScrubForm(NumbersForm):
    """Numbers that are not on the national list."""

    checked_at = _moment_field("Version of the list", help_text="It counts for 31 days from then.")
    evidence = _evidence_field(help_text="Required. Where the proof is: the file and its date.")


class DoNotCallForm(NumbersForm):
    """Numbers of the internal list."""

    said_at = _moment_field("Said")
    reason = _note_field("Note")


# The ledger -------------------------------------------------------------------------------------------------------------


class LedgerColumns:
    """Columns of a line."""

    @display(
        description="Entry",
        ordering="entry",
        label={ENTRY_WORDS[entry]: colour for entry, colour in ENTRY_COLOURS.items()},
    )
    def what(self, record: ContactRecord) -> str:
        """What it says, in a word."""
        return ENTRY_WORDS[Entry(record.entry)]

    @display(description="Channel")
    def by(self, record: ContactRecord) -> str:
        """Of which channel."""
        return record.get_channel_display() or ("" if record.entry == Entry.ERASED else EVERY_CHANNEL)

    @display(description="Until")
    def until(self, record: ContactRecord) -> str:
        """When a ground ends."""
        if record.expires_at:
            return date_format(record.expires_at, "DATETIME_FORMAT")
        return until(record.basis) if record.entry == Entry.CONSENT else ""

    @display(description="Messages since")
    def used(self, record: ContactRecord) -> str:
        """How many went out since a referral."""
        uses = uses_of(record)
        return "" if uses is None else f"{uses:,}"


@admin.register(ContactRecord)
class ContactRecordAdmin(LedgerColumns, ProofColumns, GrowingAdmin):
    """The ledger, the latest line first, and the acts that write it."""

    list_display = ("id", "what", "point", "by", "basis", "effective_at", "until", "actor")
    list_display_links = ("id", "what")
    list_filter = (SinceFilter, "entry", "channel", "basis")
    list_select_related = ("point", "words", "proof")
    search_fields = ("point__digest",)
    search_help_text = "A phone number, an e-mail address or a lead's id, in full"
    actions_list = ("opt_out", "consent", "end_contract", "scrub", "do_not_call", "lift")
    fieldsets = (
        ("Line", {"fields": ("entry", "point", "by", "basis", "effective_at", "until", "used", "evidence", "reason")}),
        ("Who and when", {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )
    content_fieldsets = (("What the person agreed to", {"fields": ("content", "missing")}),)

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        line, *others = self.fieldsets
        is_consent = isinstance(obj, ContactRecord) and obj.entry == Entry.CONSENT
        return (line, *(self.content_fieldsets if is_consent else ()), *others)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return with_uses(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[ContactRecord], search_term: str
    ) -> tuple[models.QuerySet[ContactRecord], bool]:
        if not search_term.strip():
            return queryset, False
        return services.records_of(queryset, _searched(search_term)), False

    def has_consent_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may record a consent or a scrub."""
        return request.user.has_perm("governance.record_consent")

    def has_opt_out_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may record an opt-out."""
        return request.user.has_perm("governance.record_opt_out")

    def has_lift_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may take one back."""
        return request.user.has_perm("governance.lift_opt_out")

    @action(description="Opt-out", permissions=["opt_out"], icon="block", variant=ActionVariant.DANGER, url_path="opt-out")
    def opt_out(self, request: HttpRequest) -> HttpResponse:
        """Somebody wants no more contact."""
        return self._record(
            request,
            OptOutForm,
            services.record_opt_out,
            title="Record an opt-out",
            explanation="From then on contact by this channel is refused at once, whatever consent is on file. Only an "
            "operator who says that it was a mistake can lift it.",
            button="Record the opt-out",
            danger=True,
        )

    @action(description="Consent", permissions=["consent"], icon="how_to_reg", url_path="consent")
    def consent(self, request: HttpRequest) -> HttpResponse:
        """Somebody agreed, bought, signed or asked."""
        return self._record(
            request,
            ConsentForm,
            services.record_consent,
            title="Record a consent",
            explanation="It is for you to prove, so say where the proof is. For every channel it becomes one line for each, "
            "since their expiries differ. It does not outweigh an opt-out.",
            button="Record the consent",
        )

    @action(description="Contract ended", permissions=["consent"], icon="contract_delete", url_path="contract-ended")
    def end_contract(self, request: HttpRequest) -> HttpResponse:
        """A contract is no longer in force."""
        return self._record(
            request,
            ContractEndForm,
            services.end_contract,
            title="A contract ended",
            explanation="The contracts of this person that were made by that day ended on it. Each stays a ground for 2 "
            "years from then, for calls for 18 months. The contract's line stays as it is; the end is a line of its own.",
            button="Record the end",
        )

    @action(description="Scrub", permissions=["consent"], icon="fact_check", url_path="scrub")
    def scrub(self, request: HttpRequest) -> HttpResponse:
        """Numbers were checked against the national list."""
        return self._record(
            request,
            ScrubForm,
            services.record_scrub,
            title="Record a scrub",
            explanation="These numbers were checked against the National Do Not Call List and are not on it. Leave out "
            "those that are; without a scrub they count as not checked.",
            button="Record the scrub",
        )

    @action(description="Do not call", permissions=["opt_out"], icon="phone_disabled", url_path="do-not-call")
    def do_not_call(self, request: HttpRequest) -> HttpResponse:
        """Numbers of the internal list."""
        return self._record(
            request,
            DoNotCallForm,
            services.record_do_not_call,
            title="Put numbers on the internal do-not-call list",
            explanation="Calls to them are refused at once, whatever exemption is on file; text messages are not.",
            button="Put them on the list",
            danger=True,
        )

    @action(description="Lift", permissions=["lift"], icon="undo", url_path="lift")
    def lift(self, request: HttpRequest) -> HttpResponse:
        """An opt-out was a mistake."""
        return self._record(
            request,
            LiftForm,
            services.lift_opt_out,
            title="Lift an opt-out",
            explanation="For mistakes alone: a wrong number, a message misread. Opt-outs and do-not-call entries on file "
            "for this channel count no longer; they stay in the ledger.",
            button="Lift it",
            danger=True,
        )

    def _record(
        self, request: HttpRequest, form_class: type[forms.Form], verb: Callable[..., list[ContactRecord]], **page: Any
    ) -> HttpResponse:
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                records = verb(**form.cleaned_data, actor=label_of(request.user), user=request.user)
            except DomainError as refusal:
                for detail, attr in refusal.errors:
                    name = (attr or "").removeprefix("proof.")
                    form.add_error(name if name in form.fields else "points", detail)
            else:
                return self._recorded(request, records)
        return confirmation(request, self, form=form, **page)

    def _recorded(self, request: HttpRequest, records: list[ContactRecord]) -> HttpResponse:
        if not records:
            messages.info(request, "Nothing to do: nothing on file would change.")
        elif len(records) == 1:
            self.log_addition(request, records[0], "Recorded.")
            messages.success(request, f"Recorded: {records[0]}, {records[0].point}.")
        else:
            messages.success(request, f"Recorded: {len(records):,} lines.")
        return HttpResponseRedirect(reverse("admin:governance_contactrecord_changelist"))


class ContactRecordInline(LedgerColumns, ReadOnlyInline):
    """What is on file about the point."""

    model = ContactRecord
    ordering = ("-id",)
    fields = ("what", "by", "basis", "effective_at", "until", "used", "evidence", "reason", "actor", "created_at")
    readonly_fields = ("what", "by", "until", "used")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return with_uses(super().get_queryset(request).select_related("words"))


@admin.register(ContactPoint)
class ContactPointAdmin(GrowingAdmin):
    """Phone numbers, addresses and leads of which something is on file."""

    list_display = ("id", "point", "kind")
    list_display_links = ("id", "point")
    list_filter = ("kind",)
    list_select_related = False
    search_fields = ("digest",)
    search_help_text = "A phone number, an e-mail address or a lead's id, in full; erased ones are found too"
    ordering = ("-id",)
    fields = ("point", "kind")
    inlines = (ContactRecordInline,)
    actions_detail = ("erase",)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[ContactPoint], search_term: str
    ) -> tuple[models.QuerySet[ContactPoint], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(digest__in=[services.digest(point) for point in _searched(search_term)]), False

    @display(description="Number, address or lead")
    def point(self, point: ContactPoint) -> str:
        """It, or that it was erased."""
        return str(point)

    def has_erase_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may erase one."""
        return request.user.has_perm("governance.erase_contactpoint")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        known = ContactPoint.objects.filter(pk=object_id, value__isnull=False)
        return super().get_actions_detail(request, object_id) if known.exists() else []

    @action(description="Erase...", permissions=["erase"], icon="person_off", variant=ActionVariant.DANGER, url_path="erase")
    def erase(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Forget it, after a page that asks why."""
        point = self.get_object(request, object_id)
        if point is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)

        who: dict[str, Any] = {"actor": label_of(request.user), "user": request.user}

        def act(reason: str) -> str:
            erased = services.erase_point(point_id=point.pk, reason=reason, **who)
            self.log_change(request, erased, "Erased.")
            return "Erased. What was recorded of it still holds when it comes again."

        return act_with_reason(
            request,
            self,
            act,
            title=f"Erase {point}",
            explanation="It is forgotten for good; only its digest stays, so that an opt-out still "
            "holds when it comes again. Evidence and reasons that were written of it go too. A lead that has it is another "
            "row: to erase a person, use Erase on the page of the lead.",
            button="Erase it",
            danger=True,
            then=reverse("admin:governance_contactpoint_change", args=[point.pk]),
        )


# The organisation -------------------------------------------------------------------------------------------------------


class OrganisationForm(PolicyForm):
    """Who contacts, and how strictly it asks for proof."""

    key = ()

    class Meta:
        model = Organisation
        fields = (
            "name",
            "mailing_address",
            "contact",
            "consent",
            "identity",
            "scrub",
            "registration_number",
            "registration_expires_on",
        )
        help_texts = {
            "name": "As messages name the sender.",
            "mailing_address": "Where post reaches you.",
            "contact": "A phone number, an e-mail address or a web address; it must answer for 60 days after a message.",
            "consent": "Refuse: without a consent on file that is in force, no text message and no e-mail. Allow: they "
            "may be sent, the gate's answer carries a warning, and the runbook warns. An opt-out refuses either way.",
            "identity": "Refuse: no text message and no e-mail to a known lead while the name, the mailing address or the "
            "contact above is missing. Allow: they may be sent, with a warning.",
            "scrub": "Refuse: no call unless the registration below is in force and the number was checked against the "
            "National Do Not Call List within 31 days, or is exempt by a consent for calls. Allow: calls may be made, with "
            "the same warnings.",
            "registration_number": "Every telemarketer registers with the operator of the National Do Not Call List.",
            "registration_expires_on": "Its last day. The runbook warns 30 days before.",
        }


@admin.register(Organisation)
class OrganisationAdmin(PolicyAdmin):
    """The one row: who contacts, and how strictly it asks for proof."""

    upsert = services.upsert_organisation
    form = OrganisationForm
    list_display = ("__str__", "consent_strictness", "scrub_strictness", "registered_until", "changed_by", "updated_at")
    settings_fieldsets = (
        ("Who sends", {"fields": ("name", "mailing_address", "contact")}),
        ("How strict", {"fields": ("consent", "identity", "scrub")}),
        ("National Do Not Call List", {"fields": ("registration_number", "registration_expires_on")}),
    )

    @display(
        description="Messages without consent",
        label={Strictness.ENFORCE.label: "success", Strictness.WARN.label: "warning"},
    )
    def consent_strictness(self, organisation: Organisation) -> str:
        """What happens to them."""
        return organisation.get_consent_display()

    @display(
        description="Calls without scrub",
        label={Strictness.ENFORCE.label: "success", Strictness.WARN.label: "warning"},
    )
    def scrub_strictness(self, organisation: Organisation) -> str:
        """What happens to them."""
        return organisation.get_scrub_display()

    @display(description="Registered until")
    def registered_until(self, organisation: Organisation) -> Any:
        """With the operator of the national list."""
        return organisation.registration_expires_on or "not on file"

    def settings_of(self, record: Any) -> dict[str, str]:
        return {
            "Name": record.name,
            "Mailing address": record.mailing_address,
            "Contact": record.contact,
            "Messages without consent": record.get_consent_display(),
            "Messages without identification": record.get_identity_display(),
            "Calls without registration and scrub": record.get_scrub_display(),
            "Why only warned of": record.lenient_reason,
            "Registration": record.registration_number,
            "Registered until": str(record.registration_expires_on or ""),
        }

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        why = (("Why", {"fields": ("why",)}),) if self.has_change_permission(request, obj) else ()
        last = ("Last change", {"fields": ("changed_by", "updated_at", "reason", "version")})
        return (*self.settings_fieldsets, *why, last)


# Closed days ------------------------------------------------------------------------------------------------------------


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
        stored = services.set_closed_day(
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
            services.remove_closed_day(day=closed.day, province=closed.province, reason=reason, **signature(request))
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
