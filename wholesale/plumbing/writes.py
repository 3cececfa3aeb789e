"""Writing rows by SQL of our own: all rows of an act in one statement on PostgreSQL, one after another on SQLite.

No signal is sent. The texts are built once, so that the server prepares them; a queryset builds its text each time, which
takes longer than running it. On PostgreSQL a part with any number of rows has one parameter: its rows as a JSON document.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from django.db import connection, models, transaction

from wholesale.plumbing.compiled import Columns, Statement, bound, fetch

# Fields whose values both drivers accept unchanged. Times, decimals and JSON need a conversion for each database.
_PLAIN = (models.BooleanField, models.CharField, models.ForeignKey, models.IntegerField)
_PARAMETER = re.compile(r"%\((\w+)\)s")
_TEXTS = ("varchar", "text")
Rows = Sequence[Sequence[Any]]


class Part(NamedTuple):
    """A part of the statement by which an act writes: SQL with named parameters, and their values."""

    text: str
    given: Mapping[str, Any]
    objects: Sequence[models.Model] = ()  # those that get the ids which the SQL returns, in this order
    updates: "tuple[_Table, dict[Any, Sequence[Any]]] | None" = None  # the new values of rows, by id; then nothing is given


_gathering: ContextVar[list[Part] | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Write everything that is given to this module within the block, when the block ends. Use it in a transaction.

    On PostgreSQL it is one statement, whose parts do not see each other's rows. Change only rows that are locked. If the
    same columns of a row are set twice, the last values count. The parts run in no fixed order, but an insert runs after
    the updates of its table that came before it, because they may free its unique key. If the block raises, nothing is
    written. A block within a block is a part of the outer one.
    """
    if _gathering.get() is not None or connection.vendor != "postgresql":
        yield
        return
    parts: list[Part] = []
    token = _gathering.set(parts)
    try:
        yield
    finally:
        _gathering.reset(token)
    _write(parts)


def run(text: str, given: Mapping[str, Any]) -> None:
    """Write by an SQL statement with named parameters."""
    _add(Part(text, given))


def insert(model: type[models.Model], columns: tuple[str, ...], rows: Rows, *, or_nothing: bool = False) -> None:
    """Insert rows with values for these columns (attribute names such as `user_id`). Other columns get their defaults.

    No model objects are created. If one row breaks a constraint, none is inserted; with `or_nothing`, a row whose unique key
    is taken is left out.
    """
    if not rows:
        return
    table, otherwise = _table(model, columns), " ON CONFLICT DO NOTHING" if or_nothing else ""
    if connection.vendor != "postgresql":
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            cursor.executemany(table.insert + otherwise, [_prepared(table, row) for row in rows])
    elif _gathering.get() is None and len(rows) > 1 and not or_nothing:
        _copy(table, rows)
    else:
        _add(Part(table.insert + _after_updates_of(model) + otherwise, {"rows": _document(table, rows)}))


def insert_object(row: models.Model) -> None:
    """Insert one unsaved object, and set its id, unless it has an id already."""
    insert_objects([row])


def insert_objects(rows: Sequence[models.Model]) -> None:
    """Insert a few unsaved objects of one model, and set their ids, unless they have ids already (see `ids`)."""
    has_ids = rows[0].pk is not None
    columns = (("id",) if has_ids else ()) + _columns(type(rows[0]))
    table = _table(type(rows[0]), columns)
    # Not by the attributes: that of a `WordedField` would look for words elsewhere.
    values = list(map(itemgetter(*columns), map(vars, rows)))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            if has_ids:
                cursor.executemany(table.insert, [_prepared(table, given) for given in values])
            for row, given in zip(rows, values, strict=True) if not has_ids else ():
                cursor.execute(table.insert, _prepared(table, given))
                row.pk = cursor.lastrowid
        return
    text = table.insert + _after_updates_of(type(rows[0]))
    _add(Part(text if has_ids else f"{text} RETURNING id", {"rows": _document(table, values)}, () if has_ids else rows))


