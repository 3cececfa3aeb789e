"""Words that people write about a fact. They are stored beside the fact.

Append-only rows have only texts that the product makes (`is_own`), which name nobody. Words of people, such as a reason or
the place of a proof, may name a person. They are in a row of another table, so that an erasure can remove them.
"""

import re
from typing import Any

from django.db import models
from django.db.models.query_utils import DeferredAttribute

_OWN = re.compile(
    "opted_out|already_followed_up|restarted|erased|lapsed (consent|scrub)_(missing|expired)|"
    "(outcome|lead_status) [A-Z_]{1,20}|(task|inbound message) [0-9]{1,19}"
)


def is_own(text: str) -> bool:
    """Whether the product made the text, so that it names nobody. An empty text counts as made by the product."""
    return not text or _OWN.fullmatch(text) is not None


def parted(texts: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Split texts into those for the fact's row and those for the row of words. Both have all columns ("" if unused)."""
    own = {name: text if is_own(text) else "" for name, text in texts.items()}
    return own, {name: "" if own[name] else text for name, text in texts.items()}


def written(own: Any, words: Any) -> Any:
    """Return what was written: the text of the fact's row, or else that of the row `words`. None: there is no such row."""
    return own if own or words is None else words


class StoredWords(models.Model):
    """The base of tables with the words of facts, a row beside each fact that has some."""

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"Words of {self.pk}"


class _InWords(DeferredAttribute):
    """The Python attribute of a `WordedField`. It returns the column's text, or else the text in the row `words`."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        own = super().__get__(instance, cls)
        if instance is None or own:
            return own
        return written(own, getattr(getattr(instance, "words", None), self.field.attname, None))

    def __set__(self, instance: Any, value: str) -> None:
        instance.__dict__[self.field.attname] = value


class WordedField(models.CharField[Any, Any]):
    """A model field for a text of a fact. Texts that the product makes are in its column, people's words in the row `words`.

    Reading the attribute returns whichever there is. To read many rows use `select_related("words")`.
    """

    descriptor_class = _InWords

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class WordedJsonField(models.JSONField):
    """A model field for JSON of a fact. People's words are in the row `words`, as with `WordedField`."""

    descriptor_class = _InWords

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
