"""The admin of vendors and their agents."""

from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from followups.pool.agents import agents_to_choose
from followups.pool.vendors.models import Vendor, VendorAgent
from followups.pool.vendors.services import assign_agent, release_agent, upsert_vendor
from governance.governed_admin import GovernedAdmin, GovernedForm, RemovableAdmin, Removal
from wholesale.plumbing.admin_forms import SuggestingInput
from wholesale.plumbing.admin_parts import either
from wholesale.plumbing.showing import shown_day


class VendorForm(GovernedForm):
    """The form of a vendor and its registration."""

    key = ("name",)

    class Meta:
        model = Vendor
        fields = ("name", "registration_number", "registration_expires_on", "contract_ends_on")
        help_texts = {
            "registration_number": _("The vendor's own number, with the operator of the National Do Not Call List."),
            "registration_expires_on": _(
                "The last day on which it is in force. After that day the vendor's agents can claim no task."
            ),
            "contract_ends_on": _("The last day of our contract with the vendor. The runbook warns 30 days before."),
        }


def _is_registered(vendor: Vendor) -> bool:
    return vendor.registration_expires_on >= timezone.now().date()


@admin.register(Vendor)
class VendorAdmin(GovernedAdmin):
    """The admin pages of vendors. A vendor is never deleted; its agents can be removed from it."""

    form = VendorForm
    save_verb = upsert_vendor
    key_title = _("Vendor")
    settings_fieldsets = (
        (_("National Do Not Call List"), {"fields": ("registration_number", "registration_expires_on")}),
        (_("Contract"), {"fields": ("contract_ends_on",)}),
    )
    list_display = ("name", "registration_expires_on", "contract_ends_on", "state", "changed_by", "updated_at")
    list_select_related = False
    search_fields = ("name", "registration_number", "changed_by", "reason")
    search_help_text = _("Name, registration, who changed it, or why")

    state = either(
        _("State"), _is_registered, (_("Registered"), "success"), (_("Ended: its agents claim nothing"), "danger")
    )

    def settings_of(self, record: Any) -> dict[str, str]:
        return {
            gettext("Registration"): record.registration_number,
            gettext("Last day"): shown_day(record.registration_expires_on),
            gettext("Contract until"): shown_day(record.contract_ends_on) if record.contract_ends_on else gettext("no end"),
        }


class VendorAgentForm(GovernedForm):
    """The form of an agent and its vendor."""

    key = ("agent",)

    class Meta:
        model = VendorAgent
        fields = ("agent", "vendor")
        widgets = {"agent": SuggestingInput(agents_to_choose)}
        help_texts = {"agent": _("The user name, as tasks name their owner.")}


@admin.register(VendorAgent)
class VendorAgentAdmin(RemovableAdmin):
    """The admin pages of agents who work for a vendor. Agents who are not listed here work for us."""

    form = VendorAgentForm
    remove_verb = release_agent
    key_title = _("Agent")
    settings_fieldsets = ((_("Employer"), {"fields": ("vendor",)}),)
    list_display = ("agent", "vendor", "changed_by", "reason", "updated_at")
    list_filter = ("vendor",)
    list_select_related = ("vendor",)
    search_fields = ("agent", "vendor__name", "changed_by", "reason")
    search_help_text = _("Agent, vendor, who changed it, or why")

    @staticmethod
    def save_verb(*, vendor: Vendor, **given: Any) -> VendorAgent:
        """Assign the agent to the vendor that was chosen in the form."""
        return assign_agent(vendor=vendor.name, **given)

    def settings_of(self, record: Any) -> dict[str, str]:
        return {gettext("Vendor"): str(record.vendor)}

    def removal(self, row: VendorAgent) -> Removal:
        return Removal(
            title=gettext("Remove %(agent)s from %(vendor)s") % {"agent": row.agent, "vendor": row.vendor},
            explanation=gettext(
                "From now on they count as one of our own agents, and may claim tasks under our registration."
            ),
            button=gettext("Remove"),
            done=gettext("%(agent)s works for no vendor any more.") % {"agent": row.agent},
        )
