"""The rows that a user may read. A model of which not everybody reads all rows registers a condition.

The API's lists, details and filters, the admin's pages, histories, inlines and searches, and verbs that take an id all use
`visible`. A row that is not visible counts as not found.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

Scope = Callable[[Any], Q | None]  # from a user to the condition; None stands for all rows
Row = TypeVar("Row", bound=Model)

_scopes: dict[type[Model], Scope] = {}


def register(model: type[Model], scope: Scope) -> None:
    """Register the condition for a user to read rows of this model. A later condition for the model replaces it."""
    _scopes[model] = scope


def scoped_models() -> set[type[Model]]:
    """Return the models for which a condition for reading is registered."""
    return set(_scopes)


def visible(rows: QuerySet[Row], user: Any) -> QuerySet[Row]:
    """Return those of the rows that the user may read. If `user` is None, the product itself reads, so all are returned."""
    scope = _scopes.get(rows.model)
    condition = scope(user) if scope and user is not None else None
    return rows if condition is None else rows.filter(condition)
