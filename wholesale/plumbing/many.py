"""Inserting rows by SQL of our own: one row by an INSERT, many by COPY on PostgreSQL, which is much faster.

The text of the INSERT never changes, so it is built once and the server prepares it. A queryset builds it each time, which
takes longer than running it. No signal is sent.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, models, transaction

# Fields whose values both drivers accept unchanged. Times, decimals and JSON need a conversion for each database.
_PLAIN = (models.BooleanField, models.CharField, models.ForeignKey, models.IntegerField)


def insert(model: type[models.Model], columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows with values for these columns (attribute names such as `user_id`). Other columns get their defaults.

    No model objects are created. If one row breaks a constraint, none is inserted.
    """
    if not rows:
        return
    table = _table(model, columns)
    if len(rows) == 1:
        with connection.cursor() as cursor:
            cursor.execute(table.insert, _prepared(table, rows[0]))
    elif connection.vendor == "postgresql":
        _copy(table, rows)
    else:
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            cursor.executemany(table.insert, [_prepared(table, row) for row in rows])


def insert_object(row: models.Model) -> None:
    """Insert one unsaved object and set its id."""
    insert_objects([row])


def insert_objects(rows: Sequence[models.Model]) -> None:
    """Insert a few unsaved objects of one model in one statement, and set their ids."""
    columns = _columns(type(rows[0]))
    table = _table(type(rows[0]), columns)
    values = attrgetter(*columns)
    statement = f"{table.insert}{f', {table.places}' * (len(rows) - 1)} RETURNING id"
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in _prepared(table, values(row))])
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = pk
            row._state.adding, row._state.db = False, connection.alias


def ids(model: type[models.Model], count: int) -> list[int]:
    """Return `count` new ids from the model's sequence (PostgreSQL), for rows that are inserted later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, count]
        )
        return [pk for (pk,) in cursor.fetchall()]


class _Table(NamedTuple):
    """The SQL and the fields for inserting rows into a table with certain columns."""

    insert: str  # the INSERT of one row
    places: str  # the placeholders of one row
    copy: str
    fields: list[Any]  # the fields of the given columns, then of the defaults
    defaults: tuple[Any, ...]  # the defaults, other than null, of columns that are not given


@lru_cache
def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)


@lru_cache
def _table(model: type[models.Model], columns: tuple[str, ...]) -> _Table:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    absent = {name: field.get_default() for name, field in fields.items() if name not in columns and not field.primary_key}
    defaults = {name: value for name, value in absent.items() if value is not None}
    written = [fields[name] for name in (*columns, *defaults)]
    names = ", ".join(f'"{field.column}"' for field in written)
    into = f'"{model._meta.db_table}" ({names})'
    places = f"({', '.join(['%s'] * len(written))})"
    return _Table(
        f"INSERT INTO {into} VALUES {places}", places, f"COPY {into} FROM STDIN", written, tuple(defaults.values())
    )


def _prepared(table: _Table, row: Sequence[Any]) -> list[Any]:
    return [
        value if value is None or isinstance(field, _PLAIN) else field.get_db_prep_save(value, connection)
        for field, value in zip(table.fields, (*row, *table.defaults), strict=True)
    ]


def _copy(table: _Table, rows: Sequence[Sequence[Any]]) -> None:
    json = [n for n, field in enumerate(table.fields) if isinstance(field, models.JSONField)]
    times = [n for n, field in enumerate(table.fields) if isinstance(field, models.DateTimeField)]
    texts: dict[datetime | None, str | None] = {None: None}  # a cache: formatting a time is slow
    # Django does not wrap the driver's errors for `copy`, so this does.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(table.copy) as copy:
        for row in rows:
            values = [*row, *table.defaults]
            for n in times:
                time = values[n]
                if time not in texts:
                    texts[time] = str(time)
                values[n] = texts[time]
            for n in json:
                values[n] = table.fields[n].get_db_prep_save(values[n], connection)
            copy.write_row(values)
