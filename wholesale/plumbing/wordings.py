"""Words that people write about a fact. They are stored beside the fact.

Append-only rows hold only the product's own texts (`is_own`), which name nobody. Words of people, such as a reason or the
place of a proof, may name a person. They are in a row of another table, so that an erasure can remove them.
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
    """Whether the text is one of the product's own, or empty."""
    return not text or _OWN.fullmatch(text) is not None


def parted(texts: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Split texts into those for the fact's own row and those for the row of words. Both have all columns, "" if empty."""
    own = {name: text if is_own(text) else "" for name, text in texts.items()}
    return own, {name: "" if own[name] else text for name, text in texts.items()}


class _InWords(DeferredAttribute):
    """Reads the column's own text, or else the words beside it."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        own = super().__get__(instance, cls)
        if instance is None or own:
            return own
        return getattr(getattr(instance, "words", None), self.field.attname, own)

    def __set__(self, instance: Any, value: str) -> None:
        instance.__dict__[self.field.attname] = value


class WordedField(models.CharField[Any, Any]):
    """A text of a fact. The column holds the product's own texts; words of people are in the related row `words`.

    Reading the attribute returns either. To read many rows use `select_related("words")`.
    """

    descriptor_class = _InWords

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class WordedJsonField(models.JSONField):
    """JSON of a fact, which works as `WordedField` does."""

    descriptor_class = _InWords

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
