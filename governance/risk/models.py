"""The tables of the risk room: policies, risk days, reservations and events."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.policies import Policy
from governance.risk.rules import GLOBAL
from wholesale.plumbing import locks
from wholesale.plumbing.act import Act
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.codes import titled
from wholesale.plumbing.setting_fields import Money, Switch, Whole, Word, money_field
from wholesale.plumbing.showing import shown_day, shown_money
from wholesale.plumbing.signed import SignedModel, user_key
from wholesale.plumbing.spoken import code_words
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WORD_MAX_LENGTH

NO_CAP = _("no cap")
# PostgreSQL's advisory lock of the risk room, held by whatever changes a reservation, a risk day or a cap. Every reservation
# counts in GLOBAL's risk day, so no two could be judged at the same time anyway.
LOCK_KEY = 7_301_009


def sum_field(**kwargs: Any) -> "models.DecimalField[Any, Any]":
    """A model field for a sum in CAD. It has room for a million of the largest amounts, as an engine may have no cap."""
    return money_field(max_digits=20, default=Decimal(0), **kwargs)


class RiskPolicy(Policy):
    """The caps of an engine's risk; 0 is no cap. If the policy is missing or off, the engine can reserve nothing."""

    engine = Word(
        unique=True,
        page_help=format_lazy(
            _("{global_name} is what every reservation must pass beside its own engine's policy."), global_name=GLOBAL
        ),
    )
    max_daily_loss = Money(
        default=Decimal(0),
        short=_("Loss a day"),
        zero=NO_CAP,
        help_text=_("CAD a day; a loss that reaches it stops the engine until the next day; 0: no cap"),
        page_help=_("CAD. Once the day's settled losses reach it, nothing more is reserved until the next day. 0: no cap."),
    )
    max_daily_exposure = Money(
        default=Decimal(0),
        short=_("Exposure a day"),
        zero=NO_CAP,
        help_text=_("CAD reserved a day; 0: no cap"),
        page_help=_("CAD reserved in a day, settled or not. 0: no cap."),
    )
    max_open_risk = Money(
        default=Decimal(0),
        short=_("Open risk"),
        zero=NO_CAP,
        help_text=_("CAD reserved and not settled, whatever the day; 0: no cap"),
        page_help=_("CAD reserved and not settled, whatever the day. 0: no cap."),
    )
    max_actions_per_day = Whole(
        default=0,
        short=_("Actions a day"),
        zero=NO_CAP,
        help_text=_("reservations a day; 0: no cap"),
        page_help=_("Reservations in a day. 0: no cap."),
    )
    enabled = Switch(default=False, page_help=_("Off, the engine may put nothing at stake."))

    key = ("engine",)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(max_daily_loss__gte=0, max_daily_exposure__gte=0, max_open_risk__gte=0), name="riskpolicy_caps"
            )
        ]
        ordering = ["engine"]
        default_permissions = ("change", "view")
        permissions = [("reserve_risk", "Can reserve risk"), ("settle_risk", "Can settle a reservation")]
        verbose_name = _("risk policy")
        verbose_name_plural = _("risk policies")

    def __str__(self) -> str:
        return self.engine

    def prepared(self, changes: Mapping[str, Any], act: Act) -> Mapping[str, Any]:
        """Return the changes. No reservation that was judged by the old caps is written after them."""
        locks.hold(LOCK_KEY)
        return changes


class RiskDay(models.Model):
    """What an engine used and lost on a business day. `open_risk_reserved` is the open part of that day's reservations."""

    engine = models.CharField(max_length=WORD_MAX_LENGTH)
    day = models.DateField()
    exposure_used = sum_field(help_text=_("CAD reserved on this day"))
    open_risk_reserved = sum_field(help_text=_("the part of it that is not settled yet, CAD"))
    realized_loss = sum_field(help_text=_("CAD of loss settled on this day"))
    actions_count = models.PositiveIntegerField(default=0, help_text=_("reservations of this day"))
    # Generated, so that the index on it is touched only when the first risk of the day is opened or the last one is closed.
    is_open = models.GeneratedField(
        expression=Q(open_risk_reserved__gt=0),  # type: ignore[arg-type]  # Django takes a condition too
        output_field=models.BooleanField(),
        db_persist=True,
        editable=False,
    )

    class Meta:
        constraints = [
            # Also the index for reading and listing a day.
            models.UniqueConstraint(fields=["engine", "day"], name="riskday_engine_day"),
            models.CheckConstraint(
                condition=Q(exposure_used__gte=0, open_risk_reserved__gte=0, realized_loss__gte=0), name="riskday_amounts"
            ),
        ]
        # For an engine's open risk over all days: few days have any.
        indexes = [models.Index(fields=["engine"], condition=Q(is_open=True), name="riskday_is_open")]
        ordering = ["-day", "engine"]
        default_permissions = ("view",)
        verbose_name = _("ledger of risk")
        verbose_name_plural = _("ledgers of risk")

    def __str__(self) -> str:
        return f"{code_words(self.engine, 'engine')}, {shown_day(self.day)}"


