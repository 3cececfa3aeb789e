"""Filters of the API's lists. They read words, times and numbers as the verbs do."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    LabelField,
    MetricField,
    ProvinceField,
    UpperChoiceField,
    WordField,
)


class StrictFilterBackend(filters.DjangoFilterBackend):
    """A filter backend that answers an invalid filter with a 400 that names it."""

    raise_exception = True


class _SerializerFormField(forms.CharField):
    """A form field that checks its value with a serializer field of the API. An empty value becomes None."""

    def __init__(self, serializer_field: serializers.Field[Any, Any, Any, Any], **kwargs: Any) -> None:
        self.serializer_field = serializer_field
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        if value is None or not value.strip():
            return None
        try:
            return self.serializer_field.run_validation(value)
        except serializers.ValidationError as error:
            details: list[Any] = list(error.detail)
            # django-filter formats messages with %, so a literal % is doubled.
            raise ValidationError([ValidationError(str(e).replace("%", "%%"), code=e.code) for e in details]) from error


class ParamFilter(filters.Filter):
    """A filter whose parameter is checked by a serializer field of the API."""

    field_class = _SerializerFormField


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
