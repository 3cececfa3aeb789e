"""How a lead is contacted."""

from django.db import models


class Channel(models.TextChoices):
    """The channels of the ladder and of the rules."""

    SMS = "SMS", "Text message"
    CALL = "CALL", "Call"
    EMAIL = "EMAIL", "E-mail"
