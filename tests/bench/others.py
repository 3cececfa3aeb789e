"""The other full-size runs, each a `python -m` module. The last paragraph of its output is its summary."""

import importlib.util
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from tests.served import ROOT


@dataclass(frozen=True, slots=True)
class FullRun:
    """A module, and what it shows."""

    name: str
    module: str
    shows: str
    arguments: tuple[str, ...] = ()


FULL_RUNS = (
    FullRun("kills", "tests.faults.kills", "kill -9 of a serving process during a stream of writes", ("--kills", "20")),
    FullRun(
        "workers",
        "tests.faults.worker_kills",
        "kill -9 of one worker of the server after another during a stream of writes",
        ("--seconds", "60"),
    ),
    FullRun(
        "slow",
        "tests.faults.slow_clients",
        "Twenty slow clients of each kind beside quick ones",
        ("--clients", "20", "--seconds", "10"),
    ),
    FullRun("plans", "tests.plans.full", "Plans of the due list and the SLA", ("--tasks", "1000000")),
    FullRun(
        "sizes",
        "tests.plans.sizes",
        "The due list and claims with 10,000 and with 5,000,000 tasks",
        ("--small", "10000", "--large", "5000000"),
    ),
    FullRun(
        "week",
        "tests.plans.week",
        "The SLA of a week with 5,000,000 tasks over a year",
        ("--tasks", "5000000", "--days", "365"),
    ),
    FullRun("claims", "tests.claims.drain", "16 claimants drain 50,000 due tasks, 5 of them killed", ("--tasks", "50000")),
    FullRun("bare", "tests.bench.bare", "Ladder, complete and claims beside bare psycopg"),
    FullRun("bulk", "tests.bulk.measure", "10,000 ladders in one call beside a COPY of its rows", ("--leads", "10000")),
    FullRun("leads", "tests.leads.full", "Import of leads: time, memory, twice the same file", ("--rows", "200000")),
    FullRun("buyers", "tests.buyers.full", "Import of buyers beside an import of as many leads", ("--rows", "50000")),
    FullRun(
        "match",
        "tests.buyers.matching.full",
        "The buyers of 50,000 ranked for a deal, and 500 deals recounted",
        ("--buyers", "50000"),
    ),
    FullRun(
        "arv",
        "tests.offers.comps.full",
        "After-repair values: how good they are on real sales in their order, and how fast among 100,000",
        ("--sales", "100000"),
    ),
    FullRun(
        "offers",
        "tests.offers.deals.full",
        "32 clients race with random verbs on the same offers",
        ("--clients", "32", "--verbs", "400"),
    ),
    FullRun(
        "simulation",
        "tests.simulation.full",
        "The simulated business: 20,000 leads over 90 days, on PostgreSQL and on SQLite",
        ("--leads", "20000", "--days", "90"),
    ),
    FullRun(
        "falls",
        "tests.simulation.falls",
        "Acceptance that falls by 40% in one province, in ten simulations of its offers",
        ("--seeds", "10"),
    ),
    FullRun(
        "pages",
        "tests.pages.full",
        "The pages and searches of the console for each role, among 200,000 leads with 100,000 due tasks",
        ("--leads", "200000"),
    ),
    FullRun("schema", "tests.schema.long", "Schemathesis, all phases, many examples", ("--examples", "500")),
    FullRun("crawl", "tests.wholesale.crawl", "Every page of the admin with every hostile value", ()),
    FullRun("axe", "tests.browser.axe", "axe-core on every page, light and dark, wide and on a phone: no serious fault"),
    FullRun("browser", "tests.browser", "Every page of the admin in Chromium, wide and on a phone: no policy broken", ()),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a full run ended."""

    run: FullRun
    ok: bool
    summary: str


def carry_out(run: FullRun, environment: Mapping[str, str]) -> Outcome:
    """Run it. A module that does not exist is reported as missing, and is no failure."""
    if not _exists(run.module):
        return Outcome(run, True, f"Not run: there is no {run.module}.")
    command = [sys.executable, "-m", run.module, *run.arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    summary = done.stdout.strip().rsplit("\n\n", 1)[-1] or "It printed nothing."
    return Outcome(run, done.returncode == 0, summary)


def _exists(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # nor its package
        return False
