"""SQL statements that are compiled once from a queryset. Building a queryset takes several times as long as running it.

Values that differ from call to call are named parameters in the SQL (`%(lead_id)s`). Other values are literals, so that the
planner sees them: only the literal `completed_at IS NULL` shows that a partial index fits, a parameter would not.
No model instances are created, and no signal is sent.
"""

import inspect
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql import UpdateQuery
from psycopg import sql

from wholesale.plumbing.lookups import given_among

Rows = list[tuple[Any, ...]]
_PLACES = re.compile(r"%%|%s")
_PLAIN = (str, int, type(None))  # types that the drivers accept unchanged


class Parameter(Expression):
    """A named parameter of a compiled SQL statement. Each call gives its value."""

    def __init__(self, name: str, output_field: Any = None) -> None:
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the placeholder of the parameter as SQL, and no values, because the parameter is named."""
        return f"%({self.name})s", ()


class Columns:
    """The columns of an SQL statement's rows. Each is an expression with a field, or None if its values stay as they are."""

    def __init__(self, *columns: Any) -> None:
        self._columns = columns

    @classmethod
    def of(cls, model: type[Model], *names: str) -> list[Any]:
        """Return the named columns of a model's table, for an SQL statement that is written by hand."""
        fields: list[Any] = [model._meta.get_field(name) for name in names]
        return [field.cached_col for field in fields]

    def converted(self, rows: Rows) -> Rows:
        """Convert the driver's values to those of the model fields. PostgreSQL's driver has converted most already."""
        converters = self._converters
        return [_values(row, converters) for row in rows] if converters else rows

    @cached_property
    def _converters(self) -> list[tuple[int, Any, list[Any]]]:
        """The columns that need a conversion: the index, the column, and the functions that convert a value."""
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


class Statement(NamedTuple):
    """An SQL statement with values for its named parameters, and the columns of its rows."""

    text: str
    columns: Columns = Columns()
    given: Mapping[str, Any] = {}


def together(*statements: Statement) -> list[Rows]:
    """Run SQL statements in this order, on PostgreSQL in one message, and return the rows of each.

    Each statement sees what was committed before it began. So one that follows a lock sees what the lock protects.
    """
    ours: Any = connections[DEFAULT_DB_ALIAS]
    if ours.vendor != "postgresql" or not statements:
        return [fetch(*statement) for statement in statements]
    cursors = ours.in_one_message([(text, bound(given)) for text, _, given in statements])
    return [one.columns.converted(cursor.fetchall()) for one, cursor in zip(statements, cursors, strict=True)]


def fetch(text: str, columns: Columns, given: Mapping[str, Any]) -> Rows:
    """Run an SQL statement with values for its named parameters, and return the rows."""
    return columns.converted(execute(text, given).fetchall())


def change(text: str, given: Mapping[str, Any]) -> int:
    """Run an SQL statement that writes, with values for its named parameters. Return the number of written rows."""
    count: int = execute(text, given).rowcount
    return count


def execute(text: str, given: Mapping[str, Any]) -> Any:
    """Run an SQL statement with values for its named parameters, and return the cursor."""
    ours: Any = connections[DEFAULT_DB_ALIAS]  # on PostgreSQL of wholesale.plumbing.postgresql
    if ours.vendor == "postgresql":
        return ours.in_one_message([(text, bound(given))])[0]
    cursor = ours.cursor()
    cursor.execute(text, bound(given))
    return cursor


