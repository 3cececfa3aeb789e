"""The vocabulary of what the law says."""

from django.db.models import TextChoices

CANADA = "CA"
ANSWER = "ANSWER"  # the code of the row that answers a topic's question; the other rows say what is known


class Topic(TextChoices):
    """What a rule is about."""

    LICENCE = "LICENCE", "Is a licence needed?"
    ASSIGNMENT = "ASSIGNMENT", "May the contract be assigned?"
    FEE_TAX = "FEE_TAX", "Sales tax on the assignment fee"
    GAIN_TAX = "GAIN_TAX", "Tax on the gain"
    BUYER = "BUYER", "Who may buy"


class LawAnswer(TextChoices):
    """The answer to a topic's question."""

    UNKNOWN = "UNKNOWN", "Unknown"
    YES = "YES", "Yes"
    NO = "NO", "No"
