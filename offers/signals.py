"""The signal of the app offers. It is sent within the transaction of a fact: if a receiver fails, the fact is undone.

The signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from django.dispatch import Signal

offers_computed = Signal()
"""`offer_generated`: an offer was computed. Subject: its evidence. Facts: `evidence_id`, `province`, `market`."""
