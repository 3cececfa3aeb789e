"""Subscriptions to the National Do Not Call List by area code."""
