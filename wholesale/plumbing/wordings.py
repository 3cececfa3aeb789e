"""What people write of a fact, kept beside it.

Rows that stay for ever hold only the product's own words (`is_own`): they name nobody. What somebody wrote, a reason or
where a proof is, may name a person. It stands in a row of another table, so that it can be removed and the fact stays whole.
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
    """Whether the product itself says so, or nothing is said."""
    return not text or _OWN.fullmatch(text) is not None


def parted(texts: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is kept in the fact's own row, and what beside it; both by column, "" where there is nothing."""
    own = {name: text if is_own(text) else "" for name, text in texts.items()}
    return own, {name: "" if own[name] else text for name, text in texts.items()}


class _InWords(DeferredAttribute):
    """The column's own text, else what people wrote beside it."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        own = super().__get__(instance, cls)
        if instance is None or own:
            return own
        return getattr(getattr(instance, "words", None), self.field.attname, own)

    def __set__(self, instance: Any, value: str) -> None:
        instance.__dict__[self.field.attname] = value


class WordedField(models.CharField[Any, Any]):
    """A text of a fact: in the column the product's own words, beside it, in the row's `words`, those of people.

    Reading the attribute finds either. Read many rows through `select_related("words")`.
    """

    descriptor_class = _InWords

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class WordedJsonField(models.JSONField):
    """The same of JSON."""

    descriptor_class = _InWords

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
