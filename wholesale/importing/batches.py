"""A file that somebody brings: looked through first, imported when it is confirmed."""

from datetime import timedelta

ROWS_AT_ONCE = 5_000  # a file with more is the worker's
BYTES_MAX = 50 * 1024 * 1024  # some 300,000 leads


KEPT_FOR = timedelta(days=30)  # a file and what was refused of it: personal, and of no use later
