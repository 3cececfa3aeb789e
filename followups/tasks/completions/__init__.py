"""Completing a task: the contact that it was, by the rules of its own instant, and what follows from it."""
