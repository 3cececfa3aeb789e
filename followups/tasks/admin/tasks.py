"""The admin of tasks: lists by state, and what a person does with one task."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from followups.sla.breaches import at_risk
from followups.tasks.admin import acts, queue
from followups.tasks.admin.attempts import AttemptInline
from followups.tasks.admin.cards import Card, cards
from followups.tasks.admin.events import EventInline
from followups.tasks.admin.forms import CompleteForm, SnoozeForm, SnoozeManyForm
from followups.tasks.admin.inbox.page import inbox_page
from followups.tasks.admin.numbers import numbers_page
from followups.tasks.contacts import contact_for
from followups.tasks.models import FollowupTask
from followups.tasks.page_parts import OVERDUE_AFTER, TASK_STATES, WithLead, clock, ladder_url, reason_words, task_state
from followups.tasks.services import snooze_task
from governance import gate
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin, linking
from wholesale.plumbing.admin_bulk import Bulk, bulk, one_by_one
from wholesale.plumbing.admin_parts import SinceFilter, StateFilter, allowed, button, column, link
from wholesale.plumbing.admin_questions import Question, ReasonForm, asking
from wholesale.plumbing.codes import place_text

_TASKS = FollowupTask.objects.all()


class TaskStateFilter(StateFilter):
    """Filters tasks by their state, by default open. A partial index serves each choice but "all"."""

    states = {
        "": (_("Open"), _TASKS.open()),
        "permitted": (_("Due, permitted now"), _TASKS.permitted),
        "blocked": (_("Due, not permitted now"), _TASKS.blocked),
        "due": (_("Due now"), _TASKS.due),
        "claimed": (_("Claimed"), _TASKS.claimed),
        "at_risk": (_("Late, at risk of a breach"), at_risk),
        "breached": (_("SLA breached, still open"), _TASKS.breached()),
        "overdue": (_("Overdue by more than 2 hours"), lambda now: _TASKS.due(now - OVERDUE_AFTER)),
        "completed": (_("Completed"), _TASKS.completed()),
        "cancelled": (_("Cancelled"), Q(cancelled_at__isnull=False, completed_at__isnull=True)),
        "all": (_("All"), Q()),
    }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the tasks to the chosen state. Who asks only when tasks were completed does not mean open ones."""
        if not self.value() and request.GET.get(CompletedSinceFilter.parameter_name):
            return queryset
        return super().queryset(request, queryset)


class CompletedSinceFilter(SinceFilter):
    """Filters tasks by the time of their completion."""

    title = _("completed")
    field = "completed_at"


NEWEST_FIRST = ("completed", "cancelled", "all")


def is_open(task: FollowupTask) -> bool:
    """Whether the task is neither completed nor cancelled."""
    return task.completed_at is None and task.cancelled_at is None


