"""The recorded walk: what every endpoint answers and writes, stored as text. A change of behaviour is a difference."""
