"""What follow-up tells: facts already decided, sent inside their transaction, so that a failing receiver undoes them."""

from django.dispatch import Signal

ladders_created = Signal()
"""Ladders came to be. `ladders`: sequence of (FollowupLadder, its list of FollowupTask)."""

tasks_completed = Signal()
"""Tasks were completed, each for the first time. `tasks`: sequence of FollowupTask; `actor`: str; `user`: User | None;
`correlation_id`: str, of the act, not of the ladder."""
