"""Statements that are built once from a query set: to build one takes several times as long as to carry it out.

The values that differ from call to call have names in its text (`%(lead_id)s`). All others are written out, so that the
planner sees them: the condition of a partial index is implied by `completed_at IS NULL`, not by a value that is yet to come.
No model instance is made, and no signal is sent.
"""

import inspect
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql import UpdateQuery
from psycopg import sql

from wholesale.plumbing.lookups import given_among

Rows = list[tuple[Any, ...]]
_PLACES = re.compile(r"%%|%s")


class Parameter(Expression):
    """A value that is given at each call, by its name."""

    def __init__(self, name: str, output_field: Any = None) -> None:
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Its name in the text; the text has no other parameters."""
        return f"%({self.name})s", []


class Select:
    """`Select(lambda lead_id: Lead.objects.filter(lead_id=lead_id).values_list("phone"))`, then `rows(lead_id="L1")`."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **given: Any) -> Rows:
        """The rows of these values, each with the columns of the query set's `values_list`."""
        return fetch(self.text, self.columns, given)

    def first(self, **given: Any) -> tuple[Any, ...] | None:
        """The first row, or None. It reads them all: use it where there is one at most, or where the query set says so."""
        return next(iter(self.rows(**given)), None)

    @property
    def text(self) -> str:
        """The statement, also as a part of one that is written by hand."""
        return self._now().text

    def text_from(self, source: str) -> str:
        """The statement, with a part of one that is written by hand in the place of the query set's table: the name of a
        WITH, or a SELECT in brackets. It has the columns that the query set asks of the table."""
        table = connection.ops.quote_name(self._now().table)
        return re.sub(f"FROM {table}(?! U)", lambda _: f"FROM {source} AS {table}", self.text, count=1)

    @property
    def columns(self) -> "Columns":
        """What its rows consist of."""
        return self._now().columns

    def _now(self) -> "_Compiled":
        if connection.vendor not in self._compiled:
            self._compiled[connection.vendor] = _compile(self._build(*_parameters(self._build)))
        return self._compiled[connection.vendor]


class Update:
    """The same of an update. `build` gives the rows, as a query set, and the new values of their columns."""

    def __init__(self, build: Callable[..., tuple[QuerySet[Any, Any], Mapping[str, Any]]]) -> None:
        self._build = build
        self._texts: dict[str, str] = {}

    def run(self, **given: Any) -> int:
        """Carry it out with these values. How many rows there were."""
        with connection.cursor() as cursor:
            cursor.execute(self.text, bound(given))
            return cursor.rowcount

    @property
    def text(self) -> str:
        """The statement, also as a part of one that is written by hand."""
        if connection.vendor not in self._texts:
            queryset, values = self._build(*_parameters(self._build))
            query = queryset.query.chain(UpdateQuery)
            query.add_update_values(values)
            self._texts[connection.vendor] = _written_out(*query.get_compiler(connection=connection).as_sql())
        return self._texts[connection.vendor]


class _Compiled(NamedTuple):
    table: str
    text: str
    columns: "Columns"


def _parameters(build: Callable[..., Any]) -> list[Parameter]:
    return [Parameter(name) for name in inspect.signature(build).parameters]


def _compile(queryset: QuerySet[Any, Any]) -> _Compiled:
    compiler = queryset.query.get_compiler(connection=connection)
    text = _written_out(*compiler.as_sql())
    columns = tuple(column for column, _, _ in compiler.select[: compiler.col_count])
    return _Compiled(queryset.model._meta.db_table, text, columns)


def _written_out(text: str, values: Sequence[Any]) -> str:
    """The statement with these values in the places of its parameters without a name."""
    left = iter(values)
    return _PLACES.sub(lambda place: _literal(next(left)) if place[0] == "%s" else place[0], text)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        literal = "'{}'".format(value.replace("'", "''"))
    elif connection.vendor == "postgresql":
        literal = sql.Literal(value).as_string().strip()
    else:
        literal = "NULL" if value is None else repr(value)  # of a number or a boolean: SQLite has nothing else
    return literal.replace("%", "%%")


def bound(given: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name, as the driver takes them."""
    return {name: _prepared(value) for name, value in given.items()}


def _prepared(value: Any) -> Any:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return given_among(value) if isinstance(value, Collection) else value


# What a row of a statement consists of: expressions with a field, or None for what needs no field to be read.
Columns = tuple[Any, ...]


def fetch(text: str, columns: Columns, given: Mapping[str, Any]) -> Rows:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(text, bound(given))
        return converted(cursor.fetchall(), columns)


def columns_of(model: type[Model], names: Collection[str]) -> Columns:
    """Columns of a model's table, for a statement that is written by hand."""
    return tuple(model._meta.get_field(name).cached_col for name in names)  # type: ignore[union-attr]


def converted(rows: Rows, columns: Columns) -> Rows:
    """Rows as the driver gave them, with the values of their fields. PostgreSQL's driver gives most of them itself."""
    converters = _converters(columns, connection.vendor)
    if not converters:
        return rows
    return [tuple(_values(row, converters)) for row in rows]


def _values(row: tuple[Any, ...], converters: Sequence[tuple[int, Any, Sequence[Any]]]) -> list[Any]:
    values = list(row)
    for n, column, functions in converters:
        for function in functions:
            values[n] = function(values[n], column, connection)
    return values


@lru_cache(maxsize=256)
def _converters(columns: Columns, vendor: str) -> list[tuple[int, Any, Sequence[Any]]]:
    """Of each column that has some: its place, the column, and the functions that make the field's value."""
    found = [
        (n, column, [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)])
        for n, column in enumerate(columns)
        if column is not None
    ]
    return [(n, column, functions) for n, column, functions in found if functions]
