"""Buyers: their feedback, and how liquid each market is."""
