"""The states of an offer and the transitions between them. No database here: its tables are checked against these."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where an offer stands."""

    DRAFT = "DRAFT", _("Draft")
    SENT = "SENT", pgettext_lazy("offer", "Sent")
    COUNTERED = "COUNTERED", _("Countered")
    ACCEPTED = "ACCEPTED", _("Accepted")
    REJECTED = "REJECTED", _("Rejected")
    EXPIRED = "EXPIRED", _("Expired")
    CONTRACTED = "CONTRACTED", _("Under contract")
    ASSIGNED = "ASSIGNED", _("Assigned")
    CLOSED = "CLOSED", _("Closed")
    FELL_THROUGH = "FELL_THROUGH", _("Fell through")


_S = State
# The one table of transitions. Whatever changes an offer goes by it, and a check of the database holds the events to it.
TRANSITIONS: frozenset[tuple[State, State]] = frozenset(
    (before, after)
    for before, many in {
        _S.DRAFT: (_S.SENT, _S.FELL_THROUGH),  # a draft that is dropped fell through
        _S.SENT: (_S.COUNTERED, _S.ACCEPTED, _S.REJECTED, _S.EXPIRED, _S.FELL_THROUGH),  # the last: we withdrew it
        _S.COUNTERED: (_S.COUNTERED, _S.ACCEPTED, _S.REJECTED, _S.EXPIRED, _S.FELL_THROUGH),
        _S.EXPIRED: (_S.ACCEPTED,),  # the acceptance came late: it is a fact all the same
        _S.ACCEPTED: (_S.CONTRACTED, _S.FELL_THROUGH),
        _S.CONTRACTED: (_S.ASSIGNED, _S.CLOSED, _S.FELL_THROUGH),  # closed without a buyer: we bought the house ourselves
        _S.ASSIGNED: (_S.ASSIGNED, _S.CLOSED, _S.FELL_THROUGH),  # assigned again: the first buyer stepped back
    }.items()
    for after in many
)

ON_THE_TABLE = frozenset({_S.SENT, _S.COUNTERED})  # the seller has not answered
ANSWERS = frozenset({_S.ACCEPTED, _S.REJECTED, _S.EXPIRED})
FINAL = frozenset({_S.REJECTED, _S.EXPIRED, _S.CLOSED, _S.FELL_THROUGH})  # nothing is at stake any more
OPEN = frozenset(_S) - FINAL - {_S.DRAFT}  # something is at stake
