"""The book of buyers: the buyers, and the boxes that say what each of them buys."""

from typing import Any

from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.clocks.zones import ZONE_CHOICES
from governance.people import Language
from wholesale.plumbing.importing.models import ImportBatch
from wholesale.plumbing.setting_fields import money_field
from wholesale.plumbing.signed import user_key
from wholesale.plumbing.vocabulary import ALL, LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WORD_MAX_LENGTH, Province


class Buyer(models.Model):
    """A buyer: somebody who may buy a deal. Feedback names its buyer by `buyer_id`, also where no row has that id."""

    class Status(models.TextChoices):
        """Whether deals are offered to the buyer. PAUSED: only where somebody asks for it. BLOCKED: never."""

        ACTIVE = "ACTIVE", _("Active")
        PAUSED = "PAUSED", _("Paused")
        BLOCKED = "BLOCKED", _("Blocked")

    buyer_id = models.CharField(max_length=LABEL_MAX_LENGTH, unique=True)
    name = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    company = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    phone = models.CharField(max_length=16, blank=True, help_text=_("E.164, such as +14165550123"))
    second_phone = models.CharField(max_length=16, blank=True, help_text=_("E.164"))
    email = models.EmailField(_("e-mail"), blank=True)
    second_email = models.EmailField(_("second e-mail"), blank=True)
    province = models.CharField(max_length=2, choices=Province, help_text=_("where the buyer lives"))
    market = models.CharField(max_length=WORD_MAX_LENGTH, default=ALL)
    zone = models.CharField(
        "time zone", max_length=40, choices=ZONE_CHOICES, blank=True, help_text=_("only where it is known for certain")
    )
    language = models.CharField(max_length=2, choices=Language, default=Language.EN)
    status = models.CharField(max_length=7, choices=Status, default=Status.ACTIVE)
    funds_amount = money_field(null=True, blank=True, help_text=_("CAD, as the proof of funds says"))
    funds_proved_on = models.DateField(null=True, blank=True, help_text=_("the date of the proof of funds"))
    funds_expire_on = models.DateField(null=True, blank=True, help_text=_("the last day of the proof of funds"))
    source = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    notes = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    changed_by = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = user_key()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("import_buyer", "Can import buyers"),
            ("export_buyer", "Can export buyers"),
            ("erase_buyer", "Can erase a buyer"),
            ("export_buyer_file", "Can export what is on file about a buyer"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(buyer_id=""), name="buyer_id_not_blank"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="buyer_province"),
            models.CheckConstraint(condition=Q(status__in=["ACTIVE", "PAUSED", "BLOCKED"]), name="buyer_status"),
            models.CheckConstraint(
                condition=Q(funds_amount__isnull=True, funds_proved_on__isnull=True, funds_expire_on__isnull=True)
                | Q(funds_amount__gt=0, funds_proved_on__isnull=False, funds_expire_on__isnull=False),
                name="buyer_funds_whole",
                violation_error_message="A proof of funds needs its amount, its date and its expiry.",
            ),
            models.CheckConstraint(
                condition=Q(funds_amount__isnull=True) | Q(funds_expire_on__gte=F("funds_proved_on")),
                name="buyer_funds_in_order",
                violation_error_message="A proof of funds cannot expire before its date.",
            ),
        ]
        indexes = [
            # Whose number an inbound message has, the admin's search, and whether a number is shared.
            models.Index(fields=["phone"], condition=~Q(phone=""), name="buyer_phone"),
            models.Index(fields=["second_phone"], condition=~Q(second_phone=""), name="buyer_second_phone"),
            models.Index(fields=["email"], condition=~Q(email=""), name="buyer_email"),
            models.Index(fields=["second_email"], condition=~Q(second_email=""), name="buyer_second_email"),
            models.Index(fields=["province", "market", "-id"], name="buyer_place"),  # book?province=&market=
        ]
        verbose_name_plural = _("buyers")

    def __str__(self) -> str:
        return self.name or self.company or self.buyer_id


