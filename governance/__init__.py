"""Governance decides what may happen: whom we may contact, whether we are live, how much may be put at stake."""
