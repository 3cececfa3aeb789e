"""Buyers: what they answered, and how liquid each market is."""
