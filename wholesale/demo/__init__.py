"""The demo and the guided walk: above all apps, used by `make up` and by whoever wants to see the system work."""
