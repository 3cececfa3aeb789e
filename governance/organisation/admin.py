"""The organisation's page."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.decorators import display

from governance.organisation.models import Organisation
from governance.organisation.rules import Strictness
from governance.organisation.services import upsert_organisation
from governance.policies_admin import PolicyAdmin, PolicyForm


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

    upsert = upsert_organisation
    form = OrganisationForm
    list_display = ("__str__", "consent_strictness", "scrub_strictness", "registered_until", "changed_by", "updated_at")
    settings_fieldsets = (
        ("Who sends", {"fields": ("name", "mailing_address", "contact")}),
        ("How strict", {"fields": ("consent", "identity", "scrub")}),
        ("National Do Not Call List", {"fields": ("registration_number", "registration_expires_on")}),
    )

    @display(
        description="Messages without consent", label={Strictness.ENFORCE.label: "success", Strictness.WARN.label: "warning"}
    )
    def consent_strictness(self, organisation: Organisation) -> str:
        """What happens to them."""
        return organisation.get_consent_display()

    @display(
        description="Calls without scrub", label={Strictness.ENFORCE.label: "success", Strictness.WARN.label: "warning"}
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
