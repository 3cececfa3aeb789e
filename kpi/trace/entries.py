"""The lines of a trace as plain values. No database here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class TraceKind(models.TextChoices):
    """What a line of a trace is about."""

    MESSAGE = "MESSAGE", _("Messages")
    CONTACT = "CONTACT", _("Contacts")
    LADDER = "LADDER", _("Ladder")
    NOTE = "NOTE", _("Notes")
    STATUS = "STATUS", _("Status")
    CONSENT = "CONSENT", _("Consents and opt-outs")
    OFFER = "OFFER", _("Offers")
    DEAL = "DEAL", _("Deals and answers")
    RISK = "RISK", _("Risk")
    CONTROL = "CONTROL", _("Control")
    KPI = "KPI", _("KPI log")


class TraceMark(NamedTuple):
    """A place in a trace: the time of a line, which of the sources it comes from, and its row. The lines run from the newest
    to the oldest; at the same time by source, and within a source from the last row to the first."""

    at: datetime
    source: int
    row: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.source}~{self.row}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the mark that `str` wrote.

        Raises:
            ValueError: the text is no mark.

        """
        at, source, row = text.split("~")
        mark = cls(datetime.fromisoformat(at), int(source), int(row))
        if mark.at.tzinfo is None or not (0 <= mark.source < 1000 and 0 <= mark.row < 2**63):
            raise ValueError(text)
        return mark


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """A line of a trace: what happened, when, by whom and in which request. Nothing personal outlives an erasure: `words`
    and `details` are read from where an erasure removes them."""

    mark: TraceMark
    kind: TraceKind
    what: str
    who: str
    correlation_id: str
    table: str  # of the row, such as "followups.taskevent"
    words: str = ""  # what a person wrote
    details: Mapping[str, Any] = field(default_factory=dict)  # by a name in words

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.mark.at

    @property
    def row(self) -> int:
        """The id of the row in its table."""
        return self.mark.row

    @property
    def link(self) -> str:
        """The address of the row's page in the admin."""
        name = {"followups.leadevent": "", "followups.leadreopening": "", "followups.inbounddecision": ""}.get(
            self.table, self.table.replace(".", "_")
        )
        return reverse(f"admin:{name}_change", args=[self.row]) if name else ""

    @property
    def like(self) -> tuple[object, ...]:
        """What lines have in common that say one thing of several rows, such as an opt-out of a number and an address."""
        return self.at, self.kind, self.table, self.what, self.correlation_id, self.words
