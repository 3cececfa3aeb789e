"""A row that governs is changed in one process, and another decides by it at once: a thousand times."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from tests.factories import NOON
from tests.served import ROOT, database_name, fresh_database, on_postgresql, settings_for

TIMES = 1_000
# The other process. It answers each line of its input with what it decides by.
ASKED = f"""
import json, sys
import django
django.setup()
from datetime import datetime
from governance import gate
from governance.market.services import get_effective_policy
from wholesale.plumbing import mark
at = datetime.fromisoformat("{NOON.isoformat()}")
for _ in sys.stdin:
    answer = gate.decide_contact("ON", "TORONTO", "CALL", at=at)
    policy, rules = get_effective_policy("ON", "TORONTO")
    print(json.dumps({{
        "gate": [answer.policy_version, answer.verdict.allowed],
        "policy": [policy.version, policy.enabled],
        "sender": [answer.sender.name, gate.sender(mark.current()).name],
    }}), flush=True)
"""


@contextmanager
def other_process(url: str) -> Iterator[Any]:
    """A process with a connection of its own. Yields a function that asks it."""
    command = [sys.executable, "-c", ASKED]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "bufsize": 1}
    with subprocess.Popen(command, cwd=ROOT, env=settings_for(url), **pipes) as process:
        assert process.stdin
        assert process.stdout
        asked, answers = process.stdin, process.stdout

        def ask() -> Any:
            asked.write("?\n")
            asked.flush()
            return json.loads(answers.readline())

        yield ask
        asked.close()


@contextmanager
def raw(url: str) -> Iterator[Any]:
    """Yields a function that runs and commits a raw SQL statement: no Django, no verb."""
    connection: Any = (
        psycopg.connect(url, autocommit=True)
        if on_postgresql()
        else sqlite3.connect(database_name(url), isolation_level=None)
    )
    with closing(connection):
        yield connection.execute


def test_another_process_decides_by_each_change_at_once() -> None:
    version, closed, name = 1, False, ""
    with fresh_database() as url, raw(url) as execute, other_process(url) as ask:
        for n in range(TIMES):
            if n % 3 == 0:
                version = n + 2
                enabled = "true" if version % 2 == 0 else "false"
                execute(
                    f"UPDATE governance_marketpolicy SET version = {version}, enabled = {enabled} "
                    "WHERE province = 'ON' AND market = 'ALL'"
                )
            elif n % 3 == 1:
                execute(
                    "DELETE FROM governance_closedday"
                    if closed
                    else "INSERT INTO governance_closedday (changed_by, reason, updated_at, province, day, name) "
                    f"VALUES ('raw', '', '{NOON:%Y-%m-%d}', 'ON', '{NOON:%Y-%m-%d}', 'inventory')"
                )
                closed = not closed
            else:
                name = f"Company {n}"
                execute(f"UPDATE governance_organisation SET name = '{name}'")
            is_on = version % 2 == 0
            assert ask() == {
                "gate": [version, is_on and not closed],
                "policy": [version, is_on],
                "sender": [name, name],
            }
