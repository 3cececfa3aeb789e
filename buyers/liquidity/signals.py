"""The signal of the app buyers. It is sent within the transaction of a fact: if a receiver fails, the fact is undone.

The signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from django.dispatch import Signal

feedback_recorded = Signal()
"""`buyer_feedback`: a buyer did something. Subject: the feedback event. Facts: `event`, `province`, `market`,
`property_type`."""
