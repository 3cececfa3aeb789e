"""Clocks: the time zones of provinces and markets, and their holidays. Every room may import from this room."""