@admin.register(FollowupTask)
class FollowupTaskAdmin(WithLead, GrowingAdmin):
    """The pages of tasks, and of the work queue. Open tasks are listed in the order in which they fall due."""

    list_display = ("id", "due_at", "state", "step", "channel", "who", "owner", "claimed_by", "place", "completed_at")
    list_display_links = ("id", "due_at")
    list_filter = (TaskStateFilter, CompletedSinceFilter, "channel", "province")
    list_select_related = False
    search_fields = ("lead_id__exact", "owner__exact", "correlation_id__exact")
    search_help_text = _("Lead id, owner or correlation id, in full")
    inlines = (EventInline, AttemptInline)
    actions: tuple[Any, ...] = ("snooze_chosen",)
    actions_detail = ("complete", "snooze", "skip")

    cancelled_why = column(_("Reason"), lambda task: reason_words(task.cancel_reason))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fields of the page. An open task shows when it may be done and who claimed it; a closed one, its end."""
        now = ((gettext("Now"), {"fields": ("permitted", ("actionable", "lease"))}),) if is_open(obj) else ()
        completed = (("completed_at", "outcome"), ("completed_by", "completed_user"), "note")
        fieldsets = (
            (gettext("Task"), {"fields": (("ladder_link", "step"), ("channel", "due_at"), ("state", "owner"))}),
            *now,
            (gettext("Lead"), {"fields": ("who", ("province", "market"))}),
            *(((gettext("Completed"), {"fields": completed}),) if obj.completed_at else ()),
            *(((gettext("Cancelled"), {"fields": (("cancelled_at", "cancelled_why"),)}),) if obj.cancelled_at else ()),
            (gettext("Origin"), {"fields": ("created_at", "correlation_id")}),
        )
        return linking(request, fieldsets)

    def get_urls(self) -> list[Any]:
        pages = (("queue", self.work_queue), ("inbox", self.inbox), ("numbers", self.numbers))
        own = [path(f"{at}/", self.admin_site.admin_view(page), name=f"followups_followuptask_{at}") for at, page in pages]
        return [*own, *super().get_urls()]

    def work_queue(self, request: HttpRequest) -> HttpResponse:
        """Show the user's work queue."""
        return queue.work_queue(request, self)

    work_queue.hears_any_text = True  # type: ignore[attr-defined]  # an opt-out may hold any character; its form cleans it

    def inbox(self, request: HttpRequest) -> HttpResponse:
        """Show the user's inbox."""
        return inbox_page(request, self)

    def numbers(self, request: HttpRequest) -> HttpResponse:
        """Show the user's own numbers."""
        return numbers_page(request, self)

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-id",) if request.GET.get("state") in NEWEST_FIRST else ("due_at", "id")

    state = column(_("State"), task_state, label=TASK_STATES)
    place = column(_("Place"), place_text, ordering="province")

    @display(description=_("Claimed by"), empty_value="")
    def claimed_by(self, task: FollowupTask) -> str | None:
        """Who has a live claim of the task."""
        return task.leased_by if is_open(task) and task.leased_until and task.leased_until > timezone.now() else None

    ladder_link = link(
        _("Ladder"),
        lambda task: ladder_url(task.ladder_id),
        lambda task: gettext("Ladder %(ladder_id)s") % {"ladder_id": task.ladder_id},
    )

    @display(description=_("Permitted"))
    def permitted(self, task: FollowupTask) -> str:
        """The task's interval (with now, or the next one) on the lead's clock, and the gate's answer now."""
        (answer,) = gate.decide_contacts([contact_for(task)], at=timezone.now())
        zone = answer.verdict.zone
        if task.open_from is None or task.open_until is None:
            interval = gettext("none is known")
        else:
            interval = gettext("%(begin)s to %(end)s, %(zone)s time") % {
                "begin": clock(task.open_from, zone),
                "end": clock(task.open_until, zone),
                "zone": zone or timezone.get_current_timezone_name(),
            }
        now = " ".join(answer.why)
        return gettext("%(interval)s. Now: %(answer)s") % {"interval": interval, "answer": now or gettext("yes.")}

    # From then on the SLA counts lateness.
    actionable = column(
        _("First permitted minute after due"),
        lambda task: clock(task.actionable_at, None) if task.actionable_at else gettext("none is known"),
    )

    @display(description=_("Claim"))
    def lease(self, task: FollowupTask) -> str:
        """Who has a live claim of the task, and until when."""
        holder = self.claimed_by(task)
        return (
            gettext("%(holder)s, until %(time)s") % {"holder": holder, "time": clock(task.leased_until, None)}
            if holder and task.leased_until
            else gettext("nobody holds it")
        )

    # What a person does with one task -----------------------------------------------------------------------------------

    has_complete_permission = allowed("followups.complete_task")
    has_put_off_permission = allowed("followups.put_off_task")
    has_steer_permission = allowed("followups.steer_ladder")

    @bulk(_("Snooze..."), "put_off")
    def snooze_chosen(self, request: HttpRequest) -> Bulk:
        """Snooze the chosen tasks."""

        def act(task: FollowupTask, hours: int, reason: str) -> None:
            by = Act.by(request.user, reason=reason)
            snooze_task(task.pk, by.now + timedelta(hours=hours), act=by)

        return Bulk(
            title=gettext("Snooze %(count)s tasks"),
            explanation=gettext("Each of these steps falls due later; the other steps of its ladder stay as they are."),
            button=gettext("Put them off"),
            form=SnoozeManyForm,
            act=one_by_one(act),
            done=_("Put off."),
        )

    # Also of a cancelled task: its contact may have happened.
    @button(_("Complete..."), "complete", icon="task_alt", when=lambda task: task.completed_at is None)
    @asking
    def complete(self, request: HttpRequest, task: Any) -> Question:
        """Show the form to complete the task, or complete it. If somebody else has claimed it, `force` must be ticked."""

        def form_for(card: Card, data: Any) -> forms.Form:
            form = CompleteForm(data)
            if not card.is_held or card.task.leased_by == request.user.get_username():
                del form.fields["force"]
            return form

        return self._asked(
            request,
            task,
            form_for,
            acts.complete,
            logged=gettext_noop("Completed."),
            title=gettext("Complete"),
            explanation=gettext(
                "It is recorded as done now, with what the rules say of this moment. The outcome decides what "
                "becomes of the ladder."
            ),
            button=gettext("Record it"),
        )

    @button(_("Snooze..."), "put_off", icon="snooze", when=is_open)
    @asking
    def snooze(self, request: HttpRequest, task: Any) -> Question:
        """Show the form to snooze the task. If the form was sent, snooze the task."""
        return self._asked(
            request,
            task,
            lambda card, data: SnoozeForm(data, zone=card.zone),
            acts.snooze,
            logged=gettext_noop("Snoozed."),
            title=gettext("Snooze step %(step)s of %(name)s"),
            explanation=gettext("This step alone falls due later; the others stay as they are."),
            button=gettext("Put it off"),
        )

    @button(_("Skip..."), "put_off", icon="skip_next", when=is_open)
    @asking
    def skip(self, request: HttpRequest, task: Any) -> Question:
        """Show the form to skip the task. If the form was sent, skip the task."""
        return self._asked(
            request,
            task,
            lambda card, data: ReasonForm(data),
            acts.skip,
            logged=gettext_noop("Skipped."),
            title=gettext("Skip step %(step)s of %(name)s"),
            explanation=gettext("This step is left out. The ladder goes on with the next one, or closes if there is none."),
            button=gettext("Skip it"),
        )

    def _asked(
        self,
        request: HttpRequest,
        task: FollowupTask,
        form_for: Callable[[Card, Any], forms.Form],
        act: Callable[..., str],
        *,
        logged: str,
        title: str,
        **page: Any,
    ) -> Question:
        (card,) = cards([task], timezone.now())

        def acted(**values: Any) -> str:
            done = act(card, request.user, **values)
            self.log_change(request, task, logged)
            return done

        return Question(
            acted,
            form=partial(form_for, card),
            title=title % {"step": task.step, "name": card.name},
            **page,
        )
