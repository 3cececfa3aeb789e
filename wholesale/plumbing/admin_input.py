"""Checking the parameters and ids that reach the admin, before they become queries.

Django's admin turns any parameter of a list into a lookup and queries any id. A value that a column cannot store makes the
database or its driver raise an error.
"""

import re
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.core.exceptions import FieldDoesNotExist, SuspiciousOperation, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest
from django.utils.functional import cached_property
from unfold import paginator

from wholesale.plumbing.fields import BIGINT_MAX

TOTAL_MAX = 1_000  # rows of such a list that are counted
READABLE_MAX = 100  # the same if a user may not read them all: of each row it is found out whether the user may
PAGES_MAX = 10**9  # pages of a list that is not counted
_LOOKUPS = ("exact", "in", "isnull", "gt", "gte", "lt", "lte")
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,10})?")
_TIME = re.compile(r"(19|20|21)[0-9]{2}-.*")  # Django reads the rest; a far year would overflow in another zone


class CheckedInput:
    """A mixin that checks an admin's input. It is the first base class of every admin of the product (a test makes sure)."""

    model: Any
    opts: Any

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Whether a list may be filtered by this lookup and value: the lookup leads to a column that can store the value."""
        allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]
        return allowed and _is_readable(self.model, lookup, value)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Return the row with this id. None if there is no such row, or if the text cannot be an id."""
        if from_field is None and not _is_value(self.opts.pk, object_id):
            return None
        return super().get_object(request, object_id, from_field)  # type: ignore[misc]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Show the form of a row (a new row if the id is None). If the text is no id, redirect as for a missing row."""
        if object_id is not None and not self._is_id(object_id):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Show the history of a row. If the text is no id, redirect as for a missing row."""
        if not self._is_id(object_id):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        return super().history_view(request, object_id, extra_context)  # type: ignore[misc]

    def get_paginator(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what cuts a list into pages. The entries of a row's history are few, and their page counts them."""
        if queryset.model is LogEntry and self.model is not LogEntry:
            return Paginator(queryset, *args, **kwargs)
        return super().get_paginator(request, queryset, *args, **kwargs)  # type: ignore[misc]

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> Any:
        """Run the action on the chosen rows.

        Raises:
            SuspiciousOperation: a chosen value is no id.

        """
        if not all(self._is_id(chosen) for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise SuspiciousOperation("what was chosen is no row")
        return super().response_action(request, queryset, *args, **kwargs)  # type: ignore[misc]

    def _is_id(self, object_id: str) -> bool:
        """Whether the text can be the id of a row."""
        return _is_value(self.opts.pk, unquote(object_id))


class InfinitePaginator(paginator.InfinitePaginator):
    """A paginator that does not count rows. It refuses pages beyond PAGES_MAX.

    It has the same name as its base class, because the header template hides the number of rows by that name.
    """

    most = TOTAL_MAX

    @property
    def is_cut(self) -> bool:
        """Whether the list has more rows than are counted."""
        return self.total > self.most

    @cached_property
    def total(self) -> int:
        """How many rows the list has, at most `most` + 1 (one query, by the index that orders the list)."""
        return int(self.object_list[: self.most + 1].count())

    def validate_number(self, number: int) -> int:
        """Return the page's number.

        Raises:
            EmptyPage: the number is below 1, or above PAGES_MAX.

        """
        return super().validate_number(number if number <= PAGES_MAX else 0)


def row_id(text: str) -> int:
    """Return the text of a parameter as the id of a row. If it is no id, return 0, which no row has."""
    return int(text) if _is_bigint(text) else 0


def _is_readable(model: type[models.Model], lookup: str, value: str) -> bool:
    field, last = _field_of(model, lookup)
    if field is None:
        return not last  # a parameter of a filter that checks it itself
    if last not in _LOOKUPS:
        return False
    return last == "isnull" or all(_is_value(field, part) for part in (value.split(",") if last == "in" else [value]))


def _field_of(model: type[models.Model], lookup: str) -> tuple[Any, str]:
    """Return the column to which a lookup leads, and the comparison. None and "" if the lookup begins with no column."""
    field: Any = None
    parts = lookup.split(LOOKUP_SEP)
    for n, part in enumerate(parts):
        try:
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
        except FieldDoesNotExist:
            return field, LOOKUP_SEP.join(parts[n:]) if field is not None else ""
        if not field.is_relation:
            return field, LOOKUP_SEP.join(parts[n + 1 :]) or "exact"
        model = field.related_model
        field = getattr(field, "target_field", model._meta.pk)
    return field, "exact"


def _is_bigint(text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and abs(int(text)) <= BIGINT_MAX


def _is_value(field: Any, text: str) -> bool:
    """Whether the text stands for a value that the column can store."""
    if isinstance(field, models.ForeignKey):
        return _is_value(field.target_field, text)
    if isinstance(field, models.IntegerField):
        return _is_bigint(text)
    if isinstance(field, models.DecimalField):
        return _NUMBER.fullmatch(text) is not None
    if isinstance(field, models.DateField) and not _TIME.fullmatch(text):
        return False
    if isinstance(field, models.JSONField | models.BinaryField | models.DurationField):  # no lookup accepts text for these
        return False
    try:
        field.to_python(text)
    except ValidationError:
        return False
    return True
