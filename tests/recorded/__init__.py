"""The recorded walk: the answers and the written rows of every endpoint, stored as text. A change shows as a difference."""
