"""Tables and colours on the standard output of commands."""

from typing import IO, cast

from django.core.management.base import OutputWrapper
from rich.console import Console

PLAIN_WIDTH = 160  # columns, if the output is no terminal: a file, a pipe, a test


def console_on(stdout: OutputWrapper) -> Console:
    """Return a console of the library rich that writes to a command's output."""
    return Console(file=cast(IO[str], stdout), width=None if stdout.isatty() else PLAIN_WIDTH, highlight=False)
