"""The admin of leads with the page of a lead in the place of its form, which is reached from the page."""

from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followups.ladders.errors import LadderNotFound
from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder, reassign_ladder, restart_ladder
from followups.ladders.starts import start_ladder
from followups.leads.admin import STATUS_COLOURS, LeadAdmin
from followups.leads.events.services import make_appointment, note_lead
from followups.leads.models import Lead
from governance import gate
from kpi.trace.services import traced_lead
from wholesale.console.calculator.pages import calculator_page
from wholesale.console.people.forms import (
    AppointmentForm,
    GiveToForm,
    LeadNoteForm,
    NoMoreContactForm,
    StartLadderForm,
)
from wholesale.console.people.lead import facts_of, ladder_of
from wholesale.console.timeline.parts import buttons_of, feed_of, feed_page, is_feed_asked, reach_of
from wholesale.console.timeline.records import RecordPages
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_parts import DANGER, allowed, button
from wholesale.plumbing.admin_questions import Question, asking, of_row

BUTTONS = ("note", "appointment", "opt_out", "start", "give_ladder", "stop_ladder", "restart", "calculator", "edit_lead")
# Those that there is no use for.
CLOSED_LADDER = ("stop_ladder", "give_ladder")
WITHOUT_LADDER = (*CLOSED_LADDER, "restart")
WITH_OPEN_LADDER = ("start",)

admin.site.unregister(Lead)


