"""The channels by which a lead is contacted."""

from django.db import models


class Channel(models.TextChoices):
    """A way to contact a lead. Steps of ladders and contact rules name it."""

    SMS = "SMS", "Text message"
    CALL = "CALL", "Call"
    EMAIL = "EMAIL", "E-mail"
