"""What the ledger tells: facts already written, sent inside their transaction, so that a failing receiver undoes them."""

from django.dispatch import Signal

opted_out_of = Signal()
"""Somebody said no. `points`: the numbers and addresses; `channel`: str, empty for every one; `now`: when it is recorded;
`actor`: str, `user`: User | None and `correlation_id`: str, of the act."""

contact_records_changed = Signal()
"""A consent, a scrub or the lift of an opt-out is on file: what was refused may be permitted now. `points`: the numbers and
addresses; `now`: when it is recorded."""
