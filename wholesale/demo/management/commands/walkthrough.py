"""The command `walkthrough [--url URL --token TOKEN] [--yes-change-this-database]`."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from knox.models import AuthToken

from wholesale.demo.server import serving
from wholesale.demo.walkthrough import NAME, StepFailed, Walk, take
from wholesale.plumbing.roles import OPERATOR
from wholesale.plumbing.terminal import console_on
from wholesale.plumbing.tokens import issue_token

TOKEN_LIFETIME = timedelta(hours=1)
TIMEOUT = 30  # seconds for one answer
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Command(BaseCommand):
    """Takes each step of the guide over the real HTTP API, and checks that the result is what the guide says."""

    help = (
        "Walk the guide's go-live sequence and scenarios over the HTTP API, step by step. Writes a ladder, buyers' "
        "feedback, an offer and a reservation, and puts policies and caps back at its end. Exits 1 if a step is not what "
        "the guide says."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("--url", help="a running server; default: its own on 127.0.0.1, to be in ALLOWED_HOSTS")
        parser.add_argument("--token", help="an operator's token for --url")
        parser.add_argument("--yes-change-this-database", action="store_true", help="required where DEBUG is false")

    def handle(self, *, url: str | None, token: str | None, yes_change_this_database: bool, **options: Any) -> None:
        """Take the walk on the server at `url`. If `url` is None, start a temporary server for it.

        Raises:
            CommandError: an argument is invalid, the database may be a real one, or a step failed.

        """
        if (url is None) != (token is None):
            raise CommandError("--url and --token come together.")
        elsewhere = url is not None and _host(url) not in LOOPBACK
        if (elsewhere or not settings.DEBUG) and not yes_change_this_database:
            why = f"{url} is another machine" if elsewhere else "DEBUG is false"
            raise CommandError(f"{why}: this may be the real database. To walk all the same: --yes-change-this-database")
        if url is not None and token is not None:
            self._walk(url, token)
            return
        with serving() as own_url, _operator_token() as own_token:
            self._walk(own_url, own_token, trust_env=False)  # no proxy of the environment: it could not reach this server

    def _walk(self, url: str, token: str, **client: Any) -> None:
        # Without this header a server with HTTPS=true would redirect to https, because no TLS proxy is in between.
        headers = {"Authorization": f"Token {token}", "X-Forwarded-Proto": "https"}
        console = console_on(self.stdout)
        console.print(f"Walking the guide on {url}")
        try:
            with _quiet_logs(), httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT, **client) as api:
                take(Walk(api, console))
        except StepFailed as failure:
            raise CommandError(str(failure)) from failure


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CommandError("--url must be such as http://127.0.0.1:8000.")
    return parts.hostname


@contextmanager
def _quiet_logs() -> Iterator[None]:
    """Suppress the request log within this block, refusals included, because the walkthrough prints each request itself."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


@contextmanager
def _operator_token() -> Iterator[str]:
    """Provide an API token with the role operator within this block. Its user has no password."""
    token = issue_token(NAME, role=OPERATOR, lifetime=TOKEN_LIFETIME)
    try:
        yield token
    finally:
        AuthToken.objects.filter(user__username=NAME).delete()
