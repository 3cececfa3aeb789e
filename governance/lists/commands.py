"""The base of the commands that import a file of people, such as `import_leads FILE [--refused FILE] [--dry-run]`."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn, TimeRemainingColumn

from governance.lists.remarks import recorded
from governance.lists.upserting import ListReport
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.errors import UnreadableFile
from wholesale.plumbing.importing.files import ENCODING, Format, ListFile, RefusedFile, open_list
from wholesale.plumbing.importing.kinds import RowKind
from wholesale.plumbing.importing.remarks import blank, missing
from wholesale.plumbing.importing.rows import RefusedRow
from wholesale.plumbing.terminal import console_on


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


class ImportCommand(BaseCommand):
    """The base of a command that imports people of one kind from a file."""

    kind: RowKind
    upsert: Callable[..., ListReport]
    actor: str  # the name of the command

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--refused", type=Path, metavar="FILE", help="where refused rows go (default: NAME.refused.csv beside FILE)"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and store nothing")

    def hold(self, person_id: str) -> None:
        """Hear of a person whose row has a doubt about contact."""

    def stored(self, people: Sequence[Any]) -> None:
        """Hear of the people of a batch that was stored."""

    def finish(self, *, dry_run: bool, **options: Any) -> list[str]:
        """Do what follows the import. Return the problems that there were."""
        return []

    def handle(self, *, file: Path, refused: Path | None, dry_run: bool, **options: Any) -> None:
        """Import the file and print what became of its rows.

        Raises:
            CommandError: the file cannot be read, some rows were refused or not read, or `finish` had a problem.

        """
        refused = refused or file.with_name(f"{file.stem}.refused.csv")
        held = refused.with_name(f"{file.stem}.held.csv")
        if refused.resolve() == file.resolve():
            raise CommandError("--refused must be another file.")
        try:
            found, report = self._import(file, refused, held, dry_run=dry_run)
        except UnreadableFile as error:
            raise CommandError(f"{file}: {error.detail} Nothing was stored.") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        problems = missing(report.rows, found)
        if report.refused:
            problems.insert(0, f"Refused {report.refused:,} of {report.rows:,} rows; each with its reason: {refused}")
        whose = self.kind.plural
        counts = f"created {report.created:,}, updated {report.updated:,}, unchanged {report.unchanged:,}."
        beginning = "Nothing was stored; it would be" if dry_run else whose.capitalize()
        self.say(f"{beginning}: {counts}", *recorded(report), *report.remarks)
        if report.held:
            self.say(f"Rows to look at before their {whose} are contacted: {report.held:,}; each with its reason: {held}")
        problems += self.finish(dry_run=dry_run, **options)
        if problems:
            raise CommandError(" ".join([*problems, *blank(found)]))
        self.say(*blank(found))

    def say(self, *lines: str) -> None:
        """Print lines."""
        for line in lines:
            self.stdout.write(line)

    def _import(self, file: Path, refused: Path, held: Path, *, dry_run: bool) -> tuple[ListFile, ListReport]:
        with ExitStack() as stack:
            found = open_list(stack.enter_context(file.open("rb")), Format.of(file.name), self.kind)
            if found.unknown:
                self.say(f"Columns that are not used: {', '.join(found.unknown)}.")
            held_rows = RowsBeside(held, stack, found.columns)

            def hold(row: RefusedRow, person_id: str) -> None:
                self.hold(person_id)
                held_rows.write(row)

            columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
            with Progress(*columns, console=console_on(self.stdout), disable=not self.stdout.isatty()) as progress:
                report = self.upsert(
                    progress.track(found.rows, total=found.about),
                    act=Act(self.actor),
                    dry_run=dry_run,
                    source=file.name,
                    refuse=RowsBeside(refused, stack, found.columns).write,
                    hold=hold,
                    stored=self.stored,
                )
        self.say(*found.notes)
        return found, report
