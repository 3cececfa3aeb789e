"""Writing rows by SQL of our own: all rows of an act in one statement on PostgreSQL, one part after another on SQLite.

No signal is sent. The texts are built once, so that the server prepares them; a queryset builds its text each time, which
takes longer than running it. The rows of a part are one parameter, a JSON document. For six rows that takes half the time of
COPY, for six thousand three quarters.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import orjson
from django.db import connection, models

from wholesale.plumbing.compiled import Columns, Statement, bound, execute, fetch

_PARAMETER = re.compile(r"%\((\w+)\)s")
# Types by another name. The driver parses a statement of more than 4 kB anew each time.
_SHORT = {"varchar": "text", "timestamp with time zone": "timestamptz"}
Rows = Sequence[Sequence[Any]]
ModelT = TypeVar("ModelT", bound=models.Model)


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
    if rows:
        table, text = _table(model, columns), _after_updates_of(model)
        if or_nothing:
            text = f"{text or ' WHERE TRUE'} ON CONFLICT DO NOTHING"
        _add(Part(table.insert + text, {"rows": _document(table, rows)}))


def insert_new(model: type[ModelT], columns: tuple[str, ...], rows: Rows) -> list[ModelT]:
    """Insert a few rows as `insert` does, and return them as objects, which get their ids as in `insert_objects`."""
    # By position: Django takes five times as long to set attributes by their names.
    objects = [model(*{**_blank(model), **dict(zip(columns, row, strict=True))}.values()) for row in rows]
    insert_objects(objects)
    return objects


def insert_object(row: models.Model) -> None:
    """Insert one unsaved object, and set its id, unless it has an id already."""
    insert_objects([row])


def insert_objects(rows: Sequence[models.Model]) -> None:
    """Insert unsaved objects of one model, and set their ids, unless they have ids already (see `ids`)."""
    model, has_ids = type(rows[0]), rows[0].pk is not None
    columns = (("id",) if has_ids else ()) + _columns(model)
    table = _table(model, columns)
    # Not by the attributes: that of a `WordedField` would look for words elsewhere.
    values = list(map(itemgetter(*columns), map(vars, rows)))
    text, given = table.insert + _after_updates_of(model), {"rows": _document(table, values)}
    _add(Part(text, given) if has_ids else Part(f"{text} RETURNING id", given, objects=rows))
    alias = connection.alias
    for row in rows:
        row._state.adding, row._state.db = False, alias


def update(model: type[models.Model], columns: tuple[str, ...], rows: Rows) -> None:
    """Set these columns of locked rows. The first value of each row is its id.

    Raises:
        ValueError: within a block, other columns of one of these rows are set already: one of the two would be lost.

    """
    table, by_id = _table(model, ("id", *columns), has_defaults=False), {row[0]: row for row in rows}
    for part in _gathering.get() or ():
        if part.updates and part.updates[0] is table:
            part.updates[1].update(by_id)
            return
        if part.updates and part.updates[0].model is model and not by_id.keys().isdisjoint(part.updates[1]):
            raise ValueError(f"{model.__name__}: a row is changed twice in one statement")
    if rows:
        _add(Part(table.update, {}, updates=(table, by_id)))


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
    cursor = execute(_statement(tuple((_text_of(part), bool(part.objects)) for part in parts)), given)
    found = sorted(cursor.fetchall()) if any(part.objects for part in parts) else []
    # PostgreSQL numbers the rows of a part in their order.
    for row, (*_, pk) in zip((row for part in parts for row in part.objects), found, strict=True):
        row.pk = pk


def _text_of(part: Part) -> str:
    """Return the SQL of a part. For an update of one row it says that it is one: for any number of rows PostgreSQL plans to
    read a table of a few thousand rows from end to end."""
    if part.updates is None or len(part.updates[1]) > 1:
        return part.text
    return part.text.replace("json_to_recordset(%(rows)s::json)", "json_to_record(%(rows)s::json -> 0)")


def _given(part: Part) -> dict[str, Any]:
    if part.updates is None:
        return bound(part.given)
    table, rows = part.updates
    return {"rows": _document(table, list(rows.values()))}


@lru_cache(maxsize=256)
def _statement(parts: tuple[tuple[str, bool], ...]) -> str:
    """Return the SQL that runs all parts. For the parts that ask for new ids, it returns each id after the part's number."""
    texts = [_PARAMETER.sub(rf"%(\g<1>{n})s", text) for n, (text, _) in enumerate(parts)]
    if len(texts) == 1:
        return texts[0]
    named = ", ".join(f"w{n} AS ({text})" for n, text in enumerate(texts))
    found = [f"SELECT {n}, id FROM w{n}" for n, (_, has_objects) in enumerate(parts) if has_objects]
    return f"WITH {named} {' UNION ALL '.join(found) or 'SELECT NULL'}"


