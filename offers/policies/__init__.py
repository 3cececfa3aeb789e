"""Offer policies: where offers are made, and how they are bounded."""
