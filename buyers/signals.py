"""What buyers tell: facts already decided, sent inside their transaction, so that a failing receiver undoes them."""

from django.dispatch import Signal

feedback_recorded = Signal()
"""Feedback was recorded. `events`: sequence of BuyerFeedbackEvent."""
