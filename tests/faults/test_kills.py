"""A killed server tears no fact: a few kills here, twenty and a minute of them in `make bench`."""

import signal
import subprocess
import sys
import time

from tests.faults.conftest import Served
from tests.faults.kills import FEWEST, kill_and_compare, rows_of
from tests.faults.worker_kills import kill_workers, workers_of
from tests.served import ROOT, serving, settings_for

# The process starts ladders ten at a time, and kills itself in the third transaction after its tasks and KPI rows.
_KILLED_IN_THE_MIDDLE = """
import os, signal, django
django.setup()
from followups.ladders import bulk
from followups.signals import ladders_created
from wholesale.plumbing.act import Act
made = []
def kill(envelopes, **kwargs):
    made.append(envelopes)
    if len(made) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
ladders_created.connect(kill)
bulk.BATCH = 10
bulk.start_ladders([bulk.Start(f"bulk-{n}", "ON") for n in range(50)], act=Act())
"""


def test_a_killed_server_leaves_every_fact_with_its_kpi_row(served: Served) -> None:
    outcome = kill_and_compare(served.database_url, kills=2)
    assert outcome.kills == 2
    assert outcome.cut_off > 0  # the kills hit running requests
    assert outcome.completed >= len(outcome.acknowledged) >= 2 * FEWEST
    assert outcome.mismatches == 0, str(outcome)


def test_workers_killed_one_after_another_lose_no_write(served: Served) -> None:
    found = kill_workers(served.database_url, seconds=3)
    assert found.outcome.kills >= 2
    assert found.outcome.cut_off > 0
    assert found.faults == 0, str(found)


def test_a_worker_that_needs_too_much_memory_is_replaced(served: Served) -> None:
    with serving(served.database_url, workers=2, WORKER_MEMORY_MB="20") as server, server.client(served.token) as client:
        before = set(workers_of(server))
        deadline = time.monotonic() + 30
        while before & set(workers_of(server)) and time.monotonic() < deadline:
            assert client.get("/api/followups/due").status_code == 200
            time.sleep(0.1)
        assert len(before) == 2
        assert not before & set(workers_of(server))


def test_a_bulk_call_killed_in_the_middle_leaves_whole_transactions(served: Served) -> None:
    command = [sys.executable, "-c", _KILLED_IN_THE_MIDDLE]
    done = subprocess.run(command, cwd=ROOT, env=settings_for(served.database_url), check=False)
    assert done.returncode == -signal.SIGKILL
    with rows_of(served.database_url) as rows:
        ladders = rows("SELECT id, lead_id FROM followups_followupladder WHERE lead_id LIKE 'bulk-%'")
        assert sorted(lead for _, lead in ladders) == sorted(f"bulk-{n}" for n in range(20))
        tasks = rows("SELECT ladder_id FROM followups_followuptask WHERE lead_id LIKE 'bulk-%'")
        assert sorted(ladder for (ladder,) in tasks) == sorted([ladder for ladder, _ in ladders] * 6)
        events = rows("SELECT subject_id FROM kpi_kpievent WHERE metric = 'ladder_created'")
        assert {str(ladder) for ladder, _ in ladders} <= {subject for (subject,) in events}
