"""The command `sla_report [--since TIME] [--until TIME] [--by province,owner] [--format table|csv|json] [--output FILE]`."""

import csv
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from rest_framework.exceptions import ValidationError
from rich.table import Table
from rich.text import Text

from followups.sla.report import FIGURES, GROUPS, SlaReport, sla_report
from followups.tasks.errors import TimeOutOfRange
from wholesale.plumbing.fields import AwareDateTimeField
from wholesale.plumbing.importing.texts import guarded
from wholesale.plumbing.terminal import console_on

NUMERIC = ("step", *FIGURES)
NOT_IN_TABLE = {"by_wall_clock", "p90_wall", "p99_wall", "within_30m_wall"}  # the table has no room for them


class Command(BaseCommand):
    """The command that prints how late tasks are."""

    help = (
        "Print how late due tasks are: their number, how many are completed, and how many are open and overdue; p50, p90 "
        "and p99 of the lateness in permitted minutes (nearest rank; an open task counts until now); the fraction done in "
        "30 permitted minutes and 2 hours. (wall) figures count all minutes since due_at, negative if early. by_wall_clock "
        "tasks were completed before permitted minutes were counted. Without --since and --until: all tasks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("--since", metavar="TIME", help="fell due at or after, such as 2026-11-01T00:00:00Z")
        parser.add_argument("--until", metavar="TIME", help="fell due before")
        parser.add_argument("--by", default="", metavar="FIELDS", help=f"comma-separated, out of {', '.join(GROUPS)}")
        parser.add_argument("--format", choices=("table", "csv", "json"), default="table")
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of standard output")

    def handle(
        self, *, since: str | None, until: str | None, by: str, format: str, output: Path | None, **options: Any
    ) -> None:
        """Print the SLA report, or write it to the file `output`.

        Raises:
            CommandError: an argument is invalid, or the file cannot be written.

        """
        after, before, groups = _time("--since", since), _time("--until", until), _groups(by)
        try:
            report = sla_report(since=after, until=before, by=groups)
        except TimeOutOfRange as refusal:
            raise CommandError(f"--{refusal.attr}: {refusal.detail}") from refusal
        try:
            if output:
                with output.open("w", encoding="utf-8", newline="") as file:
                    _print(report, groups, format, OutputWrapper(file))
            else:
                _print(report, groups, format, self.stdout)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error


def _print(report: SlaReport, groups: Sequence[str], format: str, out: OutputWrapper) -> None:
    """Print the report to `out`: one row for each group, or, if there are no groups, a single row for the whole."""
    rows = report.groups if groups else [report.whole]
    columns = [*groups, *FIGURES]
    if format == "json":
        out.write(json.dumps(rows, indent=2, ensure_ascii=False))
    elif format == "csv":
        writer = csv.DictWriter(out, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {name: guarded(cell) if isinstance(cell, str) else cell for name, cell in row.items()} for row in rows
        )
    else:
        console_on(out).print(_table(report, rows, [column for column in columns if column not in NOT_IN_TABLE]))


def _table(report: SlaReport, rows: Sequence[dict[str, Any]], columns: Sequence[str]) -> Table:
    """Return the rows as a table. If there are several rows, the footer shows the figures of the whole report."""
    caption = "p50, p90, p99: lateness in permitted minutes, so far where open"
    if by_wall := report.whole["by_wall_clock"]:
        caption += f"; {by_wall} completed before these were counted, by the wall clock"
    table = Table(caption=caption, show_footer=len(rows) > 1)
    for column in columns:
        total = _shown(column, report.whole[column]) if column in FIGURES else "all" if column == columns[0] else ""
        heading = column.replace("_wall", "\nwall").replace("_overdue", "\noverdue")
        table.add_column(heading, Text(total), justify="right" if column in NUMERIC else "left")
    for row in rows:
        table.add_row(*(Text(_shown(column, row[column])) for column in columns))
    return table


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
