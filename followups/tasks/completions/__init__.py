"""Completing a task: recording its contact, judging it by the rules of its time, and applying the outcome."""
