"""The runbook room: is the system ready? A registry of checks, and the runs that somebody stored."""