class _Table(NamedTuple):
    """The SQL and the fields for writing certain columns of a model's table."""

    model: type[models.Model]
    insert: str
    update: str  # if the first column is the id
    columns: list[str]  # the given columns, then those of the defaults
    prepared: dict[str, Callable[[Any], Any]]  # what turns a value into one of the document, where it does not stay as it is
    defaults: tuple[Any, ...]  # the defaults, other than null, of columns that are not given


def _written(model: type[models.Model]) -> list[Any]:
    """Return the fields of a model that are written: all but those that the database computes."""
    return [field for field in model._meta.concrete_fields if not field.generated]


@lru_cache
def _blank(model: type[models.Model]) -> dict[str, Any]:
    return {field.attname: field.get_default() for field in _written(model)}


@lru_cache
def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in _written(model) if not field.primary_key)


@lru_cache
def _table(model: type[models.Model], columns: tuple[str, ...], *, has_defaults: bool = True) -> _Table:
    fields = {field.attname: field for field in _written(model)}
    absent = {name: field.get_default() for name, field in fields.items() if name not in columns and not field.primary_key}
    defaults = {name: value for name, value in absent.items() if has_defaults and value is not None}
    written = [fields[name] for name in (*columns, *defaults)]
    table, names = f'"{model._meta.db_table}"', [f'"{field.column}"' for field in written]
    if connection.vendor == "postgresql":
        typed = ", ".join(f"{name} {_type(field)}" for name, field in zip(names, written, strict=True))
        source, returning = f"json_to_recordset(%(rows)s::json) AS r ({typed})", " RETURNING 1"
    else:
        values = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in names)
        source, returning = f"(SELECT {values} FROM json_each(%(rows)s)) AS r", ""
    listed = ", ".join(names)
    settings = ", ".join(f"{name} = r.{name}" for name in names[1:])
    return _Table(
        model,
        f"INSERT INTO {table} ({listed}) SELECT * FROM {source}",
        f"UPDATE {table} SET {settings} FROM {source} WHERE {table}.id = r.id{returning}",
        [str(field.column) for field in written],
        {str(field.column): prepare for field in written if (prepare := _prepare(field))},
        tuple(defaults.values()),
    )


def _type(field: models.Field[Any, Any]) -> str:
    """Return the PostgreSQL type of a field's values in a document. A text has no length there: it would be cut off."""
    kind = str(field.db_type(connection)).partition("(")[0]
    return _SHORT.get(kind, kind)


def _document(table: _Table, rows: Rows) -> str:
    """Return rows as a JSON document: an array of objects."""
    document = [dict(zip(table.columns, (*row, *table.defaults), strict=True)) for row in rows]
    for column, prepare in table.prepared.items():
        for values in document:
            values[column] = prepare(values[column])
    return orjson.dumps(document, default=_text).decode()


def _prepare(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return the function that turns a field's value into one of the document, or None if values stay as they are."""
    if connection.vendor != "postgresql":
        return lambda value: field.get_db_prep_save(value, connection)
    if isinstance(field, models.JSONField):
        encode = (field.encoder or json.JSONEncoder)().encode
        return lambda value: None if value is None else orjson.Fragment(encode(value))
    return None


def _text(value: object) -> str:
    """Return a value as text that PostgreSQL reads, where JSON has no such value: a decimal or a span of time."""
    return f"{value.days} days {value.seconds}.{value.microseconds:06} s" if isinstance(value, timedelta) else str(value)
