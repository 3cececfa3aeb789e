"""Rows of the API's answers, read without model instances by statements that are compiled once.

A serializer documents a row, and names its columns. The renderer writes the values of the columns as the serializer would.
"""

from collections.abc import Callable
from functools import cached_property, lru_cache, wraps
from itertools import chain
from operator import itemgetter
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.utils import timezone
from rest_framework import serializers

from wholesale.plumbing import scopes
from wholesale.plumbing.compiled import Parameter, Select
from wholesale.plumbing.filters import Wanted, narrowed
from wholesale.plumbing.wordings import WordedField, WordedJsonField, written

NOW = Parameter("now")  # each page and each row is given it
READER = scopes.Reader(*map(Parameter, scopes.Reader._fields))


class Computed(NamedTuple):
    """A field of an answer that is made from the values of several columns."""

    columns: tuple[str, ...]
    make: Callable[..., Any]


class Rows(Select):
    """A compiled SELECT whose rows have the fields of a serializer. `build` is as for `Select`, but without `values_list`.

    The serializer's attribute `computed` has the fields that are no plain columns. `also` names columns to add.
    """

    def __init__(self, serializer: Any, build: Callable[..., QuerySet[Any, Any]], *, also: tuple[str, ...] = ()) -> None:
        @wraps(build)
        def built(*parameters: Parameter) -> QuerySet[Any, Any]:
            rows = build(*parameters)
            self._model = rows.model
            return rows.values_list(*self._paths)

        super().__init__(built)
        self._serializer, self._also = serializer, also

    def dicts(self, **given: Any) -> list[dict[str, Any]]:
        """Return the rows for these values of the parameters."""
        return [self._shown(row) for row in self.rows(**given)]

    def one(self, **given: Any) -> dict[str, Any] | None:
        """Return the first row, or None. All rows are read, so use it only if at most one is expected."""
        return next(iter(self.dicts(**given)), None)

    def page(self, **given: Any) -> list[dict[str, Any]]:
        """Return the rows of a part, as `part` does."""
        return [self._shown(row) for row in self.part(**given)]

    def _shown(self, row: tuple[Any, ...]) -> dict[str, Any]:
        names, first_columns, computed = self._layout
        shown = dict(zip(names, first_columns(row), strict=True))
        for name, make, columns in computed:
            shown[name] = make(*columns(row))
        return shown

    @cached_property
    def _fields(self) -> dict[str, Computed | str]:
        """What each field is made of: the path of a column, or a Computed."""
        serializer = self._serializer()
        computed = getattr(serializer, "computed", {})
        made = {name: computed.get(name) or _column(name, field, self._model) for name, field in serializer.fields.items()}
        return made | {name: name for name in self._also}

    @cached_property
    def _paths(self) -> list[str]:
        return list(dict.fromkeys(chain.from_iterable(_columns_of(made) for made in self._fields.values())))

    @cached_property
    def _layout(self) -> tuple[tuple[str, ...], Callable[..., Any], list[tuple[str, Callable[..., Any], Any]]]:
        """The names of the fields; what takes the first column of each from a row; the computed fields with what makes them,
        and what takes their columns."""
        place = {path: n for n, path in enumerate(self._paths)}

        def taking(paths: Any) -> Any:
            return lambda row, places=[place[path] for path in paths]: [row[n] for n in places]

        computed = [
            (name, made.make, taking(made.columns)) for name, made in self._fields.items() if isinstance(made, Computed)
        ]
        first = itemgetter(*(place[_columns_of(made)[0]] for made in self._fields.values()))
        return tuple(self._fields), first, computed


def _columns_of(made: Computed | str) -> tuple[str, ...]:
    return made.columns if isinstance(made, Computed) else (made,)


def _column(name: str, field: Any, model: type[Model]) -> Computed | str:
    path = name if field.source == "*" else field.source.replace(".", "__")  # "*": an annotation of the queryset
    if isinstance(field, serializers.SlugRelatedField):
        return f"{path}__{field.slug_field}"
    try:
        is_worded = isinstance(model._meta.get_field(path), WordedField | WordedJsonField)
    except FieldDoesNotExist:  # of another table, or an annotation
        is_worded = False
    return Computed((path, f"words__{path}"), written) if is_worded else path


def row_of(view: Any, user: Any, row_id: int) -> dict[str, Any] | None:
    """Return the row of a view with this id. None: there is none, or the user may not read it."""
    reader = scopes.reader_of(view.queryset.model, user)
    return _row(view.__class__, reader is not None).one(**values_of(reader), id=row_id)


class Listed:
    """The rows of a view that a user may read and a request wants. CursorPagination takes it for a queryset."""

    def __init__(self, view: Any, user: Any, wanted: Wanted) -> None:
        reader = scopes.reader_of(view.queryset.model, user)
        self._statement: Any = type(view), wanted.shape, reader is not None
        self._given = {**values_of(reader), **wanted.given}

    def order_by(self, order: str) -> "Listed":
        """Put the rows in this order, which is one of two: the newest first, or the oldest."""
        self._statement += (order,)
        return self

    def filter(self, **beyond: str) -> "Listed":
        """Keep the rows beyond a position: `id__lt` or `id__gt` in the order of the rows."""
        ((lookup, position),) = beyond.items()
        self._statement += (lookup,)
        self._given["position"] = int(position)
        return self

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        return _list(*self._statement).page(limit=part.stop - part.start, offset=part.start, **self._given)


def values_of(reader: scopes.Reader | None) -> dict[str, Any]:
    """Return the values of the parameters `READER` and `NOW`. Without a reader the statement has no `READER`."""
    return {"now": timezone.now()} if reader is None else reader._asdict()


@lru_cache(maxsize=64)
def _row(view: Any, is_narrowed: bool) -> Rows:
    readable = scopes.narrowed(view.queryset, READER if is_narrowed else None)
    return Rows(view.serializer_class, lambda id: readable.filter(id=id))


@lru_cache(maxsize=512)
def _list(view: Any, shape: Any, is_narrowed: bool, order: str, beyond: str | None = None) -> Rows:
    rows = scopes.narrowed(view.queryset, READER if is_narrowed else None)
    rows = narrowed(rows, view.filterset_class, shape) if shape else rows
    rows = rows.filter(**{beyond: Parameter("position")}) if beyond else rows
    return Rows(view.serializer_class, lambda: rows.order_by(order))
