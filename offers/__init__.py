"""Offers: bounded by a policy, computed with their evidence."""
