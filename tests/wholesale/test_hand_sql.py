"""SQL by hand stands in one place a room."""

import re
from pathlib import Path

from tests.served import ROOT

APPS = ("wholesale", "governance", "followups", "buyers", "offers", "kpi")
BY_HAND = re.compile(r"\.execute(?:many)?\(|\bRawSQL\b|\.raw\(|\.extra\(|\.cursor\(|compiled import .*\b(?:fetch|change)\b")
# Of a room: `reading.py` what reads, also where it writes in the same statement, `writing.py` what only writes.
OF_A_ROOM = ("reading.py", "writing.py")
PLUMBING = {
    "wholesale/plumbing/append_only.py",  # triggers
    "wholesale/plumbing/compiled.py",  # statements that are compiled from query sets
    "wholesale/plumbing/http/health.py",  # whether the database answers
    "wholesale/plumbing/locks.py",  # advisory locks
    "wholesale/plumbing/lookups.py",  # many values as one
    "wholesale/plumbing/many.py",  # many rows at once
}


def _by_hand() -> dict[str, str]:
    files = (file for app in APPS for file in Path(ROOT, app).rglob("*.py") if "migrations" not in file.parts)
    texts = {str(file.relative_to(ROOT)): file.read_text() for file in files}
    return {name: text for name, text in texts.items() if BY_HAND.search(text)}


def test_sql_by_hand_stands_in_the_reading_and_writing_of_a_room_and_in_the_plumbing() -> None:
    found = set(_by_hand())
    assert {file for file in found if Path(file).name not in OF_A_ROOM} == PLUMBING
    assert found > PLUMBING


def test_what_is_open_due_and_permitted_is_said_by_the_query_set_of_tasks_alone() -> None:
    words = re.compile(r"cancelled_at IS NULL|due_at <=|open_from <=|open_until >=|leased_until <=", re.IGNORECASE)
    assert [file for file, text in _by_hand().items() if words.search(text)] == []
