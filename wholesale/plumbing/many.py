"""Rows inserted by SQL of our own: one by an INSERT, many at once by COPY on PostgreSQL, which costs a fraction of it.

The INSERT's text is always the same, so that it is built once and the server prepares it. A query set builds it each time,
which takes longer than to carry it out. No signal is sent.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection, models, transaction

# Fields whose values both drivers take as they are. Times, decimals and JSON each database wants in its own way.
_PLAIN = (models.BooleanField, models.CharField, models.ForeignKey, models.IntegerField)


def insert(model: type[models.Model], columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of these columns (attribute names, as `user_id`), in their order; the others have their defaults.

    No object is made. A row that breaks a constraint undoes them all.
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
    """Insert an object that is not stored yet, and give it its id."""
    insert_objects([row])


def insert_objects(rows: Sequence[models.Model]) -> None:
    """Insert a few objects of one model that are not stored yet, in one statement, and give each its id."""
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
    """The ids of as many rows that are to be inserted, of PostgreSQL's sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, count]
        )
        return [pk for (pk,) in cursor.fetchall()]


class _Table(NamedTuple):
    """Where rows of some columns go."""

    insert: str  # of one row
    places: str  # of its values
    copy: str
    fields: list[Any]  # those of the columns, then those of the defaults
    defaults: tuple[Any, ...]  # of the columns that are not given and not null


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
    texts: dict[datetime | None, str | None] = {None: None}  # many rows share their times, and to write one costs most
    # Django makes the driver's errors its own in every call of a cursor but this one.
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
