"""The command `import_leads FILE [--refused FILE] [--dry-run] [--start-ladders]`."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

from followups.ladders.bulk import Start, Status, start_ladders
from followups.leads.lists import files
from followups.leads.models import Lead
from followups.leads.services import Report, upsert_leads
from governance.gate import GoLiveDisabled, KillSwitchEngaged
from governance.lists import remarks
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.errors import UnreadableFile
from wholesale.plumbing.importing.files import ENCODING, Format, ListFile, RefusedFile
from wholesale.plumbing.importing.remarks import blank, missing
from wholesale.plumbing.importing.rows import RefusedRow
from wholesale.plumbing.terminal import console_on


class Ladders:
    """The ladders to start for the imported leads, and the counts of the results.

    Ladders are started only after all rows are stored: a later row may say that the same number must not be called.
    """

    def __init__(self) -> None:
        self.waiting: list[str] = []  # ids of leads
        self.held: set[str] = set()  # leads whose row has a doubt about contact
        self.counts: Counter[Status] = Counter()
        self.reasons: Counter[str] = Counter()  # refused ladders, by code

    @property
    def was_stopped(self) -> bool:
        """Whether the kill switch or go-live prevented the start of some ladders. Another run has to start these."""
        return bool(self.reasons[KillSwitchEngaged.code] or self.reasons[GoLiveDisabled.code])

    def put(self, leads: Sequence[Lead]) -> None:
        """Remember stored leads, so that `start` starts their ladders later."""
        self.waiting += [lead.lead_id for lead in leads]

    def start(self) -> None:
        """Start the ladders, except for leads of held rows. Each goes to the next agent of its place's pool."""
        starts = [Start(lead_id) for lead_id in self.waiting if lead_id not in self.held]
        try:
            answers = start_ladders(starts, act=Act("import_leads"))
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
        held = f" Held back {len(self.held):,}." if self.held else ""
        return (
            f"started {counts[Status.CREATED]:,}, open already {counts[Status.EXISTS]:,}, "
            f"refused {counts[Status.REFUSED]:,}{f' ({reasons})' if reasons else ''}.{held}"
        )


class RowsBeside:
    """A file for refused or held rows, beside the imported file. It is created with its first row."""

    def __init__(self, path: Path, stack: ExitStack, columns: Sequence[str]) -> None:
        self.path, self.stack, self.columns = path, stack, columns
        self.file: RefusedFile | None = None

    def write(self, row: RefusedRow) -> None:
        """Write a row to the file, with its errors."""
        if self.file is None:
            stream = self.stack.enter_context(self.path.open("w", encoding=ENCODING, newline=""))
            self.file = RefusedFile(stream, self.columns)
        self.file.write(row)


class Command(BaseCommand):
    """The command that imports leads from a file."""

    help = (
        "Create or change leads from a CSV or XLSX file. A row at the top names the columns, lead_id among them. An absent "
        "or empty value keeps the stored one. Invalid rows are refused and written to a file with their reasons. A status "
        "that would move its lead back is ignored. The same file again changes nothing. Columns such as do_not_call, "
        "unsubscribed and consent are recorded in the ledger. With --start-ladders each lead of the file gets a ladder, "
        "unless it has an open one, its row is unclear about contact, its status ends the hunt, it was followed up lately, "
        "or another lead with a ladder has its number. The exit code is 1 if rows were refused or not read, or if ladders "
        "could not start because nothing may act now."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--refused", type=Path, metavar="FILE", help="where refused rows go (default: NAME.refused.csv beside FILE)"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, store nothing, start no ladder")
        parser.add_argument("--start-ladders", action="store_true", help="start the ladders of leads that have none open")

    def handle(self, *, file: Path, refused: Path | None, dry_run: bool, start_ladders: bool, **options: Any) -> None:
        """Import the file and print what became of its rows.

        Raises:
            CommandError: the file cannot be read, some rows were refused or not read, or ladders could not start.

        """
        refused = refused or file.with_name(f"{file.stem}.refused.csv")
        held = refused.with_name(f"{file.stem}.held.csv")
        if refused.resolve() == file.resolve():
            raise CommandError("--refused must be another file.")
        ladders = Ladders()
        try:
            lead_file, report = self._import(file, refused, held, dry_run=dry_run, ladders=ladders)
        except UnreadableFile as error:
            raise CommandError(f"{file}: {error.detail} Nothing was stored.") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        problems = missing(report.rows, lead_file)
        if report.refused:
            problems.insert(0, f"Refused {report.refused:,} of {report.rows:,} rows; each with its reason: {refused}")
        counts = f"created {report.created:,}, updated {report.updated:,}, unchanged {report.unchanged:,}."
        self._say(f"{'Nothing was stored; it would be' if dry_run else 'Leads'}: {counts}", *remarks.recorded(report))
        if report.statuses_left:
            self._say(report.statuses_left_text)
        if report.held:
            self._say(f"Rows to look at before their leads are contacted: {report.held:,}; each with its reason: {held}")
        if start_ladders and not dry_run:
            ladders.start()
            self._say(f"Ladders: {ladders}")
            if ladders.was_stopped:
                problems.append("Nothing may act now: run it again for the ladders that are left.")
        if problems:
            raise CommandError(" ".join([*problems, *blank(lead_file)]))
        self._say(*blank(lead_file))

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.stdout.write(line)

    def _import(self, file: Path, refused: Path, held: Path, *, dry_run: bool, ladders: Ladders) -> tuple[ListFile, Report]:
        with ExitStack() as stack:
            lead_file = files.read(stack.enter_context(file.open("rb")), Format.of(file.name))
            if lead_file.unknown:
                self._say(f"Columns that are not used: {', '.join(lead_file.unknown)}.")
            held_rows = RowsBeside(held, stack, lead_file.columns)

            def hold(row: RefusedRow, lead_id: str) -> None:
                ladders.held.add(lead_id)
                held_rows.write(row)

            columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
            with Progress(*columns, console=console_on(self.stdout), disable=not self.stdout.isatty()) as progress:
                report = upsert_leads(
                    progress.track(lead_file.rows, total=lead_file.about),
                    act=Act("import_leads"),
                    dry_run=dry_run,
                    source=file.name,
                    refuse=RowsBeside(refused, stack, lead_file.columns).write,
                    hold=hold,
                    stored=ladders.put,
                )
        self._say(*lead_file.notes)
        return lead_file, report
