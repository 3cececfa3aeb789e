"""The command `create_api_token NAME --role ROLE [--days 365]`."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wholesale.plumbing.roles import ROLES
from wholesale.plumbing.tokens import issue_token
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH

DAYS_MAX = 3650


class Command(BaseCommand):
    """Creates an API token. It prints only the token on standard output."""

    help = "Create the user if needed, give it a role, replace its API token, and print the token alone."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("name", help="user name")
        parser.add_argument("--role", required=True, choices=ROLES)
        parser.add_argument("--days", type=int, default=365, help="how long the token lives (default: 365)")

    def handle(self, *, name: str, role: str, days: int, **options: Any) -> None:
        """Create the token and print it.

        Raises:
            CommandError: the name or the days are invalid.

        """
        name = name.strip()
        if not name or len(name) > LABEL_MAX_LENGTH or not name.isprintable():
            raise CommandError(f"NAME must be 1 to {LABEL_MAX_LENGTH} printable characters.")
        if not 1 <= days <= DAYS_MAX:
            raise CommandError(f"--days must be from 1 to {DAYS_MAX}.")
        self.stdout.write(issue_token(name, role=role, lifetime=timedelta(days=days)))
