"""What offers tell: facts already decided, sent inside their transaction, so that a failing receiver undoes them.

The signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from django.dispatch import Signal

offers_computed = Signal()
"""`offer_generated` of an offer's evidence. Facts: `evidence_id`, `province`, `market`."""
