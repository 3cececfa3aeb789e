"""Model fields of policies. Each model field states the setting's bounds, name and help once.

The API's parameter (`governance.policies_api`) and the admin's form field, list column and history line
(`governance.policies_admin`) are derived from it. The texts for pages are not part of the schema, so migrations leave them
out.
"""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext

from wholesale.plumbing.days import FIRST, WITHIN_RANGE
from wholesale.plumbing.showing import shown_day, shown_money, shown_number, shown_rate
from wholesale.plumbing.spoken import known_words
from wholesale.plumbing.texts import Words
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WORD_MAX_LENGTH, normalise_word

WHOLE_MAX = 2**31 - 1


class Setting(models.Field[Any, Any]):
    """The base of the model fields for settings, with the options that all of them share.

    `help_text` explains the setting in the API, `page_help` on the page. `label` is its name on the page, `short` in lists
    and in the history. The value lies from `at_least` to `at_most`; `within` gives both and adds validators, so that the
    API's answers show them. `unit` is shown after a number, `zero` instead of 0, `empty` instead of no value. `suggested`
    is the initial value in the form of a new policy if there is no default.
    """

    def __init__(
        self,
        *args: Any,
        label: Words | None = None,
        short: Words | None = None,
        page_help: Words | None = None,
        at_least: Any = None,
        at_most: Any = None,
        within: tuple[int, int] | None = None,
        unit: Words = "",
        zero: Words | None = None,
        empty: Words = "",
        suggested: Any = None,
        **kwargs: Any,
    ) -> None:
        if within:
            at_least, at_most = within
            kwargs["validators"] = [MinValueValidator(at_least), MaxValueValidator(at_most)]
        self.label, self.short, self.page_help = label, short or label, page_help
        self.at_least, self.at_most = at_least, at_most
        self.unit, self.zero, self.empty, self.suggested = unit, zero, empty, suggested
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        plain = next(base for base in type(self).__mro__ if base.__module__.startswith("django."))
        return name, f"django.db.models.{plain.__name__}", args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        said = {
            "label": self.label,
            "help_text": self.page_help,
            "min_value": self.at_least,
            "max_value": self.at_most,
            "initial": self.suggested,
        }
        return super().formfield(**{**{name: value for name, value in said.items() if value is not None}, **kwargs})

    def text(self, value: Any) -> str:
        """Return a value of the setting as readable text."""
        if value in (None, ""):
            return str(self.empty)
        return str(self.zero) if self.zero is not None and value == 0 else self.said(value)

    def said(self, value: Any) -> str:
        """Return the text of a value that neither `zero` nor `empty` replaces. Subclasses choose the format."""
        return str(dict(self.flatchoices)[value]) if self.choices else str(value)

    @property
    def is_needed(self) -> bool:
        """Whether a new policy must give a value for this setting."""
        return self.editable and not (self.has_default() or self.blank or self.null)


class Number(Setting, models.DecimalField[Any, Any]):
    """A setting that is a decimal number."""

    def said(self, value: Decimal) -> str:
        return shown_number(value, self.decimal_places)


class Money(Number):
    """A setting that is an amount in CAD."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 14, "decimal_places": 2, "at_least": Decimal(0), **kwargs})

    def said(self, value: Decimal) -> str:
        return shown_money(value)


def money_field(**kwargs: Any) -> "models.DecimalField[Any, Any]":
    """A model field for an amount in CAD that is no setting."""
    return models.DecimalField(**{"max_digits": 14, "decimal_places": 2, **kwargs})


class Rate(Number):
    """A setting that is a fraction from 0 to 1."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        bounds = {"at_least": Decimal(0), "at_most": Decimal(1)}
        super().__init__(*args, **{"max_digits": 5, "decimal_places": 4, **bounds, **kwargs})

    def said(self, value: Decimal) -> str:
        return shown_rate(value, self.decimal_places - 2)


class Counted(Setting):
    """A setting that is a whole number of things or units."""

    def said(self, value: int) -> str:
        return f"{shown_number(value)} {self.unit}".strip()


class Whole(Counted, models.PositiveIntegerField[Any, Any]):
    """A setting that is a whole number."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"at_least": 0, "at_most": WHOLE_MAX, **kwargs})


class SmallWhole(Counted, models.PositiveSmallIntegerField[Any, Any]):
    """A setting that is a whole number up to 32,767. Each field gives its own largest value."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"at_least": 0, **kwargs})


class Switch(Setting, models.BooleanField[Any, Any]):
    """A setting that is on or off."""

    def said(self, value: bool) -> str:
        return gettext("On") if value else gettext("Off")


class Choice(Setting, models.CharField[Any, Any]):
    """A setting that is one of several choices."""


class Label(Setting, models.CharField[Any, Any]):
    """A setting that is a name on one line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": LABEL_MAX_LENGTH, **kwargs})


class Note(Setting, models.CharField[Any, Any]):
    """A setting that is a text, up to the length of a note."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": NOTE_MAX_LENGTH, **kwargs})


class Day(Setting, models.DateField[Any, Any]):
    """A setting that is a day. The setting is empty as long as the day is unknown, or has the first day there is if that is
    its default."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"null": True, "blank": True, "validators": WITHIN_RANGE, **kwargs})

    def said(self, value: date) -> str:
        return gettext("not known") if value == FIRST and self.default == FIRST else shown_day(value)


class Document(Setting, models.JSONField):
    """A setting that is a JSON document, checked as a whole."""


def one_spelling(word: str) -> str:
    """Return a word of an open vocabulary, such as a market, in its one spelling.

    Raises:
        ValidationError: the text has no spelling as a word.

    """
    try:
        return normalise_word(word)
    except ValueError as error:
        raise ValidationError(
            gettext("It must be 1 to 64 letters, digits, spaces or hyphens."), code="invalid_word"
        ) from error


class WordInput(forms.CharField):
    """A form field for a word of an open vocabulary. It returns the word's one spelling. An empty text stays empty."""

    def to_python(self, value: Any) -> str:
        word = super().to_python(value) or ""
        return one_spelling(word) if word else word


class MetricInput(WordInput):
    """A form field for the name of a metric, which is a word in lower case."""

    def to_python(self, value: Any) -> str:
        return super().to_python(value).lower()


class Word(Setting, models.CharField[Any, Any]):
    """A setting that is a word of an open vocabulary, such as a market."""

    input: type[WordInput] = WordInput

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": WORD_MAX_LENGTH, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": self.input, **kwargs})

    def said(self, value: str) -> str:
        return known_words(value, self.name)


class Metric(Word):
    """A setting that is the name of a metric, which is a word in lower case."""

    input = MetricInput
