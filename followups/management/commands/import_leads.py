"""The command `import_leads FILE [--refused FILE] [--dry-run] [--start-ladders]`."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandParser

from followups.ladders.bulk import Start, Status, start_ladders
from followups.leads.lists import files
from followups.leads.models import Lead
from followups.leads.services import upsert_leads
from governance.gate import GoLiveDisabled, KillSwitchEngaged
from governance.lists.commands import ImportCommand
from wholesale.plumbing.act import Act


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


class Command(ImportCommand):
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

    kind, actor = files.LEADS, "import_leads"
    upsert = staticmethod(upsert_leads)

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        super().add_arguments(parser)
        parser.add_argument("--start-ladders", action="store_true", help="start the ladders of leads that have none open")

    def hold(self, person_id: str) -> None:
        self.ladders.held.add(person_id)

    def stored(self, people: Sequence[Any]) -> None:
        self.ladders.put(people)

    def handle(self, **options: Any) -> None:
        """Import the file, as every such command does, with `--start-ladders` also starting ladders."""
        self.ladders = Ladders()
        super().handle(**options)

    def finish(self, *, dry_run: bool, **options: Any) -> list[str]:
        """Start the ladders if that is asked for."""
        if not options["start_ladders"] or dry_run:
            return []
        self.ladders.start()
        self.say(f"Ladders: {self.ladders}")
        return ["Nothing may act now: run it again for the ladders that are left."] if self.ladders.was_stopped else []
