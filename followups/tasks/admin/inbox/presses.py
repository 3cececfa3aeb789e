"""What can be pressed at an inbox item: the usual answers, and what a doubtful message may mean."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from followups.leads.inbound.rules import Meaning
from followups.leads.inbox.models import InboxItem

Kind = InboxItem.Kind


class UsualAnswer(NamedTuple):
    """A usual answer as a button: the key that presses it, what the form sends, what it is called, what is kept."""

    key: str
    value: str
    words: object  # shown, in the language of the page
    kept: str  # the reason that the item keeps, in English


ANSWERS: dict[str, tuple[UsualAnswer, ...]] = {
    Kind.REPLY: (
        UsualAnswer("1", "call", _("Answered by phone"), "answered by phone"),
        UsualAnswer("2", "text", _("Answered by text"), "answered by text"),
        UsualAnswer("3", "email", _("Answered by e-mail"), "answered by e-mail"),
        UsualAnswer("4", "none", _("Needs no answer"), "needs no answer"),
    ),
    Kind.SENDER: (
        UsualAnswer("1", "found", _("Found out who, and done"), "found out who it was, and done"),
        UsualAnswer("2", "nobody", _("Nobody can tell"), "nobody can tell who it was"),
    ),
    Kind.MESSAGE: (),
}


class MeaningButton(NamedTuple):
    """What a doubtful message may mean, as a button: its key, what is recorded, what it is called, what is asked before."""

    key: str
    meaning: Meaning
    words: object
    asks: object
    title: object


DECISIONS = (
    MeaningButton(
        "1",
        Meaning.OPT_OUT,
        _("It is an opt-out"),
        _("The message's channel is closed for that number or address, and the open ladders there are cancelled."),
        _("Take it as an opt-out?"),
    ),
    MeaningButton(
        "2",
        Meaning.REPLY,
        _("It is a reply"),
        _("Nothing is closed: the ladder goes on, and the reply waits to be answered. A decision cannot be taken back."),
        _("Take it as a reply?"),
    ),
    MeaningButton(
        "3",
        Meaning.RESUME,
        _("They want contact again"),
        _("The opt-out of the message's channel is lifted, with this message as evidence. Other channels stay closed."),
        _("Lift the opt-out?"),
    ),
)
READ = "read in the inbox"  # the reason of a decision where nothing else is written


def decisions_for(may_lift: bool) -> tuple[MeaningButton, ...]:
    """Return the decisions that a user may make. Lifting an opt-out needs its permission."""
    return tuple(one for one in DECISIONS if may_lift or one.meaning != Meaning.RESUME)


def kept(kind: str, value: str, note: str) -> str:
    """Return what an item keeps as its reason: the usual answer, and what was written. Empty if there is neither."""
    usual = next((one.kept for one in ANSWERS[kind] if one.value == value), "")
    return ": ".join(filter(None, (usual, note)))
