"""Pagination of tables that grow without end."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from wholesale.plumbing.fields import BIGINT_MAX


class NewestFirst(CursorPagination):
    """A pagination by descending id: `{next, previous, results}`. New rows do not shift the rows of the next page."""

    ordering = "-id"
    page_size = 100
    max_page_size = 500
    page_size_query_param = "page_size"

    def decode_cursor(self, request: Request) -> Cursor | None:
        cursor = super().decode_cursor(request)
        if cursor is None or cursor.position is None:
            return cursor
        position = str(cursor.position)
        if not (position.isascii() and position.isdigit() and len(position) <= 19 and int(position) <= BIGINT_MAX):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        """Return the fixed ordering. Filter backends cannot change it."""
        return (self.ordering,)
