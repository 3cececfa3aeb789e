"""The vocabulary of what the law says."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

CANADA = "CA"
ANSWER = "ANSWER"  # the code of the row that answers a topic's question; the other rows say what is known


class Topic(TextChoices):
    """What a rule is about."""

    LICENCE = "LICENCE", _("Is a licence needed?")
    ASSIGNMENT = "ASSIGNMENT", _("May the contract be assigned?")
    FEE_TAX = "FEE_TAX", _("Sales tax on the assignment fee")
    GAIN_TAX = "GAIN_TAX", _("Tax on the gain")
    BUYER = "BUYER", _("Who may buy")


class LawAnswer(TextChoices):
    """The answer to a topic's question."""

    UNKNOWN = "UNKNOWN", _("Unknown")
    YES = "YES", _("Yes")
    NO = "NO", _("No")
