"""`import_leads FILE [--refused FILE] [--dry-run] [--start-ladders]`."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

from followups.bulk import Start, Status, start_ladders
from followups.errors import UnreadableFile
from followups.leads import files
from followups.leads.models import Lead
from followups.leads.services import RefusedRow, Report, upsert_leads
from governance.gate import GoLiveDisabled, KillSwitchEngaged
from wholesale.terminal import console_on


class Ladders:
    """Starts the ladders of leads as they are stored, and counts what became of them."""

    def __init__(self) -> None:
        self.counts: Counter[Status] = Counter()
        self.reasons: Counter[str] = Counter()  # of the refused, by code

    @property
    def was_stopped(self) -> bool:
        """Whether some are left for another run: the kill switch, or go-live, stopped them."""
        return bool(self.reasons[KillSwitchEngaged.code] or self.reasons[GoLiveDisabled.code])

    def start(self, leads: Sequence[Lead]) -> None:
        """Where they live, for whose turn it is in the pool."""
        starts = [Start(lead.lead_id) for lead in leads]
        try:
            answers = start_ladders(starts, actor="import_leads")
        except (KillSwitchEngaged, GoLiveDisabled) as stop:  # the leads are stored all the same
            self._refuse(stop.code, len(starts))
            return
        for answer in answers:
            if answer.refusal:
                self._refuse(answer.refusal.code, 1)
            else:
                self.counts[answer.status] += 1

    def _refuse(self, code: str, number: int) -> None:
        self.counts[Status.REFUSED] += number
        self.reasons[code] += number

    def __str__(self) -> str:
        counts = self.counts
        reasons = ", ".join(f"{code} {number:,}" for code, number in sorted(self.reasons.items()) if number)
        return (
            f"started {counts[Status.CREATED]:,}, open already {counts[Status.EXISTS]:,}, "
            f"refused {counts[Status.REFUSED]:,}{f' ({reasons})' if reasons else ''}."
        )


class Command(BaseCommand):
    """Imports leads from a file."""

    help = (
        "Create or change leads from a CSV or XLSX file whose first row names the columns, lead_id among them. What is "
        "absent or empty keeps its stored value. Rows that are not valid are left out, and written to a file with the "
        "reason for each. A status that would move its lead back is left out. Run again, the same file changes nothing. "
        "With --start-ladders each lead of the file that has no open ladder gets one, a thousand at a time, but for those "
        "whose status ends the hunt, who were followed up a short time ago, or whose number another lead with a ladder has. "
        "Exits 1 when rows were refused, or ladders "
        "because nothing may act now."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--refused", type=Path, metavar="FILE", help="where refused rows go (default: NAME.refused.csv beside FILE)"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, store nothing, start no ladder")
        parser.add_argument("--start-ladders", action="store_true", help="start the ladders of leads that have none open")

    def handle(self, *, file: Path, refused: Path | None, dry_run: bool, start_ladders: bool, **options: Any) -> None:
        """Read, store, say what became of the rows.

        Raises:
            CommandError: the file cannot be read, or rows of it were refused.

        """
        refused = refused or file.with_name(f"{file.stem}.refused.csv")
        if refused.resolve() == file.resolve():
            raise CommandError("--refused must be another file.")
        ladders = Ladders() if start_ladders and not dry_run else None
        try:
            report = self._import(file, refused, dry_run=dry_run, ladders=ladders)
        except UnreadableFile as error:
            raise CommandError(f"{file}: {error.detail} Rows before the fault are kept.") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        counts = f"created {report.created:,}, updated {report.updated:,}, unchanged {report.unchanged:,}."
        self.stdout.write(f"{'Nothing was stored; it would be' if dry_run else 'Leads'}: {counts}")
        if report.statuses_left:
            self.stdout.write(report.statuses_left_text)
        if ladders:
            self.stdout.write(f"Ladders: {ladders}")
        if report.refused:
            raise CommandError(f"Refused {report.refused:,} of {report.rows:,} rows; each with its reason: {refused}")
        if ladders and ladders.was_stopped:
            raise CommandError("Nothing may act now: run it again for the ladders that are left.")

    def _import(self, file: Path, refused: Path, *, dry_run: bool, ladders: Ladders | None) -> Report:
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
                    stored=ladders.start if ladders else None,
                )
