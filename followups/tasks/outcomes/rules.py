"""The outcomes of a contact, and their effects on the ladder. No database here."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.channels import Channel


class Outcome(models.TextChoices):
    """What came of a contact."""

    REACHED = "REACHED", _("Reached")
    NO_ANSWER = "NO_ANSWER", _("No answer")
    LEFT_MESSAGE = "LEFT_MESSAGE", _("Left a message")
    REPLIED = "REPLIED", _("Replied")
    APPOINTMENT = "APPOINTMENT", _("Appointment made")
    NOT_INTERESTED = "NOT_INTERESTED", _("Not interested")
    WRONG_NUMBER = "WRONG_NUMBER", _("Wrong number")
    OPTED_OUT = "OPTED_OUT", _("Wants no more contact")


NOT_ANSWERED = frozenset({Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE})


def is_answered_call(channel: str, outcome: str) -> bool:
    """Whether a call was answered. A call without an outcome counts as answered, so that the next call waits."""
    return channel == Channel.CALL and outcome not in NOT_ANSWERED


class Effect(models.TextChoices):
    """What an outcome does to the ladder."""

    GO_ON = "GO_ON", _("Go on with the next step")
    PAUSE = "PAUSE", _("Put the open steps off by some days")
    STOP = "STOP", _("Cancel the open steps")
    OPT_OUT = "OPT_OUT", _("Record the opt-out, and cancel the open steps")


PAUSE_DAYS_MAX = 365
# outcome: effect, days of a pause
SEEDED: dict[Outcome, tuple[Effect, int]] = {
    Outcome.REACHED: (Effect.GO_ON, 0),
    Outcome.NO_ANSWER: (Effect.GO_ON, 0),
    Outcome.LEFT_MESSAGE: (Effect.GO_ON, 0),
    Outcome.REPLIED: (Effect.PAUSE, 3),
    Outcome.APPOINTMENT: (Effect.STOP, 0),
    Outcome.NOT_INTERESTED: (Effect.STOP, 0),
    Outcome.WRONG_NUMBER: (Effect.STOP, 0),
    Outcome.OPTED_OUT: (Effect.OPT_OUT, 0),
}
# outcome: the status to which the lead moves on; after any other outcome it keeps its status
SEEDED_STATUSES: dict[Outcome, str] = {
    Outcome.REACHED: "CONTACTED",
    Outcome.APPOINTMENT: "APPOINTMENT",
    Outcome.NOT_INTERESTED: "NOT_INTERESTED",
}


def careful(outcome: Outcome) -> Effect:
    """Return the effect of an outcome that has no rule: the ladder stops, and OPTED_OUT is recorded as an opt-out."""
    return Effect.OPT_OUT if outcome == Outcome.OPTED_OUT else Effect.STOP
