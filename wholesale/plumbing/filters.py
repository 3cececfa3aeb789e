"""Filters of the API's lists. They read words, times and numbers as the verbs do."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wholesale.plumbing.compiled import Parameter
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    LabelField,
    MetricField,
    ProvinceField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.params import is_empty


class ParamFilter(filters.Filter):
    """A filter whose parameter is checked by a serializer field of the API.

    A list is compiled once for each set of given filters, so a filter's `method` gets a parameter in place of the value. If
    there is a `settle`, the parameter is what it makes of the value.
    """

    is_literal = False  # whether the value itself is part of the statement

    def __init__(
        self,
        serializer_field: serializers.Field[Any, Any, Any, Any],
        settle: Callable[[Any], Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.serializer_field, self.settle = serializer_field, settle

    def settled(self, value: Any, wanted: Mapping[str, Any]) -> Any:
        """Return what the statement is given for a checked value. `wanted` has the values of all filters."""
        return self.settle(value) if self.settle else value


Shape = tuple[tuple[str, bool | None], ...]  # the names of the given filters, each with its value if that is literal


class Wanted(NamedTuple):
    """What a request wants of a list: which filters, and the parameters with their values."""

    shape: Shape
    given: dict[str, Any]


def wanted(filterset: type[filters.FilterSet] | None, query: Mapping[str, str]) -> Wanted:
    """Return what a query string wants by the filters of this set. Empty values count as absent.

    Raises:
        ValidationError: a value is wrong. The error names each wrong filter.

    """
    items = filterset.base_filters if filterset else {}
    values, errors = {}, {}
    for name, item in items.items():
        text = query.get(name, "")
        if is_empty(text):
            continue
        try:
            values[name] = item.serializer_field.run_validation(text)
        except serializers.ValidationError as error:
            errors[name] = error.detail
    if errors:
        raise serializers.ValidationError(errors)
    shape = tuple((name, value if items[name].is_literal else None) for name, value in values.items())
    return Wanted(shape, {f"wanted_{name}": items[name].settled(value, values) for name, value in values.items()})


def narrowed(
    rows: QuerySet[Any, Any], filterset: type[filters.FilterSet], shape: tuple[tuple[str, bool | None], ...]
) -> Any:
    """Return those of the rows that filters of this shape want. Their values are parameters."""
    for name, literal in shape:
        rows = filterset.base_filters[name].filter(rows, Parameter(f"wanted_{name}") if literal is None else literal)
    return rows


def label(**kwargs: Any) -> ParamFilter:
    """Return a filter for rows whose column equals an id or a label."""
    return ParamFilter(serializer_field=LabelField(), **kwargs)


def word(**kwargs: Any) -> ParamFilter:
    """Return a filter for rows whose column equals a word of an open vocabulary."""
    return ParamFilter(serializer_field=WordField(), **kwargs)


def metric(**kwargs: Any) -> ParamFilter:
    """Return a filter for rows whose column equals the name of a metric."""
    return ParamFilter(serializer_field=MetricField(), **kwargs)


def province(**kwargs: Any) -> ParamFilter:
    """Return a filter for rows of one province."""
    return ParamFilter(serializer_field=ProvinceField(), **kwargs)


def choice(choices: Any, **kwargs: Any) -> ParamFilter:
    """Return a filter for rows whose column equals one of these words of a closed vocabulary."""
    return ParamFilter(serializer_field=UpperChoiceField(choices=choices), **kwargs)


@extend_schema_field(OpenApiTypes.BOOL)
class FlagFilter(ParamFilter):
    """A filter whose value is true or false. Any other value is refused."""

    is_literal = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(serializer_field=serializers.BooleanField(), **kwargs)


def row_id(**kwargs: Any) -> ParamFilter:
    """Return a filter for rows whose column equals the id of a row."""
    return ParamFilter(serializer_field=IdField(), **kwargs)


def since(field_name: str) -> ParamFilter:
    """Return a filter for rows whose time in this column is at or after an instant."""
    return ParamFilter(field_name=field_name, lookup_expr="gte", serializer_field=AwareDateTimeField())


def until(field_name: str) -> ParamFilter:
    """Return a filter for rows whose time in this column is before an instant."""
    return ParamFilter(field_name=field_name, lookup_expr="lt", serializer_field=AwareDateTimeField())
