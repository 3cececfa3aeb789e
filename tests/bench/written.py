"""The rows that one request wrote, and their like written by bare psycopg: one statement for each table, nothing read."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from secrets import token_hex
from typing import Any

import psycopg
from django.db.models.fields import AutoFieldMixin

from tests.bench.operations import Values
from tests.recorded.changes import Change, Row, models_by_table

_DIGEST = re.compile(r"(?<!\w)[0-9a-f]{32,64}(?!\w)")  # also a correlation id: unique in each request

Parts = tuple[str, ...]  # of a text; some are names that another request replaces by its own


@dataclass(frozen=True, slots=True)
class Writing:
    """One statement. If other rows name its rows, it returns their keys; `keys` are the recorded ones."""

    sql: str
    params: tuple[Parts, ...]
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Written:
    """All rows of one request, with what differs in the next one: its values and digests."""

    writings: tuple[Writing, ...]
    values: Values
    digests: tuple[str, ...]

    def repeat(self, connection: "psycopg.Connection[Any]", values: Values) -> None:
        """Write the rows of a request with these values."""
        known = {recorded: values[name] for name, recorded in self.values.items()}
        known |= {digest: token_hex(len(digest) // 2) for digest in self.digests}
        for writing in self.writings:
            params = ["".join([known.get(part, part) for part in parts]) for parts in writing.params]
            cursor = connection.execute(writing.sql.encode(), params)
            if writing.keys:
                known |= zip(writing.keys, (str(made) for (made,) in cursor), strict=True)


def written(changes: Sequence[Change], values: Values) -> Written:
    """Return the rows of these changes, which a request with these values made. None may be a deletion."""
    rows = [(change.table, change.after) for change in changes if change.after]
    digests = dict.fromkeys(digest for _, row in rows for value in row.values() for digest in _DIGEST.findall(_text(value)))
    keys = [_text(row[column]) for table, row in rows if (column := _automatic_key(table))]
    names = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, (*values.values(), *digests, *keys)))})(?![\w-])")
    tables = {table: list(of_it) for table, of_it in groupby(sorted(changes, key=_table), key=_table)}
    writings = [writing for table, of_it in tables.items() for writing in _writings(table, of_it, names)]
    return Written(tuple(_in_order(writings)), values, tuple(digests))


def _writings(table: str, changes: Sequence[Change], names: re.Pattern[str]) -> Iterator[Writing]:
    """An UPDATE for each changed row, and one INSERT of all new rows."""
    yield from (_update(table, change.before, change.after, names) for change in changes if change.before and change.after)
    if new := [change.after for change in changes if change.after and not change.before]:
        yield _insert(table, new, names)


def _update(table: str, before: Row, after: Row, names: re.Pattern[str]) -> Writing:
    changed = {column: value for column, value in after.items() if value != before[column]}
    sets = ", ".join(f'"{column}" = {"NULL" if value is None else "%s"}' for column, value in changed.items())
    values = [*(value for value in changed.values() if value is not None), after[_key(table)]]
    return Writing(f'UPDATE "{table}" SET {sets} WHERE "{_key(table)}" = %s', _parts(values, names))


def _insert(table: str, rows: Sequence[Row], names: re.Pattern[str]) -> Writing:
    automatic = _automatic_key(table)
    columns = [name for name in rows[0] if name != automatic and any(row[name] is not None for row in rows)]
    shown = ", ".join(f'"{name}"' for name in columns)
    tuples = ", ".join("(" + ", ".join("NULL" if row[name] is None else "%s" for name in columns) + ")" for row in rows)
    values = [row[name] for row in rows for name in columns if row[name] is not None]
    keys = tuple(_text(row[automatic]) for row in rows) if automatic else ()
    return Writing(f'INSERT INTO "{table}" ({shown}) VALUES {tuples}', _parts(values, names), keys)


def _in_order(writings: Sequence[Writing]) -> Iterator[Writing]:
    """First the rows that others name, which return their keys."""
    named = {part for writing in writings for part in chain.from_iterable(writing.params)}
    for writing in writings:
        if named & {*writing.keys}:
            yield Writing(f'{writing.sql} RETURNING "id"', writing.params, writing.keys)
    yield from (Writing(writing.sql, writing.params) for writing in writings if not named & {*writing.keys})


def _parts(values: Sequence[Any], names: re.Pattern[str]) -> tuple[Parts, ...]:
    return tuple(tuple(names.split(_text(value))) for value in values)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _table(change: Change) -> str:
    return change.table


def _key(table: str) -> str:
    return str(_primary_key(table).column)


def _automatic_key(table: str) -> str | None:
    """The column whose values the database makes, or None."""
    return _key(table) if isinstance(_primary_key(table), AutoFieldMixin) else None


def _primary_key(table: str) -> Any:
    return models_by_table()[table]._meta.pk
