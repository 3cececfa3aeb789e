"""What the ledger tells: facts already written, sent inside their transaction, so that a failing receiver undoes them."""

from django.dispatch import Signal

opted_out_of = Signal()
"""Somebody said no. `points`: the numbers and addresses; `channel`: str, empty for every one; `now`: when it is recorded."""