def update(model: type[models.Model], columns: tuple[str, ...], rows: Rows) -> None:
    """Set these columns of locked rows. The first value of each row is its id.

    Raises:
        ValueError: within a block, other columns of one of these rows are set already: one of the two would be lost.

    """
    table = _table(model, ("id", *columns), has_defaults=False)
    if connection.vendor == "postgresql":
        _add_update(table, {row[0]: row for row in rows})
    elif rows:
        prepared = [_prepared(table, row) for row in rows]
        with connection.cursor() as cursor:
            cursor.executemany(table.update, [[*values, pk] for pk, *values in prepared])


def _add_update(table: "_Table", rows: dict[Any, Sequence[Any]]) -> None:
    for part in _gathering.get() or ():
        if part.updates and part.updates[0] is table:
            part.updates[1].update(rows)
            return
        if part.updates and part.updates[0].model is table.model and not rows.keys().isdisjoint(part.updates[1]):
            raise ValueError(f"{table.model.__name__}: a row is changed twice in one statement")
    if rows:
        _add(Part(table.update, {}, updates=(table, rows)))


def ids(model: type[models.Model], count: int) -> list[int]:
    """Return `count` new ids of a model, for rows that are inserted later in the same transaction."""
    return [pk for (pk,) in fetch(*asking_ids(model, count))]


def asking_ids(model: type[models.Model], count: int) -> Statement:
    """Return the statement whose rows are the ids that `ids` returns."""
    if connection.vendor == "postgresql":
        text = f"SELECT nextval(pg_get_serial_sequence('{model._meta.db_table}', 'id')) FROM generate_series(1, %(count)s)"
        return Statement(text, Columns(), {"count": count})
    return Statement(f"SELECT {id_sql(model)} + value FROM json_each(%(n)s)", Columns(), {"n": range(count)})


def id_sql(model: type[models.Model]) -> str:
    """Return the SQL of a column that gives a new id of a model, for a row that is inserted later in the transaction."""
    table = model._meta.db_table
    if connection.vendor == "postgresql":
        return f"(SELECT nextval(pg_get_serial_sequence('{table}', 'id')))"  # read once, however many rows there are
    # Only one transaction of SQLite writes at a time, so nobody else takes this id.
    return f"(SELECT COALESCE(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = '{table}')"


def _add(part: Part) -> None:
    parts = _gathering.get()
    if parts is None:
        _write([part])
    else:
        parts.append(part)


def _after_updates_of(model: type[models.Model]) -> str:
    """Return the SQL by which an insert waits for the parts that update its table: it reads from them."""
    parts = enumerate(_gathering.get() or ())
    updates = [n for n, part in parts if part.updates and part.updates[0].model is model]
    return f" WHERE {' AND '.join(f'(SELECT count(*) FROM w{n}) >= 0' for n in updates)}" if updates else ""


def _write(parts: Sequence[Part]) -> None:
    if not parts:
        return
    given = {f"{name}{n}": value for n, part in enumerate(parts) for name, value in _given(part).items()}
    with connection.cursor() as cursor:
        cursor.execute(_statement(tuple((part.text, bool(part.objects)) for part in parts)), given)
        found = sorted(cursor.fetchall()) if any(part.objects for part in parts) else []
    # PostgreSQL numbers the rows of a part in their order.
    for row, (_, pk) in zip((row for part in parts for row in part.objects), found, strict=True):
        row.pk = pk


def _given(part: Part) -> dict[str, Any]:
    if part.updates is None:
        return bound(part.given)
    table, rows = part.updates
    return {"rows": _document(table, list(rows.values()))}


