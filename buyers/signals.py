"""What buyers tell: facts already decided, sent inside their transaction, so that a failing receiver undoes them.

The signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from django.dispatch import Signal

feedback_recorded = Signal()
"""`buyer_feedback` of a feedback event. Facts: `event`, `province`, `market`, `property_type`."""
