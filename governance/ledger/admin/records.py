"""The admin pages of ledger lines, and the actions that write lines."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.ledger import consents, opt_outs, reading, scrubs
from governance.ledger.admin.columns import LedgerColumns
from governance.ledger.admin.forms import (
    ConsentForm,
    ContractEndForm,
    DoNotCallForm,
    LiftForm,
    OptOutForm,
    ScrubForm,
    searched,
)
from governance.ledger.admin.proof import ProofColumns
from governance.ledger.consents import end_contract
from governance.ledger.models import ContactRecord
from governance.ledger.referrals import with_uses
from governance.ledger.rules import Entry
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin, linking
from wholesale.plumbing.admin_parts import DANGER, SinceFilter, allowed, button
from wholesale.plumbing.admin_questions import confirmation
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.showing import shown_number


@admin.register(ContactRecord)
class ContactRecordAdmin(LedgerColumns, ProofColumns, GrowingAdmin):
    """The admin page of ledger lines, newest first, with the actions that write lines."""

    list_display = ("id", "what", "about", "by", "basis", "effective_at", "until", "actor")
    list_display_links = ("id", "what")
    list_filter = (SinceFilter, "entry", "channel", "basis")
    list_select_related = ("point", "words", "proof")
    search_fields = ("point__digest",)
    search_help_text = _("A phone number, an e-mail address or a lead's id, in full")
    actions_list = ("opt_out", "consent", "end_contract", "scrub", "do_not_call", "lift")
    fieldsets = (
        (_("Line"), {"fields": ("entry", "point", "by", "basis", "effective_at", "until", "used", "evidence", "reason")}),
        (_("Who and when"), {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )
    content_fieldsets = ((_("What the person agreed to"), {"fields": ("content", "missing")}),)

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        line, *others = self.fieldsets
        is_consent = isinstance(obj, ContactRecord) and obj.entry == Entry.CONSENT
        return linking(request, (line, *(self.content_fieldsets if is_consent else ()), *others))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return with_uses(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[ContactRecord], search_term: str
    ) -> tuple[models.QuerySet[ContactRecord], bool]:
        if not search_term.strip():
            return queryset, False
        return reading.records_of(queryset, searched(search_term)), False

    has_consent_permission = allowed("governance.record_consent")
    has_opt_out_permission = allowed("governance.record_opt_out")
    has_lift_permission = allowed("governance.lift_opt_out")

    @button(_("Opt-out"), "opt_out", icon="block", variant=DANGER)
    def opt_out(self, request: HttpRequest) -> HttpResponse:
        """Ask for an opt-out on a page, and record it."""
        return self._record(
            request,
            OptOutForm,
            opt_outs.record_opt_out,
            title=gettext("Record an opt-out"),
            explanation=gettext(
                "From then on contact by this channel is refused at once, whatever consent is on file. Only an "
                "operator who says that it was a mistake can lift it."
            ),
            button=gettext("Record the opt-out"),
            danger=True,
        )

    @button(_("Consent"), "consent", icon="how_to_reg")
    def consent(self, request: HttpRequest) -> HttpResponse:
        """Ask for a consent on a page, and record it."""
        return self._record(
            request,
            ConsentForm,
            consents.record_consent,
            title=gettext("Record a consent"),
            explanation=gettext(
                "It is for you to prove, so say where the proof is. For every channel it becomes one line for each, "
                "since their expiries differ. It does not outweigh an opt-out."
            ),
            button=gettext("Record the consent"),
        )

    @button(_("Contract ended"), "consent", icon="contract_delete", path="contract-ended")
    def end_contract(self, request: HttpRequest) -> HttpResponse:
        """Ask for the end of a contract on a page, and record it."""
        return self._record(
            request,
            ContractEndForm,
            end_contract,
            title=gettext("A contract ended"),
            explanation=gettext(
                "The contracts of this person that were made by that day ended on it. Each stays a ground for 2 "
                "years from then, for calls for 18 months. The contract's line stays as it is; the end is a line of its own."
            ),
            button=gettext("Record the end"),
        )

    @button(_("Scrub"), "consent", icon="fact_check")
    def scrub(self, request: HttpRequest) -> HttpResponse:
        """Ask for the numbers of a scrub on a page, and record it."""
        return self._record(
            request,
            ScrubForm,
            scrubs.record_scrub,
            title=gettext("Record a scrub"),
            explanation=gettext(
                "These numbers were checked against the National Do Not Call List and are not on it. Leave out "
                "those that are; without a scrub they count as not checked."
            ),
            button=gettext("Record the scrub"),
        )

    @button(_("Do not call"), "opt_out", icon="phone_disabled")
    def do_not_call(self, request: HttpRequest) -> HttpResponse:
        """Ask for numbers on a page, and put them on the internal do-not-call list."""
        return self._record(
            request,
            DoNotCallForm,
            opt_outs.record_do_not_call,
            title=gettext("Put numbers on the internal do-not-call list"),
            explanation=gettext("Calls to them are refused at once, whatever exemption is on file; text messages are not."),
            button=gettext("Put them on the list"),
            danger=True,
        )

    @button(_("Lift"), "lift", icon="undo")
    def lift(self, request: HttpRequest) -> HttpResponse:
        """Ask on a page about whom opt-outs were recorded by mistake, and lift these opt-outs."""
        return self._record(
            request,
            LiftForm,
            opt_outs.lift_opt_out,
            title=gettext("Lift an opt-out"),
            explanation=gettext(
                "For mistakes alone: a wrong number, a message misread. Opt-outs and do-not-call entries on file "
                "for this channel count no longer; they stay in the ledger."
            ),
            button=gettext("Lift it"),
            danger=True,
        )

    def _record(
        self, request: HttpRequest, form_class: type[forms.Form], verb: Callable[..., list[ContactRecord]], **page: Any
    ) -> HttpResponse:
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                act = Act.by(request.user, reason=form.cleaned_data.pop("reason", ""))
                records = verb(**form.cleaned_data, act=act)
            except DomainError as refusal:
                for detail, attr in refusal.shown_errors:
                    name = (attr or "").removeprefix("proof.")
                    form.add_error(name if name in form.fields else "points", detail)
            else:
                return self._recorded(request, records)
        return confirmation(request, self, form=form, **page)

    def _recorded(self, request: HttpRequest, records: list[ContactRecord]) -> HttpResponse:
        if not records:
            messages.info(request, gettext("Nothing to do: nothing on file would change."))
        elif len(records) == 1:
            self.log_addition(request, records[0], "Recorded.")
            messages.success(
                request,
                gettext("Recorded: %(records)s, %(point)s.") % {"records": records[0], "point": records[0].point.shown},
            )
        else:
            messages.success(request, gettext("Recorded: %(records)s lines.") % {"records": shown_number(len(records))})
        return HttpResponseRedirect(reverse("admin:governance_contactrecord_changelist"))
