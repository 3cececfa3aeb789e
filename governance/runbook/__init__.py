"""The runbook room: a registry of checks that say whether the system is ready, and stored runs of them."""
