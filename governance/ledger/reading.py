"""Reading what is on file about some points, in one SQL statement."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import orjson
from django.db import connection
from django.db.models import QuerySet

from governance.ledger.models import ContactPoint, ContactRecord, LastContact
from governance.ledger.points import EVERY_CHANNEL, Point, channels_of, digest
from governance.ledger.rules import LedgerLine, opted_out
from wholesale.plumbing.compiled import Columns, Rows, Statement, fetch

# Before a statement that has `on_file_sql`: a table of the digests in the parameter `asked`. It is joined, because
# PostgreSQL would compare each row of a small table with hundreds of values in an array. The subquery hides the digests from
# its planner. If it saw how few they are, it would plan each call anew, which takes seven times as long as the rest.
_ASKED = {
    "postgresql": "WITH asked AS (SELECT unnest((SELECT string_to_array(%(asked)s, chr(10)))) AS digest)",
    "sqlite": "WITH asked AS (SELECT value AS digest FROM json_each(%(asked)s))",
}
# The lines about these points, and a row without an entry for the last contact of each, where `effective_at` is the last
# answered call. Hand-written, because the gate and the verbs have it as a column of their own statements.
_LINES = f"""
SELECT r.id AS line, p.digest, NULL AS contacted_at, r.entry, r.channel, r.effective_at, r.basis, r.expires_at
FROM asked JOIN {ContactPoint._meta.db_table} AS p ON p.digest = asked.digest
JOIN {ContactRecord._meta.db_table} AS r ON r.point_id = p.id
UNION ALL
SELECT 0, c.digest, c.contacted_at, NULL, NULL, c.answered_at, NULL, NULL
FROM asked JOIN {LastContact._meta.db_table} AS c ON c.digest = asked.digest
"""
_VALUES = "digest, contacted_at, entry, channel, effective_at, basis, expires_at"
_ON_FILE = {
    "postgresql": f"(SELECT CAST(json_agg(json_build_array({_VALUES}) ORDER BY line) AS text) FROM ({_LINES}) AS lines)",
    "sqlite": f"(SELECT json_group_array(json_array({_VALUES})) FROM ({_LINES} ORDER BY line))",
}


def asked_sql() -> str:
    """The SQL before a statement with `on_file_sql`. Its parameter `asked` is a list of different digests."""
    return _ASKED[connection.vendor]


def on_file_sql() -> str:
    """The SQL of a column with everything that is on file about the points in `asked`, for `parse_on_file`."""
    return _ON_FILE[connection.vendor]


class OnFile(NamedTuple):
    """What is on file about a point: its lines in the order in which they were recorded, its last contact, and its last
    answered call."""

    lines: tuple[LedgerLine, ...] = ()
    contacted_at: datetime | None = None
    answered_at: datetime | None = None


NOTHING = OnFile()
Ledgers = dict[Point, OnFile]


def ledgers(points: Collection[Point]) -> Ledgers:
    """What is on file about each of these points. Takes one query, or none if no point is given."""
    if not points:
        return {}
    found = filed_under(set(map(digest, points)))
    return {point: found[digest(point)] for point in points}


def is_opted_out(points: Collection[Point], channel: str, at: datetime, filed: Mapping[str, OnFile] | None = None) -> bool:
    """Whether one of these points had opted out of the channel by `at`. If `channel` is empty, any opt-out counts.

    It takes one query, or none if the caller has read what is `filed` about these points.
    """
    filed = filed_under({digest(point) for point in points}) if filed is None else filed
    return any(
        opted_out(filed[digest(point)].lines, by, at)
        for point in points
        for by in channels_of(point)
        if channel in (EVERY_CHANNEL, by)
    )


def filed_under(digests: Collection[str]) -> dict[str, OnFile]:
    """What is on file about each point. Points are given by their digests, because an erased point has no value."""
    return filed_in(fetch(*filing(digests)), digests)


def filing(digests: Collection[str]) -> Statement:
    """Return the statement whose rows `filed_in` reads."""
    return Statement(f"{asked_sql()} SELECT {on_file_sql()}", Columns(None), {"asked": list(digests)})


def filed_in(rows: Rows, digests: Collection[str]) -> dict[str, OnFile]:
    """What is on file about each of these points, by its digest."""
    return {**dict.fromkeys(digests, NOTHING), **parse_on_file(rows[0][0])}


def parse_on_file(text: str | None) -> dict[str, OnFile]:
    """What is on file about each point, by its digest, from a column of `on_file_sql`. Points with nothing are left out."""
    found: dict[str, list[LedgerLine]] = defaultdict(list)
    contacted: dict[str, tuple[datetime, datetime | None]] = {}
    for known, contacted_at, kind, channel, effective_at, basis, expires_at in orjson.loads(text) if text else ():
        if kind is None:
            contacted[known] = _time(contacted_at), effective_at and _time(effective_at)
        else:
            found[known].append(LedgerLine(kind, channel, _time(effective_at), basis, expires_at and _time(expires_at)))
    return {
        known: OnFile(tuple(found.get(known, ())), *contacted.get(known, ())) for known in found.keys() | contacted.keys()
    }


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)  # SQLite stores times in UTC without a zone


def records_of(queryset: QuerySet[ContactRecord], points: Collection[Point]) -> QuerySet[ContactRecord]:
    """The lines of a queryset that are about these points, even if a point was erased."""
    return queryset.filter(point__digest__in=[digest(point) for point in points])
