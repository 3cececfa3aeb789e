"""What somebody does by a page of its own, as the palette offers it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that a user with these permissions does on the page `view` of the admin."""

    title: str | Promise
    icon: str
    view: str
    needs: tuple[str, ...]

    @property
    def link(self) -> str:
        """The address of the page."""
        return reverse(f"admin:{self.view}")


DEEDS = (
    Deed(_("Engage the kill switch"), "emergency_home", "governance_golivestate_engage", ("governance.engage_kill_switch",)),
    Deed(_("Release the kill switch"), "lock_open", "governance_golivestate_release", ("governance.release_kill_switch",)),
    Deed(_("Enable go-live"), "play_arrow", "governance_golivestate_enable", ("governance.enable_go_live",)),
    Deed(_("Disable go-live"), "pause", "governance_golivestate_disable", ("governance.disable_go_live",)),
    Deed(_("Store a run of the runbook"), "checklist", "governance_runbookrun_store", ("governance.store_run",)),
    Deed(_("Invite an agent"), "person_add", "auth_user_invite", ("wholesale.invite_agent", "followups.add_poolagent")),
    Deed(_("Import leads"), "upload_file", "followups_lead_import_file", ("followups.import_lead",)),
    Deed(_("Import buyers"), "upload_file", "buyers_buyer_import_file", ("buyers.import_buyer",)),
    Deed(_("Import sales"), "upload_file", "offers_sale_import_file", ("offers.import_sale",)),
    Deed(_("Add a lead"), "person_add", "followups_lead_add", ("followups.add_lead",)),
    Deed(_("Add a buyer"), "group_add", "buyers_buyer_add", ("buyers.add_buyer",)),
    Deed(_("Add an agent to a pool"), "groups", "followups_poolagent_add", ("followups.add_poolagent",)),
    Deed(_("Record an opt-out"), "block", "governance_contactrecord_opt_out", ("governance.record_opt_out",)),
    Deed(_("Record a consent"), "contract", "governance_contactrecord_consent", ("governance.record_consent",)),
    Deed(
        _("Record a wish not to be called"),
        "phone_disabled",
        "governance_contactrecord_do_not_call",
        ("governance.record_opt_out",),
    ),
    Deed(_("Add a closed day"), "event_busy", "governance_closedday_add", ("governance.add_closedday",)),
    Deed(_("Run a ratio study"), "analytics", "offers_ratiostudy_new_study", ("offers.run_ratiostudy",)),
)


def deeds_for(user: Any) -> Iterator[Deed]:
    """Yield what a user may do."""
    return (deed for deed in DEEDS if user.has_perms(deed.needs))
