"""Vendors and their agents."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.policies import Governed
from wholesale.plumbing.days import WITHIN_RANGE
from wholesale.plumbing.mark import Governing
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


class Vendor(Governing, Governed):
    """A company whose agents contact people for us. We answer for what it does (CRTC 2020-319 and 2020-320). Telemarketers
    have to be registered with the operator of the National DNCL (CRTC, key telemarketing rules; checked 2026-11-29)."""

    name = models.CharField(max_length=LABEL_MAX_LENGTH)
    registration_number = models.CharField(
        max_length=LABEL_MAX_LENGTH, help_text=_("its own, with the operator of the National DNCL")
    )
    registration_expires_on = models.DateField(
        validators=WITHIN_RANGE,
        help_text=_("the registration's last day, which counts until it ends in UTC"),
    )
    contract_ends_on = models.DateField(
        null=True,
        blank=True,
        validators=WITHIN_RANGE,
        help_text=_("the last day of our contract with it; empty: no end is agreed"),
    )

    class Meta:
        ordering = ["name"]
        default_permissions = ("view", "add", "change")
        constraints = [models.UniqueConstraint(fields=["name"], name="vendor_once")]
        verbose_name = _("vendor")
        verbose_name_plural = _("vendors")

    def __str__(self) -> str:
        return self.name


class VendorAgent(Governing, Governed):
    """An agent of a vendor. An agent without a row here works for us."""

    agent = models.CharField(max_length=LABEL_MAX_LENGTH, help_text=_("the user name, as tasks name their owner"))
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="agents")

    class Meta:
        ordering = ["agent"]
        default_permissions = ("view", "add", "change", "delete")
        constraints = [
            models.UniqueConstraint(fields=["agent"], name="vendoragent_once"),  # serves claiming too
        ]
        verbose_name = _("agent of a vendor")
        verbose_name_plural = _("agents of vendors")

    def __str__(self) -> str:
        return self.agent
