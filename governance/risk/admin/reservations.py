"""The admin pages of reservations, where they are released and corrected."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from governance.risk.admin.days import EngineFilter
from governance.risk.admin.events import RiskEventInline
from governance.risk.models import RiskReservation
from governance.risk.reservations import correct_loss, release_reservation
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin
from wholesale.plumbing.admin_parts import DANGER, StateFilter, allowed, button, column, either
from wholesale.plumbing.admin_questions import Question, act_with_reason, asking, of_row, reason_field
from wholesale.plumbing.showing import shown_money
from wholesale.plumbing.spoken import code_words, told


class ReservationStateFilter(StateFilter):
    """A filter for open or settled reservations. If nothing is chosen, it shows open ones: an index makes them fast."""

    states = {
        "": (_("Open"), Q(settled_at__isnull=True)),
        "settled": (_("Settled"), Q(settled_at__isnull=False)),
        "all": (_("Open and settled"), Q()),
    }


def _older_than(hours: int) -> Callable[[datetime], Q]:
    return lambda now: Q(created_at__lt=now - timedelta(hours=hours))


class AgeFilter(StateFilter):
    """Filter for reservations that are older than a chosen number of hours."""

    title = _("age")
    parameter_name = "hours"
    states = {
        "1": (_("More than an hour"), _older_than(1)),
        "24": (_("More than a day"), _older_than(24)),
        "168": (_("More than a week"), _older_than(168)),
    }


class CorrectForm(forms.Form):
    """The form to correct a booked loss: the right loss, and the reason."""

    realized_loss = forms.DecimalField(
        label=_("Loss in CAD"), min_value=0, max_digits=14, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )
    reason = reason_field()


@admin.register(RiskReservation)
class RiskReservationAdmin(GrowingAdmin):
    """The admin pages of reservations. The list of open ones shows the oldest first, any other list the newest first."""

    list_display = ("id", "engine", "amount_cad", "state", "age", "loss", "actor", "reason")
    list_display_links = ("id", "engine")
    list_filter = (ReservationStateFilter, AgeFilter, EngineFilter)
    list_select_related = False
    search_fields = ("correlation_id__exact", "actor__exact", "engine__exact")
    search_help_text = _("Correlation id, actor or engine, in full")
    actions = ("release_chosen",)
    actions_detail = ("release", "correct")
    inlines = (RiskEventInline,)
    fieldsets = (
        (_("At stake"), {"fields": ("engine", "amount_cad", "state", "day", "reason", "about")}),
        (_("Settled"), {"fields": ("settled_at", "loss", "settled_by", "settled_user", "settle_reason")}),
        (_("Who and when"), {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-id",) if request.GET.get("state") in ("settled", "all") else ("id",)

    amount_cad = column(_("Amount"), lambda reservation: shown_money(reservation.amount), ordering="amount")
    state = either(_("State"), lambda reservation: reservation.settled_at, (_("Settled"), "success"), (_("Open"), "warning"))
    age = column(_("Age"), lambda reservation: timesince(reservation.created_at, depth=1))
    loss = column(
        _("Loss"), lambda reservation: "" if reservation.realized_loss is None else shown_money(reservation.realized_loss)
    )
    about = column(_("What it is for"), lambda reservation: told(reservation.metadata))

    has_release_permission = allowed("governance.release_reservation")
    has_correct_permission = allowed("governance.correct_loss")

    @action(description=_("Release..."), permissions=["release"])
    def release_chosen(self, request: HttpRequest, queryset: models.QuerySet[RiskReservation]) -> HttpResponse | None:
        """Show a page that asks for the reason, then release those of the chosen reservations that are open."""
        chosen = list(queryset.filter(settled_at__isnull=True))
        if not chosen:
            messages.info(request, gettext("Nothing to do: what you chose is settled."))
            return None
        return self._release(request, chosen, hidden=[("action", "release_chosen")])

    @button(_("Release..."), "release", icon="lock_open", variant=DANGER, when=lambda row: row.settled_at is None)
    @of_row
    def release(self, request: HttpRequest, reservation: Any) -> HttpResponse:
        """Show a page that asks for the reason, then release this reservation."""
        idle = "" if reservation.settled_at is None else gettext("There is nothing to do: it is settled.")
        return self._release(request, [reservation], hidden=[], idle=idle)

    @button(_("Correct the loss..."), "correct", icon="edit", when=lambda row: row.settled_at is not None)
    @asking
    def correct(self, request: HttpRequest, reservation: Any) -> Question:
        """Show a page that asks for the right loss and the reason, then correct the booked loss."""

        def act(realized_loss: Decimal, reason: str) -> str:
            corrected = correct_loss(reservation.pk, realized_loss, act=Act.by(request.user, reason=reason))
            said = format_lazy(_("The loss is {amount}."), amount=lazy(shown_money, str)(realized_loss))
            self.log_change(request, corrected, said)
            return str(said)

        return Question(
            act,
            form=partial(CorrectForm, initial={"realized_loss": reservation.realized_loss}),
            title=gettext("Correct the loss of reservation %(reservation)s") % {"reservation": reservation.pk},
            explanation=gettext(
                "The loss on record is %(loss)s. The new one counts in its place on the day of the old one. Both entries "
                "stay on record."
            )
            % {"loss": self.loss(reservation)}
            if reservation.settled_at
            else gettext("The reservation is open: no loss is on record yet, so there is nothing to correct."),
            button=gettext("Correct the loss"),
            danger=True,
        )

    def _release(
        self, request: HttpRequest, reservations: list[RiskReservation], *, hidden: list[tuple[str, str]], idle: str = ""
    ) -> HttpResponse:
        about = {"number": reservations[0].pk, "count": len(reservations)}
        is_one = len(reservations) == 1
        title = gettext("Release reservation %(number)s") if is_one else gettext("Release %(count)s reservations")
        done = gettext("Released: reservation %(number)s.") if is_one else gettext("Released: %(count)s reservations.")

        @transaction.atomic
        def act(reason: str) -> str:
            for reservation in reservations:
                released = release_reservation(reservation.pk, act=Act.by(request.user, reason=reason))
                self.log_change(request, released, "Released.")
            return done % about

        return act_with_reason(
            request,
            self,
            act,
            idle=idle,
            title=title % about,
            explanation=gettext(
                "What is released counts no longer against the open risk, and no loss is booked. "
                "If money was lost, settle it with its loss instead."
            ),
            table={
                "headers": [
                    gettext("Reservation"),
                    gettext("Engine"),
                    gettext("Amount"),
                    gettext("State"),
                    gettext("Age"),
                    gettext("Reserved by"),
                ],
                "rows": [
                    [str(r.pk), code_words(r.engine, "engine"), shown_money(r.amount), self.state(r), self.age(r), r.actor]
                    for r in reservations
                ],
            },
            hidden=[*hidden, *(("_selected_action", str(r.pk)) for r in reservations)],
            button=gettext("Release"),
            danger=True,
            then=reverse("admin:governance_riskreservation_changelist"),
        )
