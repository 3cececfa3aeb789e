"""The recorded walk: what every endpoint answers and writes, stored as text, so that a change of behaviour shows as a difference."""
