"""What the ledger tells: facts already written, sent inside their transaction, so that a failing receiver undoes them."""

from django.dispatch import Signal

opted_out_of = Signal()
"""Somebody said no. `points`: the numbers, addresses and leads, without those that were erased; `channel`: str, empty for
every one; `now`: when it is recorded; `actor`: str, `user`: User | None and `correlation_id`: str, of the act."""

contact_records_changed = Signal()
"""A consent, a scrub, the lift of an opt-out, a hold or its release is on file: what was refused may be permitted now, or
the other way round. `points`: as above; `now`: when it is recorded."""

opt_outs_unreadable = Signal()
"""Somebody said no whose number or address cannot be read: it is kept as it came, and binds nobody until a person finds out
who it was. `records`: the lines, with their points; the rest as of `opted_out_of`, which is sent too."""

contact_points_made = Signal()
"""Subjects that nobody had recorded before are known now. `key_mark`: str, of the CONTACT_DIGEST_KEY of their digests."""
