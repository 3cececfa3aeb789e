"""What can be pressed at a card: the outcomes that a channel has, each with its key, and the usual times of a snooze."""

from datetime import datetime, time, timedelta, tzinfo
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from followups.tasks.outcomes.rules import Outcome
from governance.channels import Channel
from wholesale.plumbing.texts import Words

SNOOZE_HOUR = time(10)  # on the lead's clock
_SNOOZES = (_("In two hours"), _("Tomorrow at 10"), _("In three days at 10"), _("In a week at 10"))


class Press(NamedTuple):
    """An outcome as a button: the key that presses it, what is recorded, and what it is called at this channel."""

    key: str
    outcome: Outcome
    words: Words


# An outcome has the same key at each channel. A message that was sent is a message that was left.
_CALL = (
    Press("1", Outcome.REACHED, _("Reached")),
    Press("2", Outcome.NO_ANSWER, _("No answer")),
    Press("3", Outcome.LEFT_MESSAGE, _("Left a message")),
    Press("5", Outcome.APPOINTMENT, _("Appointment made")),
    Press("6", Outcome.NOT_INTERESTED, _("Not interested")),
    Press("7", Outcome.WRONG_NUMBER, _("Wrong number")),
    Press("8", Outcome.OPTED_OUT, _("Wants no more contact")),
)
_MESSAGE = (
    Press("1", Outcome.LEFT_MESSAGE, _("Sent")),
    Press("4", Outcome.REPLIED, _("Replied")),
    Press("5", Outcome.APPOINTMENT, _("Appointment made")),
    Press("6", Outcome.NOT_INTERESTED, _("Not interested")),
    Press("7", Outcome.WRONG_NUMBER, _("Wrong number")),
    Press("8", Outcome.OPTED_OUT, _("Wants no more contact")),
)
_EMAIL = tuple(one._replace(words=_("Wrong address")) if one.outcome == Outcome.WRONG_NUMBER else one for one in _MESSAGE)
_OF: dict[str, tuple[Press, ...]] = {Channel.CALL: _CALL, Channel.SMS: _MESSAGE, Channel.EMAIL: _EMAIL}
_WORDS = {(channel, one.outcome.value): one.words for channel, presses in _OF.items() for one in presses}


def presses(channel: str) -> tuple[Press, ...]:
    """Return the outcomes that a contact by this channel has."""
    return _OF[channel]


def outcome_words(channel: str, outcome: str) -> str:
    """Return what an outcome is called at a channel."""
    return str(_WORDS.get((channel, outcome)) or Outcome(outcome).label)


class SnoozeUntil(NamedTuple):
    """A usual time of a snooze as a button. `value` is the minute on the lead's clock, as a form sends it."""

    key: str
    words: Words
    value: str


def snoozes(now: datetime, zone: tzinfo | None) -> list[SnoozeUntil]:
    """Return the usual times of a snooze, on the lead's clock, or on the user's if that is unknown."""
    there = timezone.localtime(now, zone)
    morning = [datetime.combine(there.date() + timedelta(days=days), SNOOZE_HOUR) for days in (1, 3, 7)]
    soon = (now + timedelta(hours=2)).astimezone(there.tzinfo)
    times = zip(_SNOOZES, (soon, *morning), strict=True)
    return [SnoozeUntil(str(key), words, at.strftime("%Y-%m-%dT%H:%M")) for key, (words, at) in enumerate(times, start=1)]


# Reasons are stored in English; the page shows them in its language.
SKIP_REASONS = (
    ("1", gettext_noop("Of no use now")),
    ("2", gettext_noop("Spoken to already")),
    ("3", gettext_noop("Nothing to reach them by")),
)
SNOOZE_REASON = "Another time suits better"
