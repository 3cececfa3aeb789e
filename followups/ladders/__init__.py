"""Ladders: the templates that they are made from, how they start and how they end."""
