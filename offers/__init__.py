"""Offers: computed within the bounds of an offer policy, and stored with their evidence."""
