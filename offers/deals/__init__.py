"""Deals: offers as they are computed, and their evidence."""
