"""`export_person LEAD_ID [--output FILE]`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from followups.people.admin import as_json
from followups.people.services import export_person
from wholesale.errors import DomainError


class Command(BaseCommand):
    """Gives out what is on file about a person."""

    help = "All that is on file about a person whom we know as a lead, as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""
        parser.add_argument("lead_id", metavar="LEAD_ID")
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of standard output")

    def handle(self, *, lead_id: str, output: Path | None, **options: Any) -> None:
        """Ask, and write.

        Raises:
            CommandError: nothing is on file under this id, or the file cannot be written.

        """
        try:
            text = as_json(export_person(lead_id))
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        if output is None:
            self.stdout.write(text)
            return
        try:
            output.write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"--output: {error}") from error
