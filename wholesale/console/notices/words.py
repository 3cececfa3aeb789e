"""What a notice says, and where its remedy is: in the active language, for the user who is told."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kpi.tripwire.models import policy_words
from wholesale.console.notices.choices import OVERSEE
from wholesale.console.notices.facts import ENGAGED
from wholesale.console.notices.models import Notice, NoticeKind
from wholesale.plumbing.importing.models import ImportBatch
from wholesale.plumbing.showing import shown_number

ICONS = {
    NoticeKind.KILL_SWITCH: "emergency_home",
    NoticeKind.TRIPWIRE: "notifications_active",
    NoticeKind.RUNBOOK: "checklist",
    NoticeKind.SLA: "alarm",
    NoticeKind.REPLY: "mark_chat_unread",
    NoticeKind.IMPORT: "upload_file",
}


def icon_of(notice: Notice) -> str:
    """Return the name of the symbol beside a notice."""
    return ICONS[NoticeKind(notice.kind)]


def sentence(notice: Notice) -> str:
    """Return what happened, in one sentence."""
    count, n = notice.count, {"n": shown_number(notice.count)}
    match notice.kind:
        case NoticeKind.KILL_SWITCH:
            engaged = notice.about == ENGAGED
            return _("The kill switch was engaged: nothing acts.") if engaged else _("The kill switch was released.")
        case NoticeKind.TRIPWIRE if count == 1:
            return _("A tripwire went off: %(policy)s.") % {"policy": policy_words(*notice.about.split(" "))}
        case NoticeKind.TRIPWIRE:
            return ngettext("%(n)s tripwire went off.", "%(n)s tripwires went off.", count) % n
        case NoticeKind.RUNBOOK if count == 1:
            return _("A check of the runbook blocks go-live now: %(check)s.") % {"check": notice.about}
        case NoticeKind.RUNBOOK:
            return (
                ngettext(
                    "%(n)s more check of the runbook blocks go-live.",
                    "%(n)s more checks of the runbook block go-live.",
                    count,
                )
                % n
            )
        case NoticeKind.SLA:
            return ngettext("%(n)s task breached the SLA.", "%(n)s tasks breached the SLA.", count) % n
        case NoticeKind.REPLY:
            return ngettext("%(n)s reply waits in the inbox.", "%(n)s replies wait in the inbox.", count) % n
        case NoticeKind.IMPORT if count == 1:
            return _import_of(notice)
    return ngettext("%(n)s import is finished.", "%(n)s imports are finished.", count) % n


def _import_of(notice: Notice) -> str:
    model, _pk, state = notice.about.split(" ")
    names = {"leadimport": _("Import of leads"), "buyerimport": _("Import of buyers"), "saleimport": _("Import of sales")}
    said = _("%(import)s: done.") if state == ImportBatch.State.DONE else _("%(import)s: failed.")
    return said % {"import": names[model.split(".")[1]]}


def remedy_of(notice: Notice, user: Any) -> str:
    """Return the path of the page where the user may do something about it."""
    match notice.kind:
        case NoticeKind.KILL_SWITCH:
            return reverse("admin:governance_golivestate_changelist")
        case NoticeKind.TRIPWIRE:
            return reverse("admin:kpi_regressiontrigger_changelist", query={"state": "standing"})
        case NoticeKind.RUNBOOK:
            return reverse("admin:governance_runbookrun_now")
        case NoticeKind.SLA if user.has_perm(OVERSEE):
            return reverse("admin:followups_followuptask_changelist", query={"state": "breached"})
        case NoticeKind.SLA:
            return reverse("admin:followups_followuptask_queue")
        case NoticeKind.REPLY:
            return reverse("admin:followups_followuptask_inbox")
    model, pk, _state = notice.about.split(" ")
    page = f"admin:{model.replace('.', '_')}"
    return reverse(f"{page}_change", args=[pk]) if notice.count == 1 else reverse(f"{page}_changelist")
