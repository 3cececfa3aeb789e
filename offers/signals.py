"""What offers tell: facts already decided, sent inside their transaction, so that a failing receiver undoes them."""

from django.dispatch import Signal

offers_computed = Signal()
"""Offers were computed. `evidence`: sequence of OfferEvidence."""
