"""The command `simulate [--days N] [--leads N] [--seed N] [--until TIME] [--fall-in PROVINCE --fall-on N] [--if-empty]`."""

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from followups.tasks.outcomes.rules import Outcome
from governance.channels import Channel
from wholesale.demo import practice, simulation
from wholesale.demo.people import OFFER_MARKETS
from wholesale.demo.plan import QUARTER, Fall, SimulationPlan
from wholesale.demo.simulation import LEADS_A_DAY_MAX, SimulationRefused
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.terminal import console_on

DAYS, LEADS, SEED = 14, 120, 1  # the demo of `make up`
DAYS_MAX = 366


class Command(BaseCommand):
    """Simulates the business in an empty database."""

    help = (
        "Fill an empty database with the history of a simulated business, made by the real services: leads, agents, "
        "replies, opt-outs, buyers, offers. Nobody in it exists, and nothing is sent. The same arguments give the same "
        "rows; an interrupted simulation continues where it stopped. Stop workers while it runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("--days", type=int, default=DAYS, help=f"1 to {DAYS_MAX} (default: {DAYS})")
        parser.add_argument("--leads", type=int, default=LEADS, help=f"at most {LEADS_A_DAY_MAX:,} a day (default: {LEADS})")
        parser.add_argument("--seed", type=int, default=SEED, help=f"another seed is another history (default: {SEED})")
        parser.add_argument(
            "--until", type=datetime.fromisoformat, help="its end, with its zone, cut to a quarter of an hour (default: now)"
        )
        parser.add_argument(
            "--fall-in",
            choices=[where.province for where in OFFER_MARKETS],
            help="a province whose sellers accept 40%% fewer offers from a day on (default: none)",
        )
        parser.add_argument("--fall-on", type=int, help="that day, counted from 1")
        parser.add_argument(
            "--if-empty", action="store_true", help="where there are other rows, leave them without an error"
        )

    def handle(self, *, if_empty: bool, **options: Any) -> None:
        """Simulate the missing days, print a summary, and create the users of the practice market.

        Raises:
            CommandError: an argument is invalid, the database has rows that are not simulated, or the system may not act.

        """
        plan = _plan(**{name: options[name] for name in ("days", "leads", "seed", "until", "fall_in", "fall_on")})
        console = console_on(self.stdout)
        try:
            if not simulation.is_missing(plan):
                console.print(f"The simulation is there: {simulation.stored()}.")
            else:
                self._simulate(plan, console)
            _make_users(console)
        except SimulationRefused as refusal:
            if not if_empty:
                raise CommandError(str(refusal)) from refusal
            console.print(f"No simulation: {refusal}")
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _simulate(self, plan: SimulationPlan, console: Console) -> None:
        started = monotonic()
        shown = (TextColumn("days"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
        with Progress(*shown, console=console, disable=not self.stdout.isatty()) as progress:
            task = progress.add_task("days", total=plan.days)
            for done in simulation.days(plan):
                progress.update(task, completed=done)
        for table in _tables(plan.until):
            console.print(table)
        console.print(
            f"Simulated {plan.leads:,} leads over {plan.days} days until {plan.until:%Y-%m-%d %H:%M} UTC, seed {plan.seed}, "
            f"in {monotonic() - started:,.1f} s."
        )


def _make_users(console: Console) -> None:
    """Create the users of the practice market's agents. Print their passwords, which are not shown again."""
    for name, password in practice.make_users().items():
        console.print(f"An agent with work at any hour; the password is shown only now:  {name}  {password}")


def _plan(
    days: int, leads: int, seed: int, until: datetime | None, fall_in: str | None, fall_on: int | None
) -> SimulationPlan:
    """Return the arguments as a plan. If `until` is None, the end is that of the stored simulation, or else now.

    Raises:
        CommandError: an argument is invalid.

    """
    if not 1 <= days <= DAYS_MAX:
        raise CommandError(f"--days must be from 1 to {DAYS_MAX}.")
    if not 0 <= leads <= LEADS_A_DAY_MAX * days:
        raise CommandError(f"--leads must be from 0 to {LEADS_A_DAY_MAX:,} a day: {LEADS_A_DAY_MAX * days:,}.")
    if (fall_in is None) != (fall_on is None):
        raise CommandError("--fall-in and --fall-on come together.")
    if fall_on is not None and not 1 <= fall_on <= days:
        raise CommandError(f"--fall-on must be from 1 to {days}, the days.")
    if until is None:
        there = simulation.stored()
        until = there.until if there else timezone.now()
    elif until.tzinfo is None:
        raise CommandError("--until needs its zone, such as 2026-11-24T12:00Z.")
    elif until > timezone.now():
        raise CommandError("--until must not lie in the future.")
    since_midnight = timedelta(hours=until.hour, minutes=until.minute, seconds=until.second, microseconds=until.microsecond)
    fall = Fall(fall_in, fall_on - 1) if fall_in and fall_on else None
    return SimulationPlan(seed, leads, days, until - since_midnight % QUARTER, fall)


def _tables(now: datetime) -> tuple[Table, Table]:
    """Return what came of contacts, and the other figures of the simulation that ended at `now`."""
    counts = simulation.contacts()
    contacts = Table("Contacts", *(str(channel.label) for channel in Channel), title="What came of contacts")
    for outcome, label in [("", "none yet"), *Outcome.choices]:
        contacts.add_row(str(label), *(f"{counts.get((channel, outcome), 0):,}" for channel in Channel))
    rest = Table("", "", title="The business", show_header=False)
    for name, figure in simulation.figures(now).items():
        rest.add_row(name, figure)
    return contacts, rest
