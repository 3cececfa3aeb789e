"""Each room has its handwritten SQL in one place."""

import re
from pathlib import Path

from tests.served import ROOT

APPS = ("wholesale", "governance", "followups", "buyers", "offers", "kpi")
BY_HAND = re.compile(r"\.execute(?:many)?\(|\bRawSQL\b|\.raw\(|\.extra\(|\.cursor\(|compiled import .*\b(?:fetch|change)\b")
# In a room, `reading.py` has the statements that read (some also write), and `writing.py` those that only write.
OF_A_ROOM = ("reading.py", "writing.py")
PLUMBING = {
    "wholesale/plumbing/compiled.py",  # statements compiled from querysets
    "wholesale/plumbing/http/health.py",  # whether the database answers
    "wholesale/plumbing/locks.py",  # advisory locks
    "wholesale/plumbing/lookups.py",  # many values as one parameter
    "wholesale/plumbing/writes.py",  # all rows of an act at once
    "wholesale/plumbing/mark.py",  # the mark, and the triggers that change it
    "wholesale/plumbing/postgresql/base.py",  # several statements in one message
    "wholesale/plumbing/triggers.py",  # which triggers there are
}


def _by_hand() -> dict[str, str]:
    files = (file for app in APPS for file in Path(ROOT, app).rglob("*.py") if "migrations" not in file.parts)
    texts = {str(file.relative_to(ROOT)): file.read_text() for file in files}
    return {name: text for name, text in texts.items() if BY_HAND.search(text)}


def test_handwritten_sql_is_only_in_reading_and_writing_files_and_the_plumbing() -> None:
    found = set(_by_hand())
    assert {file for file in found if Path(file).name not in OF_A_ROOM} == PLUMBING
    assert found > PLUMBING


def test_only_the_queryset_of_tasks_defines_open_due_and_permitted() -> None:
    words = re.compile(r"cancelled_at IS NULL|due_at <=|open_from <=|open_until >=|leased_until <=", re.IGNORECASE)
    assert [file for file, text in _by_hand().items() if words.search(text)] == []