class RiskReservation(SignedModel):
    """An amount that an engine has at stake until it is settled or released."""

    engine = models.CharField(max_length=WORD_MAX_LENGTH)
    day = models.DateField(help_text=_("the business day on which it was made"))
    amount = money_field(default=Decimal(0), help_text=_("CAD"))
    reason = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    metadata = models.JSONField(default=dict)
    settled_at = models.DateTimeField(null=True)
    realized_loss = models.DecimalField(max_digits=14, decimal_places=2, null=True, help_text=_("CAD"))
    settled_by = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    settled_user = user_key(editable=False)
    settle_reason = models.CharField(_("reason"), max_length=NOTE_MAX_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="riskreservation_amount"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, realized_loss__isnull=True)
                | Q(settled_at__isnull=False, realized_loss__gte=0),
                name="riskreservation_settled_with_loss",
            ),
        ]
        # For the open ones: settling by engine and amount, and the operator's list.
        indexes = [
            models.Index(
                fields=["engine", "amount", "id"], condition=Q(settled_at__isnull=True), name="riskreservation_open"
            )
        ]
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("release_reservation", "Can release a reservation that was never settled"),
            ("settle_above_reservation", "Can settle a loss above its reservation"),
            ("correct_loss", "Can correct a booked loss"),
        ]
        verbose_name = _("reservation of risk")
        verbose_name_plural = _("reservations of risk")

    def __str__(self) -> str:
        return titled(
            code_words(self.engine, "engine"), gettext("%(amount)s at stake") % {"amount": shown_money(self.amount)}
        )


class RiskEventKind(models.TextChoices):
    """The kinds of risk events."""

    RESERVED = "RESERVED", _("Reserved")
    CHANGED = "CHANGED", _("Amount changed")
    DENIED = "DENIED", _("Denied")
    SETTLED = "SETTLED", _("Settled")
    RELEASED = "RELEASED", _("Released by an operator")
    CORRECTED = "CORRECTED", _("Loss corrected by an operator")


class RiskEvent(SignedModel, AppendOnlyModel):
    """An event of an engine's risk. Never changed or deleted. The losses of a day's events add up to the risk day's loss."""

    kind = models.CharField(max_length=9, choices=RiskEventKind)
    engine = models.CharField(max_length=WORD_MAX_LENGTH)
    day = models.DateField(help_text=_("the business day of the event; for a correction, the day of the loss"))
    amount = money_field(default=Decimal(0), help_text=_("CAD asked for, or reserved"))
    realized_loss = money_field(default=Decimal(0), help_text=_("CAD; for a correction, the difference"))
    reservation = models.ForeignKey(RiskReservation, null=True, on_delete=models.PROTECT, related_name="events")
    message = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    reason = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)

    class Meta(AppendOnlyModel.Meta):
        constraints = [models.CheckConstraint(condition=Q(kind__in=RiskEventKind.values), name="riskevent_kind")]
        indexes = [
            models.Index(fields=["engine", "-id"], name="riskevent_engine"),  # the admin's list by engine
            models.Index(fields=["correlation_id", "created_at", "id"], name="riskevent_trace"),  # kpi.trace
        ]
        ordering = ["-id"]
        verbose_name = _("risk event")
        verbose_name_plural = _("risk events")

    def __str__(self) -> str:
        about = f"{self.get_kind_display()}, {shown_money(self.amount)}" if self.amount else self.get_kind_display()
        return titled(code_words(self.engine, "engine"), about)
