"""`load_demo [--if-empty]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wholesale.demo import history
from wholesale.errors import DomainError


class Command(BaseCommand):
    """Loads the demo into an empty database."""

    help = "Make a small history to look at, once, in a database that nobody has worked with."

    def add_arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""
        parser.add_argument(
            "--if-empty", action="store_true", help="where there are other rows, leave them without an error"
        )

    def handle(self, *, if_empty: bool, **options: Any) -> None:
        """Load once, say what there is.

        Raises:
            CommandError: the database holds rows that are not the demo's, or nothing may act now.

        """
        if history.is_loaded():
            self.stdout.write("The demo is loaded.")
            return
        if if_empty and not history.is_empty():
            self.stdout.write("No demo: this database has rows of its own.")
            return
        try:
            loaded = history.load()
        except (history.DemoRefused, DomainError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Loaded the demo: {loaded.ladders} ladders ({loaded.completed} steps done, {loaded.due} due), "
            f"{loaded.feedback} buyers' answers in {loaded.nodes} markets, {loaded.offers} offers.\n"
            f"For them the offer policy {history.PROVINCE} {history.MARKET} is on; every other is off. "
            "Their sales are real (wholesale/demo/README.md), the rest is invented."
        )
