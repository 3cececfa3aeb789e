"""The command `import_area_codes FILE [--reason TEXT]`, which stores a list of area-code subscriptions."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from governance.area_codes.rules import InvalidList, read_list
from governance.area_codes.services import subscribe
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

ACTOR = "import_area_codes"
SIZE_MAX = 100_000  # bytes


class Command(BaseCommand):
    """Store a list of subscriptions to the National DNCL, or nothing if a line is wrong."""

    help = "Store the subscriptions by area code of a list: one a line, such as 416,2027-03-31. Those not in it stay."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments FILE and `--reason`."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--reason", default="", help="why, as the history keeps it")

    def handle(self, *, file: Path, reason: str, **options: Any) -> None:
        """Read the file, store the subscriptions, and print how many were written.

        Raises:
            CommandError: the file cannot be read, a line is wrong, or the reason is too long.

        """
        if len(reason) > NOTE_MAX_LENGTH:
            raise CommandError(f"--reason must have at most {NOTE_MAX_LENGTH:,} characters.")
        try:
            expiries = read_list(_text_of(file))
        except InvalidList as error:
            raise CommandError("\n".join(error.errors)) from error
        stored = subscribe(expiries=expiries, act=Act(ACTOR, reason=reason or f"list {file.name[:128]}"))
        self.stdout.write(f"{stored.written} written, {len(expiries) - stored.written} unchanged.")


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(SIZE_MAX).decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is no text in UTF-8.") from error
