"""What is on file about a person as a JSON file, from a page and from a command."""

import json
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse

from wholesale.plumbing.errors import DomainError


def as_json(found: dict[str, Any]) -> str:
    """To be read by people too."""
    return json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def download(found: dict[str, Any], name: str) -> HttpResponse:
    """The file, which no cache keeps."""
    return HttpResponse(
        as_json(found),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"', "Cache-Control": "no-store"},
    )


class ExportCommand(BaseCommand):
    """Writes what is on file about the person that its one argument names."""

    argument: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""
        parser.add_argument("who", metavar=self.argument)
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of standard output")

    def found(self, who: str) -> dict[str, Any]:
        """What is on file.

        Raises:
            DomainError: nothing is.

        """
        raise NotImplementedError

    def handle(self, *, who: str, output: Path | None, **options: Any) -> None:
        """Ask, and write.

        Raises:
            CommandError: nothing is on file, or the file cannot be written.

        """
        try:
            text = as_json(self.found(who))
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        if output is None:
            self.stdout.write(text)
            return
        try:
            output.write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"--output: {error}") from error
