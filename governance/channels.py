"""The channels by which a lead is contacted."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """A way to contact a lead. Steps of ladders and contact rules name it."""

    SMS = "SMS", _("Text message")
    CALL = "CALL", _("Call")
    EMAIL = "EMAIL", _("E-mail")
