"""`sla_report [--since TIME] [--until TIME] [--by province,owner] [--format table|csv|json]`."""

import csv
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.exceptions import ValidationError
from rich.table import Table
from rich.text import Text

from followups.reports import FIGURES, GROUPS, sla_report
from wholesale.fields import AwareDateTimeField
from wholesale.terminal import console_on

NUMERIC = ("step", *FIGURES)


class Command(BaseCommand):
    """Prints how late tasks were completed."""

    help = (
        "How late tasks were completed: count; p50, p90 and p99 of the lateness in minutes, by nearest rank, negative where "
        "early; fractions done within 30 minutes and 2 hours of due, and (actionable) of the first permitted minute."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""
        parser.add_argument("--since", metavar="TIME", help="completed at or after, such as 2026-11-01T00:00:00Z")
        parser.add_argument("--until", metavar="TIME", help="completed before")
        parser.add_argument("--by", default="", metavar="FIELDS", help=f"comma-separated, out of {', '.join(GROUPS)}")
        parser.add_argument("--format", choices=tuple(self._printers()), default="table")

    def handle(self, *, since: str | None, until: str | None, by: str, format: str, **options: Any) -> None:
        """Check, ask, print.

        Raises:
            CommandError: an argument will not do.

        """
        after, before = _time("--since", since), _time("--until", until)
        if after is not None and before is not None and after >= before:
            raise CommandError("--since must lie before --until.")
        groups = _groups(by)
        self._printers()[format](sla_report(since=after, until=before, by=groups), [*groups, *FIGURES])

    def _printers(self) -> dict[str, Callable[[list[dict[str, Any]], list[str]], None]]:
        return {"table": self._print_table, "csv": self._print_csv, "json": self._print_json}

    def _print_table(self, rows: list[dict[str, Any]], columns: list[str]) -> None:
        table = Table(caption="p50, p90, p99: lateness in minutes")
        for column in columns:
            table.add_column(column, justify="right" if column in NUMERIC else "left")
        for row in rows:
            table.add_row(*(Text(_shown(column, row[column])) for column in columns))
        console_on(self.stdout).print(table)

    def _print_csv(self, rows: list[dict[str, Any]], columns: list[str]) -> None:
        writer = csv.DictWriter(self.stdout, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

    def _print_json(self, rows: list[dict[str, Any]], columns: list[str]) -> None:
        self.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False))


def _time(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return AwareDateTimeField().run_validation(text)
    except ValidationError as error:
        raise CommandError(f"{option}: {' '.join(map(str, error.detail))}") from error


def _groups(by: str) -> Sequence[str]:
    groups = [name.strip() for name in by.split(",")] if by.strip() else []
    for name in groups:
        if name not in GROUPS:
            raise CommandError(f'--by: "{name}" is none of {", ".join(GROUPS)}.')
    if len(set(groups)) < len(groups):
        raise CommandError("--by: a field is named twice.")
    return groups


def _shown(column: str, value: Any) -> str:
    if value is None:
        return "-"
    if column.startswith("within_"):
        return f"{value:.1%}"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
