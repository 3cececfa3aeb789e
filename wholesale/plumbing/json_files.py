"""JSON files with what is on file about a person, for the admin and the commands."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse

from wholesale.plumbing.errors import DomainError


def row_of(row: Any) -> Mapping[str, Any]:
    """Return the columns of a row, by name. Foreign keys to users are left out: other columns have the users' names. So is
    what the database computes from other columns."""
    stored = [one for one in row._meta.concrete_fields if not one.generated]
    fields = [one for one in stored if one.name != "user" and not one.name.endswith("_user")]
    return {one.attname: getattr(row, one.attname) for one in fields}


def as_json(found: dict[str, Any]) -> str:
    """Return the data as indented JSON, so that people can read it too."""
    return json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)


def download(found: dict[str, Any], name: str) -> HttpResponse:
    """Return the data as a JSON download that is not cached."""
    return HttpResponse(
        as_json(found),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"', "Cache-Control": "no-store"},
    )


class ExportCommand(BaseCommand):
    """Base of the commands that export what is on file about one person. Their one argument names the person."""

    argument: ClassVar[str]
    found: ClassVar[Any]  # the function that returns what is on file about the person whom the argument names

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the arguments: the person, and `--output`."""
        parser.add_argument("who", metavar=self.argument)
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of standard output")

    def handle(self, *, who: str, output: Path | None, **options: Any) -> None:
        """Write what is on file about the person to the file `output`. Without `output`, print it.

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
