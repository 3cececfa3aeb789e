"""What follow-up tells: facts already decided, sent inside their transaction, so that a failing receiver undoes them."""

from django.dispatch import Signal

ladders_created = Signal()


"""Ladders came to be. `ladders`: sequence of (FollowupLadder, how many tasks it has)."""


tasks_completed = Signal()


"""Tasks were completed, each for the first time. `tasks`: sequence of FollowupTask; `attempts`: sequence of ContactAttempt,
the decision under which each was done, in the same order; `actor`: str; `user`: User | None; `correlation_id`: str, of the
act, not of the ladder."""


tasks_breached = Signal()


"""Tasks were found later than the SLA allows, each once for the time at which it was due. `breaches`: sequence of
SlaBreach."""


tasks_lapsed = Signal()


"""Tasks were cancelled because they waited for the lead's own ground. `tasks`: sequence of FollowupTask; `reasons`: the code
of what was missing, in the same order; `correlation_id`: str, of the act; `now`: datetime."""
