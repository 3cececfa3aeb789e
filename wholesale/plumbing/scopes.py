"""Which rows a user may read: one condition for each model that needs one.

The API's lists, details and filters, the admin's pages, histories, inlines and searches, and verbs that take an id all ask
`visible`. A row that is not visible is not found.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

Scope = Callable[[Any], Q | None]  # of a user; None is every row
Row = TypeVar("Row", bound=Model)

_scopes: dict[type[Model], Scope] = {}


def register(model: type[Model], scope: Scope) -> None:
    """Say which rows of a model a user may read. The last one counts."""
    _scopes[model] = scope


def scoped_models() -> set[type[Model]]:
    """The models of which not everybody reads all rows."""
    return set(_scopes)


def visible(rows: QuerySet[Row], user: Any) -> QuerySet[Row]:
    """Of these rows those that the user may read. Without a user it is the product itself that reads: all of them."""
    scope = _scopes.get(rows.model)
    condition = scope(user) if scope and user is not None else None
    return rows if condition is None else rows.filter(condition)