@admin.register(Lead)
class LeadPages(RecordPages, LeadAdmin):
    """The admin of leads. A lead's page shows all that is known of it; the form of its columns is a page of its own."""

    actions_detail: tuple[str, ...] = (*BUTTONS, *LeadAdmin.actions_detail)

    has_note_permission = allowed("followups.note_lead")
    has_start_permission = allowed("followups.create_ladder")
    has_steer_permission = allowed("followups.steer_ladder")
    has_calculate_permission = allowed("offers.estimate_arv")

    def has_opt_out_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Whether the user may record that a lead wants no more contact: who may record opt-outs, and who works on tasks."""
        user = request.user
        return user.has_perm("governance.record_opt_out") or user.has_perm("followups.complete_task")

    # The page -----------------------------------------------------------------------------------------------------------

    @of_row
    def page_of(self, request: HttpRequest, lead: Any) -> HttpResponse:
        traced = traced_lead(lead)
        if is_feed_asked(request):
            return feed_page(request, feed_of(request, traced))
        now = timezone.now()
        reach = reach_of(gate.known_lead(lead.lead_id), now)
        shown = ladder_of(lead, request.user, now)
        without = WITHOUT_LADDER if shown is None else WITH_OPEN_LADDER if shown.is_open else CLOSED_LADDER
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": lead,
            "title": str(lead),
            "name": str(lead),
            "lead": lead,
            "status": lead.get_status_display(),
            "status_colour": STATUS_COLOURS[Lead.Status(lead.status).label],
            "reach": reach,
            "ladder": shown,
            "facts": facts_of(lead),
            "buttons": buttons_of(self, request, lead, [name for name in BUTTONS if name not in without]),
            "more": buttons_of(self, request, lead, LeadAdmin.actions_detail),
            "may_note": self.has_note_permission(request),
            "note_url": reverse("admin:followups_lead_note", args=[lead.pk]),
            "feed": feed_of(request, traced, reach.zone),
        }
        return TemplateResponse(request, "console/people/lead.html", context)

    # What may be done ---------------------------------------------------------------------------------------------------

    @button(gettext_lazy("Edit"), "change", icon="edit", path="edit-lead")
    @of_row
    def edit_lead(self, request: HttpRequest, lead: Any) -> HttpResponse:
        """Go to the form of the lead's columns."""
        return HttpResponseRedirect(reverse("admin:followups_lead_edit", args=[lead.pk]))

    @button(gettext_lazy("Note..."), "note", icon="edit_note")
    @asking
    def note(self, request: HttpRequest, lead: Any) -> Question:
        """Write a note about the lead."""

        def act(text: str) -> str:
            note_lead(lead.lead_id, text, act=Act.by(request.user))
            return _("The note is kept.")

        return Question(
            act,
            form=LeadNoteForm,
            title=_("Write a note about %(lead)s") % {"lead": lead},
            explanation=_("It stands in the lead's history, with your name and the time. It is not changed afterwards."),
            button=_("Keep the note"),
        )

    @button(gettext_lazy("Appointment..."), "note", icon="event")
    @asking
    def appointment(self, request: HttpRequest, lead: Any) -> Question:
        """Write down an appointment with the lead."""

        def act(meets_at: datetime, text: str) -> str:
            make_appointment(lead.lead_id, meets_at, text, act=Act.by(request.user))
            return _("The appointment is kept.")

        return Question(
            act,
            form=AppointmentForm,
            title=_("Make an appointment with %(lead)s") % {"lead": lead},
            explanation=_("The lead's status becomes Appointment, and its open ladder closes."),
            button=_("Keep the appointment"),
        )

    @button(gettext_lazy("Wants no more contact..."), "opt_out", icon="do_not_disturb_on", variant=DANGER, path="opt-out")
    @asking
    def opt_out(self, request: HttpRequest, lead: Any) -> Question:
        """Record that the lead wants no more contact."""

        def act(reason: str) -> str:
            points = [*gate.points_of(phone=lead.phone, email=lead.email), (gate.LEAD, lead.lead_id)]
            gate.record_opt_out(points=points, act=Act.by(request.user, reason=reason))
            return _("Recorded: %(lead)s is not contacted any more.") % {"lead": lead}

        return Question(
            act,
            form=NoMoreContactForm,
            title=_("%(lead)s wants no more contact") % {"lead": lead},
            explanation=_(
                "Nobody is contacted any more at the lead's number and address, by any channel, and the open steps are "
                "cancelled. Only an operator can lift it, as a mistake."
            ),
            button=_("Yes, record it"),
            danger=True,
        )

    @button(gettext_lazy("Start a ladder..."), "start", icon="stairs", path="start")
    @asking
    def start(self, request: HttpRequest, lead: Any) -> Question:
        """Start a ladder for the lead."""

        def act(owner: str) -> str:
            start_ladder(
                lead_id=lead.lead_id,
                province=lead.province,
                market=lead.market,
                owner=owner or None,
                act=Act.by(request.user),
            )
            return _("The ladder is started.")

        return Question(
            act,
            form=StartLadderForm,
            title=_("Start a ladder for %(lead)s") % {"lead": lead},
            idle=_("There is nothing to do: the lead has an open ladder.") if _open(lead) else "",
            explanation=_("Its steps are those of the template of the lead's place."),
            button=_("Start it"),
        )

    @button(gettext_lazy("Reassign..."), "steer", icon="switch_account", path="give-ladder")
    @asking
    def give_ladder(self, request: HttpRequest, lead: Any) -> Question:
        """Give the lead's open ladder to another owner."""
        ladder = _newest(lead)

        def act(owner: str, reason: str) -> str:
            given = reassign_ladder(_id_of(ladder), owner or None, act=Act.by(request.user, reason=reason))
            return _("The owner is %(owner)s.") % {"owner": given.owner or _("nobody")}

        return Question(
            act,
            form=partial(GiveToForm, initial={"owner": ladder.owner if ladder else ""}),
            title=_("Reassign the ladder of %(lead)s") % {"lead": lead},
            idle=_without(_open(lead)),
            explanation=_("Its open steps become the new owner's work, and claims of them end."),
            button=_("Reassign it"),
        )

    @button(gettext_lazy("Stop the ladder..."), "steer", icon="cancel", path="stop-ladder")
    @asking
    def stop_ladder(self, request: HttpRequest, lead: Any) -> Question:
        """Cancel the open steps of the lead's ladder."""
        ladder = _newest(lead)

        def act(reason: str) -> str:
            cancel_ladder(_id_of(ladder), act=Act.by(request.user, reason=reason))
            return _("The ladder is stopped.")

        return Question(
            act,
            title=_("Stop the ladder of %(lead)s") % {"lead": lead},
            idle=_without(_open(lead)),
            explanation=_("Its open steps are cancelled. Completed steps stay as they are."),
            button=_("Stop it"),
        )

    @button(gettext_lazy("Restart the ladder..."), "steer", icon="restart_alt", path="restart")
    @asking
    def restart(self, request: HttpRequest, lead: Any) -> Question:
        """Begin the lead's ladder anew."""
        ladder = _newest(lead)

        def act(reason: str) -> str:
            restart_ladder(_id_of(ladder), act=Act.by(request.user, reason=reason))
            return _("The ladder began anew.")

        return Question(
            act,
            title=_("Restart the ladder of %(lead)s") % {"lead": lead},
            idle=_without(ladder),
            explanation=_("Its open steps are cancelled, and a new ladder of the same owner begins now."),
            button=_("Begin it anew"),
        )

    @button(gettext_lazy("Compute an offer..."), "calculate", icon="calculate", path="calculator")
    @of_row
    def calculator(self, request: HttpRequest, lead: Any) -> HttpResponse:
        """Show the offer calculator for the lead's house."""
        return calculator_page(request, self, lead)


def lead_url(lead_pk: int) -> str:
    """Return the address of a lead's page."""
    return reverse("admin:followups_lead_change", args=[lead_pk])


def _newest(lead: Lead) -> FollowupLadder | None:
    return FollowupLadder.objects.filter(lead_id=lead.lead_id).order_by("-pk").first()


def _open(lead: Lead) -> FollowupLadder | None:
    return FollowupLadder.objects.open().filter(lead_id=lead.lead_id).first()


def _without(ladder: FollowupLadder | None) -> str:
    """Why nothing can be done with the lead's ladder, if there is none."""
    return "" if ladder else _("There is nothing to do: the lead has no open ladder.")


def _id_of(ladder: FollowupLadder | None) -> int:
    if ladder is None:
        raise LadderNotFound
    return ladder.pk