class Select:
    """A compiled SELECT. `build` returns a queryset with `values_list`, and takes the parameters by name: after
    `Select(lambda lead_id: Lead.objects.filter(lead_id=lead_id).values_list("phone"))` call `rows(lead_id="L1")`."""

    def __init__(self, build: Callable[..., QuerySet[Any, Any]]) -> None:
        self._build = build
        self._locks: dict[tuple[type[Model], ...], str] = {}  # the SQL of `locking`, by the models

    def rows(self, **given: Any) -> Rows:
        """Return the rows for these values of the parameters. Their columns are those of the queryset's `values_list`."""
        return fetch(self.text, self.columns, given)

    def first(self, **given: Any) -> tuple[Any, ...] | None:
        """Return the first row, or None if there is none. All rows are read, so use it only if at most one is expected."""
        return next(iter(self.rows(**given)), None)

    def part(self, *, limit: int, offset: int, **given: Any) -> Rows:
        """Return at most `limit` rows after the first `offset` rows.

        Both are parameters: a plan that is made without the values expects many rows and looks dear, so PostgreSQL goes on
        planning for the values wherever an index serves only some of them.
        """
        return fetch(
            f"{self.text} LIMIT %(limit)s OFFSET %(offset)s", self.columns, {**given, "limit": limit, "offset": offset}
        )

    def rows_from(self, source: str, **given: Any) -> Rows:
        """Return the rows, read from `source` as in `text_from`."""
        return fetch(self.text_from(source), self.columns, given)

    def of(self, **given: Any) -> Statement:
        """Return the statement with these values of its parameters, for `together`."""
        return Statement(self.text, self.columns, given)

    def locking(self, *models: type[Model], **given: Any) -> Statement:
        """Return the statement so that it locks the rows of these models, in their order, before it reads them. Without
        `models` it locks those of the queryset's own table."""
        if models not in self._locks:
            aliases = [self.alias_of(model) for model in models] or [next(iter(self._compiled.aliases.values()))]
            lock = f" FOR NO KEY UPDATE OF {', '.join(aliases)}" if connection.vendor == "postgresql" else ""
            self._locks[models] = self.text + lock
        return Statement(self._locks[models], self.columns, given)

    @property
    def text(self) -> str:
        """The SQL of the statement. It can also be a part of a statement that is written by hand."""
        return self._compiled.text

    def text_from(self, source: str) -> str:
        """Return the SQL with `source` in place of the queryset's table: the name of a WITH, or a SELECT in brackets. The
        source must have the columns that the queryset reads from the table."""
        table, alias = next(iter(self._compiled.aliases.items()))
        return self.text.replace(f'FROM "{table}" {alias}', f"FROM {source} {alias}")

    def alias_of(self, model: type[Model]) -> str:
        """Return the alias that the SQL uses for a model's table."""
        return self._compiled.aliases[model._meta.db_table]

    @property
    def columns(self) -> Columns:
        """The columns of the statement's rows."""
        return self._compiled.columns

    @cached_property
    def _compiled(self) -> "_Compiled":
        return _compile(self._build(*_parameters(self._build)))


class Update:
    """A compiled UPDATE. `build` takes the parameters by name. It returns a queryset, and the new values by column."""

    def __init__(self, build: Callable[..., tuple[QuerySet[Any, Any], Mapping[str, Any]]]) -> None:
        self._build = build

    def run(self, **given: Any) -> int:
        """Run the update with these values of the parameters. Return the number of changed rows."""
        return change(self.text, given)

    @cached_property
    def text(self) -> str:
        """The SQL of the statement. It can also be a part of a statement that is written by hand."""
        queryset, values = self._build(*_parameters(self._build))
        query: Any = queryset.query.chain(UpdateQuery)
        query.add_update_values(values)
        return _written_out(*query.get_compiler(connection=connection).as_sql())


class _Compiled(NamedTuple):
    text: str
    columns: Columns
    aliases: dict[str, str]  # table -> alias; the queryset's own table is first


def _parameters(build: Callable[..., Any]) -> list[Parameter]:
    return [Parameter(name) for name in inspect.signature(build).parameters]


def _compile(queryset: QuerySet[Any, Any]) -> _Compiled:
    query: Any = queryset.query.clone()
    # Short aliases: the driver parses a statement of more than 4 kB anew each time.
    aliases = {table: f"t{n}" for n, table in enumerate(query.alias_map)}
    query.change_aliases(aliases)
    compiler = query.get_compiler(connection=connection)
    text = _written_out(*compiler.as_sql())
    columns = Columns(*(column for column, _, _ in compiler.select[: compiler.col_count]))
    return _Compiled(text, columns, aliases)


def _written_out(text: str, values: Sequence[Any]) -> str:
    """Return the SQL with these values as literals in place of its unnamed parameters."""
    left = iter(values)
    return _PLACES.sub(lambda place: _literal(next(left)) if place[0] == "%s" else place[0], text)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        literal = "'{}'".format(value.replace("'", "''"))
    elif connection.vendor == "postgresql":
        literal = sql.Literal(value).as_string().strip()
    else:
        literal = "NULL" if value is None else str(value)  # a number or a boolean: on SQLite there is nothing else
    return literal.replace("%", "%%")


def bound(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of named parameters in the form that the database driver accepts."""
    return {name: value if isinstance(value, _PLAIN) else _prepared(value) for name, value in given.items()}


def _prepared(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return given_among(value) if isinstance(value, Collection) else value
