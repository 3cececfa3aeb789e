"""Statements that are built once from a query set: to build one takes several times as long as to carry it out.

The values that differ from call to call have names in its text (`%(lead_id)s`). All others are written out, so that the
planner sees them: the condition of a partial index is implied by `completed_at IS NULL`, not by a value that is yet to come.
No model instance is made, and no signal is sent.
"""

import inspect
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql import UpdateQuery
from psycopg import sql

from wholesale.plumbing.lookups import given_among

Rows = list[tuple[Any, ...]]
_PLACES = re.compile(r"%%|%s")
_PLAIN = (str, int, type(None))  # what the drivers take as it is


class Parameter(Expression):
    """A value that is given at each call, by its name."""

    def __init__(self, name: str, output_field: Any = None) -> None:
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Its name in the text; the text has no other parameters."""
        return f"%({self.name})s", ()


class Columns:
    """What the rows of a statement consist of: expressions with a field, or None for what needs no field to be read."""

    def __init__(self, *columns: Any) -> None:
        self._columns = columns

    @classmethod
    def of(cls, model: type[Model], *names: str) -> list[Any]:
        """Columns of a model's table, for a statement that is written by hand."""
        fields: list[Any] = [model._meta.get_field(name) for name in names]
        return [field.cached_col for field in fields]

    def converted(self, rows: Rows) -> Rows:
        """Rows as the driver gave them, with the values of their fields. PostgreSQL's driver gives most of them itself."""
        converters = self._converters
        return [_values(row, converters) for row in rows] if converters else rows

    @cached_property
    def _converters(self) -> list[tuple[int, Any, list[Any]]]:
        """Of each column that has some: its place, the column, and the functions that make the field's value."""
        found = [
            (n, column, [*connection.ops.get_db_converters(column), *column.get_db_converters(connection)])
            for n, column in enumerate(self._columns)
            if column is not None
        ]
        return [(n, column, functions) for n, column, functions in found if functions]


def _values(row: tuple[Any, ...], converters: Sequence[tuple[int, Any, list[Any]]]) -> tuple[Any, ...]:
    values = list(row)
    for n, column, functions in converters:
        for function in functions:
            values[n] = function(values[n], column, connection)
    return tuple(values)


def fetch(text: str, columns: Columns, given: Mapping[str, Any]) -> Rows:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(text, bound(given))
        return columns.converted(cursor.fetchall())


def change(text: str, given: Mapping[str, Any]) -> int:
    """Carry out a statement that writes. How many rows there were."""
    with connection.cursor() as cursor:
        cursor.execute(text, bound(given))
        return cursor.rowcount


class Select:
    """`Select(lambda lead_id: Lead.objects.filter(lead_id=lead_id).values_list("phone"))`, then `rows(lead_id="L1")`."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build

    def rows(self, **given: Any) -> Rows:
        """The rows of these values, each with the columns of the query set's `values_list`."""
        return fetch(self.text, self.columns, given)

    def first(self, **given: Any) -> tuple[Any, ...] | None:
        """The first row, or None. It reads them all: use it where there is one at most, or where the query set says so."""
        return next(iter(self.rows(**given)), None)

    @property
    def text(self) -> str:
        """The statement, also as a part of one that is written by hand."""
        return self._compiled.text

    def text_from(self, source: str) -> str:
        """The statement, with a part of one that is written by hand in the place of the query set's table: the name of a
        WITH, or a SELECT in brackets. It has the columns that the query set asks of the table."""
        table, alias = next(iter(self._compiled.aliases.items()))
        return self.text.replace(f'FROM "{table}" {alias}', f"FROM {source} {alias}")

    def alias_of(self, model: type[Model]) -> str:
        """The name of a model's table within the statement."""
        return self._compiled.aliases[model._meta.db_table]

    @property
    def columns(self) -> Columns:
        """What its rows consist of."""
        return self._compiled.columns

    @cached_property
    def _compiled(self) -> "_Compiled":
        return _compile(self._build(*_parameters(self._build)))


class Update:
    """The same of an update. `build` gives the rows, as a query set, and the new values of their columns."""

    def __init__(self, build: Callable[..., tuple[QuerySet[Any, Any], Mapping[str, Any]]]) -> None:
        self._build = build

    def run(self, **given: Any) -> int:
        """Carry it out with these values. How many rows there were."""
        return change(self.text, given)

    @cached_property
    def text(self) -> str:
        """The statement, also as a part of one that is written by hand."""
        queryset, values = self._build(*_parameters(self._build))
        query: Any = queryset.query.chain(UpdateQuery)
        query.add_update_values(values)
        return _written_out(*query.get_compiler(connection=connection).as_sql())


class _Compiled(NamedTuple):
    text: str
    columns: Columns
    aliases: dict[str, str]  # by table, the query set's own first


def _parameters(build: Callable[..., Any]) -> list[Parameter]:
    return [Parameter(name) for name in inspect.signature(build).parameters]


def _compile(queryset: QuerySet[Any, Any]) -> _Compiled:
    query: Any = queryset.query.clone()
    # Short names: the driver parses a statement of more than 4 kB anew each time.
    aliases = {table: f"t{n}" for n, table in enumerate(query.alias_map)}
    query.change_aliases(aliases)
    compiler = query.get_compiler(connection=connection)
    text = _written_out(*compiler.as_sql())
    columns = Columns(*(column for column, _, _ in compiler.select[: compiler.col_count]))
    return _Compiled(text, columns, aliases)


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
        literal = "NULL" if value is None else str(value)  # of a number or a boolean: SQLite has nothing else
    return literal.replace("%", "%%")


def bound(given: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name, as the driver takes them."""
    return {name: value if isinstance(value, _PLAIN) else _prepared(value) for name, value in given.items()}


def _prepared(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return given_among(value) if isinstance(value, Collection) else value
