"""The command `erase_person LEAD_ID --reason REASON`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from followups.leads.people.admin import erased_text
from followups.leads.people.services import erase_person
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError


class Command(BaseCommand):
    """The command that erases a person."""

    help = "Erase a person whom we know as a lead. It cannot be undone. Facts stay, known by id, and opt-outs still hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("lead_id", metavar="LEAD_ID")
        parser.add_argument("--reason", required=True, help="kept: do not name the person in it")

    def handle(self, *, lead_id: str, reason: str, **options: Any) -> None:
        """Erase the person and print what was erased.

        Raises:
            CommandError: nothing is on file under this id, or the person cannot be erased now.

        """
        try:
            self.stdout.write(erased_text(erase_person(lead_id, act=Act("erase_person", reason=reason))))
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
