"""The command `erase_buyer BUYER_ID --reason REASON`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from buyers.people.admin import erased_text
from buyers.people.services import erase_buyer
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import DomainError


class Command(BaseCommand):
    """The command that erases a buyer."""

    help = "Erase a person whom we know as a buyer. It cannot be undone. Facts stay, known by id, and opt-outs still hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("buyer_id", metavar="BUYER_ID")
        parser.add_argument("--reason", required=True, help="kept: do not name the person in it")

    def handle(self, *, buyer_id: str, reason: str, **options: Any) -> None:
        """Erase the buyer and print what was erased.

        Raises:
            CommandError: nothing is on file under this id, or the buyer cannot be erased now.

        """
        try:
            self.stdout.write(erased_text(erase_buyer(buyer_id, act=Act("erase_buyer", reason=reason))))
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
