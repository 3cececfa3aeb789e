"""`import_leads FILE [--refused FILE] [--dry-run]`."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

from followups.errors import UnreadableFile
from followups.leads import files
from followups.leads.services import RefusedRow, Report, upsert_leads
from wholesale.terminal import console_on


class Command(BaseCommand):
    """Imports leads from a file."""

    help = (
        "Create or change leads from a CSV or XLSX file whose first row names the columns, lead_id among them. What is "
        "absent or empty keeps its stored value. Rows that are not valid are left out, and written to a file with the "
        "reason for each. Run again, the same file changes nothing. Exits 1 when rows were refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--refused", type=Path, metavar="FILE", help="where refused rows go (default: NAME.refused.csv beside FILE)"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and store nothing")

    def handle(self, *, file: Path, refused: Path | None, dry_run: bool, **options: Any) -> None:
        """Read, store, say what became of the rows.

        Raises:
            CommandError: the file cannot be read, or rows of it were refused.

        """
        refused = refused or file.with_name(f"{file.stem}.refused.csv")
        if refused.resolve() == file.resolve():
            raise CommandError("--refused must be another file.")
        try:
            report = self._import(file, refused, dry_run=dry_run)
        except UnreadableFile as error:
            raise CommandError(f"{file}: {error.detail} Rows before the fault are kept.") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        counts = f"created {report.created:,}, updated {report.updated:,}, unchanged {report.unchanged:,}."
        self.stdout.write(f"{'Nothing was stored; it would be' if dry_run else 'Leads'}: {counts}")
        if report.refused:
            raise CommandError(f"Refused {report.refused:,} of {report.rows:,} rows; each with its reason: {refused}")

    def _import(self, file: Path, refused: Path, *, dry_run: bool) -> Report:
        with ExitStack() as stack:
            lead_file = files.read(stack.enter_context(file.open("rb")), files.Format.of(file.name))
            if lead_file.unknown:
                self.stdout.write(f"Columns that are not used: {', '.join(lead_file.unknown)}.")
            refusals: list[files.RefusedFile] = []

            def refuse(row: RefusedRow) -> None:
                if not refusals:  # there is a file only where a row was refused
                    stream = stack.enter_context(refused.open("w", encoding=files.ENCODING, newline=""))
                    refusals.append(files.RefusedFile(stream, lead_file.columns))
                refusals[0].write(row)

            columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
            progress = Progress(*columns, console=console_on(self.stdout), disable=not self.stdout.isatty())
            with progress:
                return upsert_leads(
                    progress.track(lead_file.rows, total=lead_file.about),
                    actor="import_leads",
                    first_number=files.HEADER_NUMBER + 1,
                    dry_run=dry_run,
                    refuse=refuse,
                )
