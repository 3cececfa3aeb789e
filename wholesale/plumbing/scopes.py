"""The rows that a user may read. A model of which not everybody reads all rows registers a condition.

The API's lists, details and filters, the admin's pages, histories, inlines and searches, and verbs that take an id all use
it. A row that is not visible counts as not found.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from wholesale.plumbing.users import label_of


class Reader(NamedTuple):
    """A user who may not read all rows of a model. In a compiled statement each of these values is a parameter."""

    name: Any
    user_id: Any
    now: Any


Scope = Callable[[Reader], Q]
Row = TypeVar("Row", bound=Model)

_scopes: dict[type[Model], tuple[Scope, str]] = {}
_no_grounds: dict[type[Model], Callable[[Reader], bool]] = {}


def register(model: type[Model], scope: Scope, *, unless: str, no_grounds: Callable[[Reader], bool] | None = None) -> None:
    """Register the condition for rows of this model that a reader may read. Users with the permission `unless` read all.
    `no_grounds` says, without a look at the rows, whether a reader may read none.

    A later condition for the model replaces it.
    """
    _scopes[model] = scope, unless
    if no_grounds is not None:
        _no_grounds[model] = no_grounds


def scoped_models() -> set[type[Model]]:
    """Return the models for which a condition for reading is registered."""
    return set(_scopes)


def reader_of(model: type[Model], user: Any) -> Reader | None:
    """Return the user as a reader of this model's rows. None: the user reads all rows. If `user` is None, the product itself
    reads."""
    if user is None or model not in _scopes or user.has_perm(_scopes[model][1]):
        return None
    return Reader(label_of(user), user.pk, timezone.now())


def may_read_any(model: type[Model], user: Any) -> bool:
    """Whether the user may read each row of a model."""
    permission = f"{model._meta.app_label}.view_{model._meta.model_name}"
    return user is None or (user.has_perm(permission) and reader_of(model, user) is None)


def narrowed(rows: QuerySet[Row], reader: Reader | None) -> QuerySet[Row]:
    """Return those of the rows that the reader may read, or all if `reader` is None."""
    return rows if reader is None else rows.filter(_scopes[rows.model][0](reader))


def visible(rows: QuerySet[Row], user: Any) -> QuerySet[Row]:
    """Return those of the rows that the user may read."""
    return narrowed(rows, reader_of(rows.model, user))


def reads_nothing(model: type[Model], user: Any) -> bool:
    """Whether it is known that a user may read no row of a model. A list then need not ask this of each row."""
    reader = reader_of(model, user)
    return reader is not None and model in _no_grounds and _no_grounds[model](reader)
