"""How the admin's lists and read-only pages write the value of a column: as a person reads it, not as it is stored.

Django writes a number with all decimals of its column and without groups of digits, and knows no amounts, rates, phone
numbers or settings.
"""

import re
from decimal import Decimal
from typing import Any

import unfold.fields
from django.db import models
from unfold import utils

from wholesale.plumbing.setting_fields import Choice, Document, Setting, Switch
from wholesale.plumbing.showing import shown_money, shown_number, shown_phone, shown_rate

_theirs = utils.display_for_field
_NAMES_A_THING = re.compile(r"(^|_)(id|version|seq|year)(_|$)")  # a whole number that counts nothing


def display_for_field(value: Any, field: Any, empty_value_display: str) -> str:
    """Return the value of a column as a list or a read-only page shows it."""
    said = _said(value, field)
    return _theirs(value, field, empty_value_display) if said is None else said


def _said(value: Any, field: Any) -> str | None:
    """Return a value in words. None: Django's own way is good enough, such as for times."""
    if isinstance(field, Setting) and not isinstance(field, Switch | Choice | Document):
        return field.text(value) or None
    if value is None or getattr(field, "choices", None):
        return None
    if isinstance(field, models.DecimalField):
        return _number(value, field.max_digits or 0, field.decimal_places or 0)
    if isinstance(field, models.IntegerField) and not field.primary_key and not _NAMES_A_THING.search(field.name):
        return shown_number(value)
    return shown_phone(value) if isinstance(field, models.CharField) and value.startswith("+") else None


def _number(value: Decimal, digits: int, decimals: int) -> str:
    """Return a number as its column's size says: an amount has two decimals, a rate at least four and one digit before."""
    if decimals == 2 and digits >= 14:
        return shown_money(value)
    return shown_rate(value, decimals - 2) if decimals >= 4 and digits - decimals == 1 else shown_number(value, decimals)


def install() -> None:
    """Make the theme's read-only pages use it: the theme has no setting for it. Lists have rows of our own."""
    unfold.fields.display_for_field = display_for_field
