"""Leads: who they are, how they come in and go out."""
