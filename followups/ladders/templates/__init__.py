"""Ladder templates: which steps a ladder has, and what to say at each."""
