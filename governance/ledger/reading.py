"""Reading what is on file about some points, in one SQL statement."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import QuerySet

from governance.ledger.models import ContactPoint, ContactRecord, LastContact
from governance.ledger.points import EVERY_CHANNEL, Point, channels_of, digest, digests
from governance.ledger.rules import LedgerLine, opted_out
from wholesale.plumbing.compiled import Columns, fetch

# The lines about the points whose digests are in `asked`, and a row without an entry for the last contact of each, where
# `effective_at` is the last answered call. Written by hand, because the gate has it within its own statement.
LINES_SQL = f"""
SELECT r.id AS line, p.digest, NULL AS contacted_at, r.entry, r.channel, r.effective_at, r.basis, r.expires_at
FROM asked JOIN {ContactPoint._meta.db_table} AS p ON p.digest = asked.digest
JOIN {ContactRecord._meta.db_table} AS r ON r.point_id = p.id
UNION ALL
SELECT 0, c.digest, c.contacted_at, NULL, NULL, c.answered_at, NULL, NULL
FROM asked JOIN {LastContact._meta.db_table} AS c ON c.digest = asked.digest
"""
_AT, _EXPIRES = Columns.of(ContactRecord, "effective_at", "expires_at")
LINE_COLUMNS = (None, *Columns.of(LastContact, "contacted_at"), None, None, _AT, None, _EXPIRES)  # from the digest on
_COLUMNS = Columns(None, *LINE_COLUMNS)
# `asked` is joined, because PostgreSQL would compare each row of a small table with hundreds of values in an array.
_ASKED = {
    "postgresql": "WITH asked AS (SELECT unnest(string_to_array(%(asked)s, chr(10))) AS digest)",
    "sqlite": "WITH asked AS (SELECT value AS digest FROM json_each(%(asked)s))",
}


def asked_sql() -> str:
    """The SQL before `LINES_SQL`: it defines the table `asked` from the parameter `asked`, a list of different digests."""
    return _ASKED[connection.vendor]


class OnFile(NamedTuple):
    """What is on file about a point: its lines in the order in which they were recorded, its last contact, and its last
    answered call."""

    lines: tuple[LedgerLine, ...] = ()
    contacted_at: datetime | None = None
    answered_at: datetime | None = None


NOTHING = OnFile()
Known = TypeVar("Known")
Ledgers = dict[Point, OnFile]


def ledgers(points: Collection[Point]) -> Ledgers:
    """What is on file about each of these points. Takes one query, or none if no point is given."""
    if not points:
        return {}
    known_by = digests(points)
    return filed(known_by, _lines(known_by.values()))


def is_opted_out(points: Collection[Point], channel: str, at: datetime) -> bool:
    """Whether one of these points had opted out of the channel by `at`. If `channel` is empty, any opt-out counts."""
    return any(
        opted_out(on_file.lines, by, at)
        for point, on_file in ledgers(points).items()
        for by in channels_of(point)
        if channel in (EVERY_CHANNEL, by)
    )


def filed_under(digests: Collection[str]) -> dict[str, OnFile]:
    """What is on file about each point. Points are given by their digests, because an erased point has no value."""
    return filed({known: known for known in digests}, _lines(digests))


def _lines(digests: Iterable[str]) -> list[tuple[Any, ...]]:
    statement = f"{asked_sql()} {LINES_SQL} ORDER BY line"
    return [line[1:] for line in fetch(statement, _COLUMNS, {"asked": list(dict.fromkeys(digests))})]


def filed(known_by: Mapping[Known, str], lines: Iterable[Sequence[Any]]) -> dict[Known, OnFile]:
    """What is on file for each key of `known_by`, a map from key to digest. `lines` are `LINES_SQL` rows without the id."""
    found: dict[str, list[LedgerLine]] = defaultdict(list)
    contacted: dict[str, tuple[datetime, datetime | None]] = {}
    for known, contacted_at, kind, channel, effective_at, basis, expires_at in lines:
        if kind is None:
            contacted[known] = contacted_at, effective_at
        else:
            found[known].append(LedgerLine(kind, channel, effective_at, basis, expires_at))
    if not found and not contacted:
        return dict.fromkeys(known_by, NOTHING)
    return {
        point: OnFile(tuple(found.get(known, ())), *contacted.get(known, ()))
        if known in found or known in contacted
        else NOTHING
        for point, known in known_by.items()
    }


def records_of(queryset: QuerySet[ContactRecord], points: Collection[Point]) -> QuerySet[ContactRecord]:
    """The lines of a queryset that are about these points, even if a point was erased."""
    return queryset.filter(point__digest__in=[digest(point) for point in points])