@lru_cache(maxsize=256)
def _statement(parts: tuple[tuple[str, bool], ...]) -> str:
    """Return the SQL that runs all parts. For the parts that ask for new ids, it returns each id after the part's number."""
    texts = [_PARAMETER.sub(rf"%(\g<1>{n})s", text) for n, (text, _) in enumerate(parts)]
    if len(texts) == 1 and not parts[0][1]:
        return texts[0]
    named = ", ".join(f"w{n} AS ({text})" for n, text in enumerate(texts))
    found = [f"SELECT {n}, id FROM w{n}" for n, (_, has_objects) in enumerate(parts) if has_objects]
    return f"WITH {named} {' UNION ALL '.join(found) or 'SELECT NULL'}"


class _Table(NamedTuple):
    """The SQL and the fields for writing certain columns of a model's table."""

    model: type[models.Model]
    insert: str
    update: str  # if the first column is the id
    copy: str
    fields: list[Any]  # the fields of the given columns, then of the defaults
    defaults: tuple[Any, ...]  # the defaults, other than null, of columns that are not given


@lru_cache
def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)


@lru_cache
def _table(model: type[models.Model], columns: tuple[str, ...], *, has_defaults: bool = True) -> _Table:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    absent = {name: field.get_default() for name, field in fields.items() if name not in columns and not field.primary_key}
    defaults = {name: value for name, value in absent.items() if has_defaults and value is not None}
    written = [fields[name] for name in (*columns, *defaults)]
    name, names = f'"{model._meta.db_table}"', [f'"{field.column}"' for field in written]
    into = f"{name} ({', '.join(names)})"
    if connection.vendor == "postgresql":
        values, source = [_value(n, field) for n, field in enumerate(written)], "json_array_elements(%(rows)s::json) AS r"
        insert = f"INSERT INTO {into} SELECT {', '.join(values)} FROM {source}"
        where = f" FROM {source} WHERE {name}.id = {values[0]} RETURNING 1"
    else:
        values, where = ["%s"] * len(written), " WHERE id = %s"
        insert = f"INSERT INTO {into} VALUES ({', '.join(values)})"
    settings = [f"{name} = {value}" for name, value in zip(names[1:], values[1:], strict=True)]
    update = f"UPDATE {name} SET {', '.join(settings)}{where}"
    return _Table(model, insert, update, f"COPY {into} FROM STDIN", written, tuple(defaults.values()))


def _value(n: int, field: models.Field[Any, Any]) -> str:
    """Return the SQL of the n-th value of a row in a JSON document. A text is not cast, because a cast would cut it off."""
    kind = str(field.db_type(connection)).partition("(")[0]
    return f"(r->>{n})" if kind in _TEXTS else f"(r->>{n})::{kind}"


def _document(table: _Table, rows: Rows) -> str:
    """Return rows as a JSON document: an array of arrays, in which a value of a JSON field is its text."""
    encoders = [(n, field.encoder) for n, field in enumerate(table.fields) if isinstance(field, models.JSONField)]
    document = [[*row, *table.defaults] for row in rows]
    for values in document if encoders else ():
        for n, encoder in encoders:
            values[n] = None if values[n] is None else json.dumps(values[n], cls=encoder)
    return orjson.dumps(document, default=_text).decode()


def _text(value: object) -> str:
    """Return a value as text that PostgreSQL reads, where JSON has no such value: a decimal or a span of time."""
    return f"{value.days} days {value.seconds}.{value.microseconds:06} s" if isinstance(value, timedelta) else str(value)


def _prepared(table: _Table, row: Sequence[Any]) -> list[Any]:
    return [
        value if value is None or isinstance(field, _PLAIN) else field.get_db_prep_save(value, connection)
        for field, value in zip(table.fields, (*row, *table.defaults), strict=True)
    ]


def _copy(table: _Table, rows: Rows) -> None:
    json_fields = [n for n, field in enumerate(table.fields) if isinstance(field, models.JSONField)]
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
            for n in json_fields:
                values[n] = table.fields[n].get_db_prep_save(values[n], connection)
            copy.write_row(values)
