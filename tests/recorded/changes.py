"""The rows that a request wrote: a trigger on every table logs each row before and after the change.

Tables are known only by their names.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.dateparse import parse_duration

from tests.recorded.masks import FIRST_ID, IDS_OF_A_TABLE

_LOG = "recorded_change"
_MARK = "wholesale_mark"
_NAMES = re.compile(r"\b(?:\d{10}|[0-9a-f]{32,64})\b")  # ids and digests
# For these tables only the write counts: the row's text repeats the answer, or belongs to another package.
_WITHOUT_CONTENT = {"wholesale_idempotencykey": ("body",), "auth_user": ("last_login",)}

Row = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A written row: before the change (None for a new row) and after it (None for a deleted row)."""

    table: str
    before: Row | None
    after: Row | None


def in_order(written: list[Change]) -> list[Change]:
    """Sort changes independently of the database, of the digests' key and of the order of new rows."""
    new = {str(key(change)) for change in written if not change.before}

    def order(change: Change) -> tuple[str, str]:
        text = json.dumps([change.before, change.after], sort_keys=True)
        return change.table, _NAMES.sub(lambda found: "" if found[0] in new or len(found[0]) > 10 else found[0], text)

    return sorted(written, key=order)


def tables() -> list[str]:
    """Every table of the database, by name, without the mark's: it has a value of its own in each run."""
    return sorted(set(connection.introspection.table_names()) - {_LOG, _MARK})


@contextmanager
def watching() -> Iterator[None]:
    """Log each row written in the block. The triggers are committed: else SQLite reads them again after each rollback."""
    with transaction.atomic(), connection.cursor() as cursor:
        number = "bigserial" if connection.vendor == "postgresql" else "integer"
        cursor.execute(f"CREATE TABLE {_LOG} (n {number} PRIMARY KEY, name text, before text, after text)")
        made = [trigger for table in tables() for trigger in _make_triggers(cursor, table)]
    try:
        yield
    finally:
        with transaction.atomic(), connection.cursor() as cursor:
            for drop in made:
                cursor.execute(drop)
            cursor.execute(f"DROP TABLE {_LOG}")


def number_apart() -> None:
    """Start the ids of each table in a recognisable range, until the transaction is rolled back."""
    with connection.cursor() as cursor:
        for place, table in enumerate(tables()):
            first = FIRST_ID + place * IDS_OF_A_TABLE
            if connection.vendor == "postgresql":
                for sequence in connection.introspection.get_sequences(cursor, table):
                    cursor.execute(f'ALTER SEQUENCE "{sequence["name"]}" RESTART WITH {first}')
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first - 1])


_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {_LOG}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' OR OLD IS DISTINCT FROM NEW THEN
    INSERT INTO {_LOG} (name, before, after) VALUES (TG_TABLE_NAME,
      CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD)::text END, CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW)::text END);
  END IF;
  RETURN NULL;
END $$
"""


def _make_triggers(cursor: Any, table: str) -> Iterator[str]:
    """Make the triggers. Return the statements that drop them."""
    if connection.vendor == "postgresql":
        cursor.execute(_FUNCTION)
        when = f'AFTER INSERT OR UPDATE OR DELETE ON "{table}" FOR EACH ROW'
        cursor.execute(f"CREATE TRIGGER {_LOG} {when} EXECUTE FUNCTION {_LOG}()")
        yield f'DROP TRIGGER {_LOG} ON "{table}"'
        return
    cursor.execute(f'PRAGMA table_info("{table}")')
    columns = [column for _, column, *_ in cursor.fetchall()]
    old, new = (_as_json(row, columns) for row in ("OLD", "NEW"))
    for act, before, after in (("INSERT", "NULL", new), ("UPDATE", old, new), ("DELETE", old, "NULL")):
        cursor.execute(
            f'CREATE TRIGGER "{_LOG}_{table}_{act}" AFTER {act} ON "{table}" WHEN {before} IS NOT {after} BEGIN '
            f"INSERT INTO {_LOG} (name, before, after) VALUES ('{table}', {before}, {after}); END"
        )
        yield f'DROP TRIGGER "{_LOG}_{table}_{act}"'


def _as_json(row: str, columns: list[str]) -> str:
    pairs = ", ".join(f"'{name}', {row}.\"{name}\"" for name in columns)
    return f"json_object({pairs})"


def taken() -> list[Change]:
    """The changes since the last call."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, before, after FROM {_LOG} ORDER BY n")
        found = cursor.fetchall()
        if found:
            cursor.execute(f"DELETE FROM {_LOG}")
    return _as_one([Change(table, _row(table, before), _row(table, after)) for table, before, after in found])


def _as_one(changes: list[Change]) -> list[Change]:
    """Make one change of several updates of a row: PostgreSQL may write in one statement what SQLite writes in two."""
    found: list[Change] = []
    updated: dict[tuple[str, Any], int] = {}
    for change in changes:
        which = change.table, key(change)
        if change.before and change.after and which in updated:
            place = updated[which]
            found[place] = Change(change.table, found[place].before, change.after)
            continue
        if change.before and change.after:
            updated[which] = len(found)
        found.append(change)
    return found


@cache
def models_by_table() -> dict[str, type[models.Model]]:
    """Every model, by the name of its table."""
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}


def key(change: Change) -> Any:
    """The primary key of the changed row."""
    row = change.after or change.before or {}
    model = models_by_table().get(change.table)
    return row[str(model._meta.pk.column)] if model else next(iter(row.values()))


def _row(table: str, text: str | None) -> Row | None:
    """The row's columns, with values that do not depend on the database, without those that the database generates."""
    if text is None:
        return None
    row = json.loads(text, parse_float=Decimal)
    model = models_by_table().get(table)
    fields = {field.column: field for field in model._meta.concrete_fields} if model else {}
    return {
        column: _plain(fields.get(column), value)
        for column, value in row.items()
        if column not in _WITHOUT_CONTENT.get(table, ()) and not getattr(fields.get(column), "generated", False)
    }


def _plain(field: "models.Field[Any, Any] | None", value: Any) -> Any:
    if value is None or field is None:
        return value
    if field.column == "task_path":
        return value.rpartition(".")[2]  # the function of a background task: its module may move
    if isinstance(field, models.BooleanField):
        return bool(value)
    if isinstance(field, models.DecimalField | models.FloatField):
        return float(value)
    if isinstance(field, models.DateTimeField):
        at = datetime.fromisoformat(value)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()
    if isinstance(field, models.UUIDField):
        return str(UUID(value))
    if isinstance(field, models.DurationField):
        return str(timedelta(microseconds=value) if isinstance(value, int) else parse_duration(value))
    if isinstance(field, models.JSONField) and connection.vendor == "sqlite":
        value = json.loads(value)
    return json.loads(json.dumps(value, default=float))
