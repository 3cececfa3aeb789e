"""The admin page of the organisation."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.organisation.models import Organisation
from governance.organisation.rules import Strictness
from governance.policies_admin import PolicyAdmin
from wholesale.plumbing.differences import Said

STRICTNESS = {Strictness.ENFORCE.label: "success", Strictness.WARN.label: "warning"}


@admin.register(Organisation)
class OrganisationAdmin(PolicyAdmin):
    """The admin page of the organisation and of how strictly it asks for proof. There is one row."""

    list_display = ("__str__", "consent", "scrub", "registration_expires_on", "changed_by", "updated_at")
    colours = {"consent": STRICTNESS, "scrub": STRICTNESS}
    settings_fieldsets = (
        (_("Who sends"), {"fields": ("name", "mailing_address", "contact")}),
        (_("How strict"), {"fields": ("consent", "identity", "scrub")}),
        (_("National Do Not Call List"), {"fields": ("registration_number", "registration_expires_on")}),
    )

    def settings_of(self, record: Any) -> dict[str, Said]:
        return {**super().settings_of(record), gettext("Why only warned of"): record.lenient_reason}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