class BuyBox(models.Model):
    """What a buyer buys. An absent bound bounds nothing. The buyer buys at any of the box's places."""

    class Exit(models.TextChoices):
        """What the buyer does with the house."""

        FLIP = "FLIP", _("Flip")
        RENTAL = "RENTAL", _("Rental")
        LAND = "LAND", _("Land")

    class Financing(models.TextChoices):
        """How the buyer pays."""

        CASH = "CASH", _("Cash")
        FINANCED = "FINANCED", _("Financed")

    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE, related_name="boxes", db_index=False)
    name = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True, help_text=_("the box of a file's row has no name"))
    property_types = models.JSONField(default=list, blank=True, help_text=_("words such as SFR; none: any type"))
    min_price = money_field(null=True, blank=True, help_text=_("CAD"))
    max_price = money_field(null=True, blank=True, help_text=_("CAD"))
    max_arv_share = models.DecimalField(
        max_digits=5, decimal_places=4, null=True, blank=True, help_text=_("of price and repairs, as a fraction of the ARV")
    )
    max_repairs = money_field(null=True, blank=True, help_text=_("CAD"))
    min_beds = models.PositiveSmallIntegerField(null=True, blank=True)
    max_beds = models.PositiveSmallIntegerField(null=True, blank=True)
    min_baths = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    max_baths = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    min_area = models.PositiveIntegerField(null=True, blank=True, help_text=_("living area, square feet"))
    max_area = models.PositiveIntegerField(null=True, blank=True, help_text=_("living area, square feet"))
    min_lot = models.PositiveIntegerField(null=True, blank=True, help_text=_("square feet"))
    max_lot = models.PositiveIntegerField(null=True, blank=True, help_text=_("square feet"))
    min_year_built = models.PositiveSmallIntegerField(null=True, blank=True)
    max_year_built = models.PositiveSmallIntegerField(null=True, blank=True)
    exit = models.CharField(max_length=6, choices=Exit, blank=True)
    financing = models.CharField(max_length=8, choices=Financing, blank=True)

    class Meta:
        default_permissions = ()
        permissions = [("match_buyers", "Can rank the buyers for a deal")]
        ordering = ["id"]
        constraints = [
            # Also the index of a buyer's boxes.
            models.UniqueConstraint(fields=["buyer", "name"], name="buybox_name"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"max_{what}__isnull": True})
                    | Q(**{f"min_{what}__isnull": True})
                    | Q(**{f"max_{what}__gte": F(f"min_{what}")}),
                    name=f"buybox_{what}",
                    violation_error_message=f"max_{what} must not be below min_{what}.",
                )
                for what in ("price", "beds", "baths", "area", "lot", "year_built")
            ),
            models.CheckConstraint(
                condition=Q(max_arv_share__isnull=True) | Q(max_arv_share__gt=0, max_arv_share__lte=1),
                name="buybox_arv_share",
            ),
            models.CheckConstraint(condition=Q(exit__in=["", "FLIP", "RENTAL", "LAND"]), name="buybox_exit"),
            models.CheckConstraint(condition=Q(financing__in=["", "CASH", "FINANCED"]), name="buybox_financing"),
        ]
        verbose_name = _("buy box")
        verbose_name_plural = _("buy boxes")

    def __str__(self) -> str:
        return self.name or gettext("Buy box")


class BuyBoxPlace(models.Model):
    """A place where a box's buyer buys: a market, or with the market ALL a whole province."""

    box = models.ForeignKey(BuyBox, on_delete=models.CASCADE, related_name="places", db_index=False)
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH, default=ALL)

    class Meta:
        default_permissions = ()
        ordering = ["province", "market"]
        constraints = [
            models.UniqueConstraint(fields=["box", "province", "market"], name="buyboxplace_once"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="buyboxplace_province"),
        ]
        indexes = [models.Index(fields=["province", "market", "box"], name="buyboxplace_place")]  # who buys at a place
        verbose_name = _("place of a buy box")
        verbose_name_plural = _("places of buy boxes")

    def __str__(self) -> str:
        return f"{self.province} {self.market}"


class BuyerImport(ImportBatch):
    """An import of buyers from a file: the stored file, its state, and the results."""

    class Meta(ImportBatch.Meta):
        verbose_name = _("import of buyers")
        verbose_name_plural = _("imports of buyers")


def buyer_key(related_name: str) -> "models.ForeignKey[Any, Any]":
    """Return a foreign key to `Buyer.buyer_id` without a database constraint: a row may name a buyer who is not in the book.

    `row.buyer` raises DoesNotExist if there is no such buyer; if the row was read with `select_related`, it is None.
    """
    return models.ForeignKey(
        Buyer,
        to_field="buyer_id",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name=related_name,
    )


def with_names(rows: "models.QuerySet[Any]") -> "models.QuerySet[Any]":
    """Return rows with a `buyer_id` that is no foreign key, with what the buyer is called (`referred`)."""
    called = Case(When(~models.Q(name=""), then="name"), When(~models.Q(company=""), then="company"), default="buyer_id")
    buyer = Buyer.objects.filter(buyer_id=models.OuterRef("buyer_id")).annotate(called=called)
    return rows.annotate(buyer_called=models.Subquery(buyer.values("called")))
