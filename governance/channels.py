"""The channels by which a lead is contacted."""

from django.db import models


class Channel(models.TextChoices):
    """A channel of a ladder's step and of the contact rules."""

    SMS = "SMS", "Text message"
    CALL = "CALL", "Call"
    EMAIL = "EMAIL", "E-mail"
