"""The command `import_sales FILE [--province ON] [--market TORONTO] [--source NAME] [--refused FILE] [--dry-run]`."""

from functools import partial
from typing import Any

from django.core.management.base import CommandError, CommandParser
from rest_framework.exceptions import ValidationError

from governance.lists.commands import ImportCommand
from offers.comps.fields import SaleRow
from offers.comps.lists import files
from offers.comps.lists.services import upsert_sales

_ROW = SaleRow()


class Command(ImportCommand):
    """The command that imports sales from a file."""

    help = (
        "Create or change sales from a CSV or XLSX file. A row at the top names the columns, sale_id among them. A sale is "
        "known by its source and sale_id. An absent or empty value keeps the stored one. Invalid rows are refused and "
        "written to a file with their reasons. The same file again changes nothing. The exit code is 1 if rows were refused "
        "or not read."
    )
    kind, actor = files.SALES, "import_sales"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        super().add_arguments(parser)
        for name, about in (("province", "province"), ("market", "market"), ("source", "source")):
            parser.add_argument(f"--{name}", help=f"the {about} of rows that name none")

    def handle(self, **options: Any) -> None:
        """Import the file, with the place and source that are given for all of it."""
        given = {name: options.pop(name) for name in ("province", "market", "source")}
        defaults = {}
        for name, value in given.items():
            if value:
                try:
                    defaults[name] = _ROW.fields[name].run_validation(value)
                except ValidationError as error:
                    raise CommandError(f"--{name}: {' '.join(map(str, error.detail))}") from error
        self.upsert = partial(upsert_sales, defaults=defaults)
        super().handle(**options)
