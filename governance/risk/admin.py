"""The admin of risk: caps to edit, ledgers, reservations and events to read; release and correct reservations."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from governance.policies_admin import PolicyAdmin, PolicyForm, number_field, one_spelling, whole_number_field
from governance.risk.models import RiskDay, RiskEvent, RiskEventKind, RiskPolicy, RiskReservation
from governance.risk.rules import GLOBAL
from governance.risk.services import correct_loss, release_reservation, upsert_policy
from wholesale.plumbing.admin_base import (
    DaySinceFilter,
    GrowingAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    SinceFilter,
    WordFilter,
    act_with_form,
    act_with_reason,
    cad,
    json_text,
    reason_field,
)
from wholesale.plumbing.users import label_of

NO_CAP = "no cap"
CAPS = ("max_daily_loss", "max_daily_exposure", "max_open_risk", "max_actions_per_day")
EVENT_COLOURS = {
    RiskEventKind.RESERVED: "info",
    RiskEventKind.DENIED: "danger",
    RiskEventKind.SETTLED: "success",
    RiskEventKind.RELEASED: "warning",
    RiskEventKind.CORRECTED: "warning",
}


class RiskPolicyForm(PolicyForm):
    """A risk policy."""

    key = ("engine",)

    class Meta:
        model = RiskPolicy
        fields = ("engine", "enabled", *CAPS)
        help_texts = {"enabled": "Off, the engine may put nothing at stake."}

    max_daily_loss = number_field(
        RiskPolicy,
        "max_daily_loss",
        min_value=0,
        help_text="CAD. Once the day's settled losses reach it, nothing more is reserved until the next day. 0: no cap.",
    )
    max_daily_exposure = number_field(
        RiskPolicy, "max_daily_exposure", min_value=0, help_text="CAD reserved in a day, settled or not. 0: no cap."
    )
    max_open_risk = number_field(
        RiskPolicy, "max_open_risk", min_value=0, help_text="CAD reserved and not settled, whatever the day. 0: no cap."
    )

    max_actions_per_day = whole_number_field(
        RiskPolicy,
        "max_actions_per_day",
        min_value=0,
        max_value=2**31 - 1,
        help_text="Reservations in a day. 0: no cap.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "engine" in self.fields:
            self.fields["engine"].help_text = f"{GLOBAL} is what every reservation must pass beside its own engine's policy."

    def clean_engine(self) -> str:
        """The engine in its one spelling."""
        return one_spelling(self.cleaned_data["engine"])


@admin.register(RiskPolicy)
class RiskPolicyAdmin(PolicyAdmin):
    """How much each engine may put at stake."""

    upsert = upsert_policy
    form = RiskPolicyForm
    key_title = "Engine"
    settings_fieldsets = (("Caps", {"fields": CAPS}),)
    list_display = ("engine", "switched", "loss", "exposure", "open_risk", "actions_a_day", "changed_by", "updated_at")
    list_filter = ("enabled",)
    search_fields = ("engine", "changed_by", "reason")
    search_help_text = "Engine, who changed it, or why"

    @display(description="Loss a day", ordering="max_daily_loss")
    def loss(self, policy: RiskPolicy) -> str:
        """In CAD."""
        return cad(policy.max_daily_loss) if policy.max_daily_loss else NO_CAP

    @display(description="Exposure a day", ordering="max_daily_exposure")
    def exposure(self, policy: RiskPolicy) -> str:
        """In CAD."""
        return cad(policy.max_daily_exposure) if policy.max_daily_exposure else NO_CAP

    @display(description="Open risk", ordering="max_open_risk")
    def open_risk(self, policy: RiskPolicy) -> str:
        """In CAD."""
        return cad(policy.max_open_risk) if policy.max_open_risk else NO_CAP

    @display(description="Actions a day", ordering="max_actions_per_day")
    def actions_a_day(self, policy: RiskPolicy) -> str:
        """How many reservations."""
        return str(policy.max_actions_per_day or NO_CAP)

    def settings_of(self, record: Any) -> dict[str, str]:
        return {
            **super().settings_of(record),
            "Loss a day": self.loss(record),
            "Exposure a day": self.exposure(record),
            "Open risk": self.open_risk(record),
            "Actions a day": self.actions_a_day(record),
        }


class EngineFilter(WordFilter):
    """The engines that have a policy; those without are only ever denied."""

    title = "engine"
    parameter_name = "engine"

    def words(self) -> Iterable[tuple[str, str]]:
        return [(engine, engine) for engine in RiskPolicy.objects.values_list("engine", flat=True)]


@admin.register(RiskDay)
class RiskDayAdmin(ReadOnlyAdmin):
    """What each engine did on each business day."""

    list_display = ("day", "engine", "exposure", "open_risk", "loss", "actions_count")
    list_display_links = ("day", "engine")
    list_filter = (EngineFilter, DaySinceFilter)
    list_select_related = False
    search_fields = ("engine",)
    search_help_text = "Engine"
    fields = ("engine", "day", "exposure", "open_risk", "loss", "actions_count", "reservations")

    @display(description="Exposure", ordering="exposure_used")
    def exposure(self, ledger: RiskDay) -> str:
        """In CAD."""
        return cad(ledger.exposure_used)

    @display(description="Of it, still open", ordering="open_risk_reserved")
    def open_risk(self, ledger: RiskDay) -> str:
        """In CAD."""
        return cad(ledger.open_risk_reserved)

    @display(description="Loss settled that day", ordering="realized_loss")
    def loss(self, ledger: RiskDay) -> str:
        """In CAD."""
        return cad(ledger.realized_loss)

    @display(description="Reservations")
    def reservations(self, ledger: RiskDay) -> str:
        """To those of the day; GLOBAL stands for every engine's."""
        query = {"state": "all", "day": ledger.day.isoformat()} | (
            {} if ledger.engine == GLOBAL else {"engine": ledger.engine}
        )
        url = reverse("admin:governance_riskreservation_changelist", query=query)
        return format_html('<a href="{}" class="text-link">All reservations of this day</a>', url)


