"""Handling of HTTP around the endpoints: bodies, authentication, errors, logging, probes."""