class ReservationStateFilter(admin.SimpleListFilter):
    """Open or settled; without a choice the open ones, which a partial index serves."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("settled", "Settled"), ("all", "Open and settled")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        unchosen, *rest = super().choices(changelist)
        yield {**unchosen, "display": "Open"}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(settled_at__isnull=self.value() != "settled")


class AgeFilter(admin.SimpleListFilter):
    """Reservations that were made longer ago."""

    title = "age"
    parameter_name = "hours"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "More than an hour"), ("24", "More than a day"), ("168", "More than a week")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        hours = self.value()
        if hours not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(created_at__lt=timezone.now() - timedelta(hours=int(hours)))


class EventAmounts:
    """Columns of an event."""

    @display(description="Amount", ordering="amount")
    def amount_cad(self, event: RiskEvent) -> str:
        """Asked for, or reserved, in CAD."""
        return cad(event.amount)

    @display(description="Loss", ordering="realized_loss")
    def loss(self, event: RiskEvent) -> str:
        """In CAD."""
        return cad(event.realized_loss) if event.realized_loss else ""


class RiskEventInline(EventAmounts, ReadOnlyInline):
    """What happened to the reservation."""

    model = RiskEvent
    ordering = ("id",)
    fields = ("created_at", "kind", "amount_cad", "loss", "actor", "reason")
    readonly_fields = ("amount_cad", "loss")


class CorrectForm(forms.Form):
    """The loss as it is right, and why."""

    realized_loss = forms.DecimalField(
        label="Loss in CAD", min_value=0, max_digits=14, decimal_places=2, widget=UnfoldAdminDecimalFieldWidget
    )
    reason = reason_field()


@admin.register(RiskReservation)
class RiskReservationAdmin(GrowingAdmin):
    """What is at stake; the open ones first, the oldest of them on top."""

    list_display = ("id", "engine", "amount_cad", "state", "age", "loss", "actor", "reason")
    list_display_links = ("id", "engine")
    list_filter = (ReservationStateFilter, AgeFilter, EngineFilter)
    list_select_related = False
    search_fields = ("correlation_id__exact", "actor__exact", "engine__exact")
    search_help_text = "Correlation id, actor or engine, in full"
    actions = ("release_chosen",)
    actions_detail = ("release", "correct")
    inlines = (RiskEventInline,)
    fieldsets = (
        ("At stake", {"fields": ("engine", "amount_cad", "state", "day", "reason", "about")}),
        ("Settled", {"fields": ("settled_at", "loss", "settled_by", "settled_user", "settle_reason")}),
        ("Who and when", {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-id",) if request.GET.get("state") in ("settled", "all") else ("id",)

    @display(description="Amount", ordering="amount")
    def amount_cad(self, reservation: RiskReservation) -> str:
        """In CAD."""
        return cad(reservation.amount)

    @display(description="State", label={"Open": "warning", "Settled": "success"})
    def state(self, reservation: RiskReservation) -> str:
        """Whether it still counts against the caps."""
        return "Settled" if reservation.settled_at else "Open"

    @display(description="Age")
    def age(self, reservation: RiskReservation) -> str:
        """Since it was made."""
        return timesince(reservation.created_at, depth=1)

    @display(description="Loss")
    def loss(self, reservation: RiskReservation) -> str:
        """In CAD, once it is settled."""
        return "" if reservation.realized_loss is None else cad(reservation.realized_loss)

    @display(description="Metadata")
    def about(self, reservation: RiskReservation) -> str:
        """What the caller said of it."""
        return json_text(reservation.metadata)

    def has_release_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may release what nobody settled."""
        return request.user.has_perm("governance.release_reservation")

    def has_correct_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may correct a booked loss."""
        return request.user.has_perm("governance.correct_loss")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Release what is open, correct what is settled."""
        is_open = RiskReservation.objects.filter(pk=object_id, settled_at__isnull=True).exists()
        actions = super().get_actions_detail(request, object_id)
        return [one for one in actions if (one.method.original_function_name == "release") == is_open]

    @action(description="Release...", permissions=["release"])
    def release_chosen(self, request: HttpRequest, queryset: models.QuerySet[RiskReservation]) -> HttpResponse | None:
        """Release those of the chosen that are open, after a page that asks why."""
        chosen = list(queryset.filter(settled_at__isnull=True))
        if not chosen:
            messages.info(request, "Nothing to do: what you chose is settled.")
            return None
        return self._release(request, chosen, hidden=[("action", "release_chosen")])

    @action(
        description="Release...",
        permissions=["release"],
        icon="lock_open",
        variant=ActionVariant.DANGER,
        url_path="release",
    )
    def release(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Release this one, after a page that asks why."""
        reservation = self.get_object(request, object_id)
        if reservation is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return self._release(request, [reservation], hidden=[])

    @action(description="Correct the loss...", permissions=["correct"], icon="edit", url_path="correct")
    def correct(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Set the booked loss right, after a page that asks the loss and why."""
        reservation = self.get_object(request, object_id)
        if reservation is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)

        def act(realized_loss: Decimal, reason: str) -> str:
            who: dict[str, Any] = {"actor": label_of(request.user), "user": request.user}
            corrected = correct_loss(reservation.pk, realized_loss, **who, reason=reason)
            said = f"The loss is {cad(realized_loss)}."
            self.log_change(request, corrected, said)
            return said

        return act_with_form(
            request,
            self,
            CorrectForm(
                request.POST if request.method == "POST" else None, initial={"realized_loss": reservation.realized_loss}
            ),
            act,
            title=f"Correct the loss of reservation {reservation.pk}",
            explanation=f"Its loss is {self.loss(reservation) or 'not booked yet'}. The ledgers of the day on which it was "
            "booked follow; the first entry stays, and this one stands beside it.",
            button="Correct the loss",
            danger=True,
            then=reverse("admin:governance_riskreservation_change", args=[reservation.pk]),
        )

    def _release(
        self, request: HttpRequest, reservations: list[RiskReservation], *, hidden: list[tuple[str, str]]
    ) -> HttpResponse:
        what = f"reservation {reservations[0].pk}" if len(reservations) == 1 else f"{len(reservations)} reservations"
        who: dict[str, Any] = {"actor": label_of(request.user), "user": request.user}

        @transaction.atomic
        def act(reason: str) -> str:
            for reservation in reservations:
                released = release_reservation(reservation.pk, **who, reason=reason)
                self.log_change(request, released, "Released.")
            return f"Released: {what}."

        return act_with_reason(
            request,
            self,
            act,
            title=f"Release {what}",
            explanation="What is released counts no longer against the open risk, and no loss is booked. "
            "If money was lost, settle it with its loss instead.",
            table={
                "headers": ["Reservation", "Engine", "Amount", "State", "Age", "Reserved by"],
                "rows": [[str(r.pk), r.engine, cad(r.amount), self.state(r), self.age(r), r.actor] for r in reservations],
            },
            hidden=[*hidden, *(("_selected_action", str(r.pk)) for r in reservations)],
            button="Release",
            danger=True,
            then=reverse("admin:governance_riskreservation_changelist"),
        )


@admin.register(RiskEvent)
class RiskEventAdmin(EventAmounts, GrowingAdmin):
    """What happened to the engines' risk, the latest first."""

    list_display = ("id", "created_at", "what", "engine", "amount_cad", "loss", "actor", "message")
    list_display_links = ("id", "created_at")
    list_filter = (SinceFilter, "kind", EngineFilter)
    list_select_related = False
    search_fields = ("engine__exact", "actor__exact", "correlation_id__exact")
    search_help_text = "Engine, actor or correlation id, in full"
    fieldsets = (
        ("Event", {"fields": ("what", "engine", "day", "amount_cad", "loss", "message", "reservation")}),
        ("Who, when and why", {"fields": ("actor", "user", "reason", "correlation_id", "created_at")}),
    )

    @display(description="Event", ordering="kind", label={kind.label: colour for kind, colour in EVENT_COLOURS.items()})
    def what(self, event: RiskEvent) -> str:
        """What happened."""
        return event.get_kind_display()
