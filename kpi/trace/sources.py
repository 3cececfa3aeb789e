"""What a source of a trace is: a table, which of its rows are about what, and how a row becomes a line.

Each source is one query for a trace. It finds the rows by an index: of a request by `(correlation_id, time, id)`, of a lead,
a buyer or a deal by the index of that page.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from typing import Any, NamedTuple

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from buyers.book.models import Buyer
from kpi.trace.entries import TraceEntry, TraceKind, TraceMark
from wholesale.plumbing.scopes import may_read_any

SYSTEM = "system"  # who did what names nobody


class About(StrEnum):
    """What a trace is about."""

    LEAD = "lead"
    BUYER = "buyer"
    OFFER = "offer"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Traced:
    """The lead, buyer, offer or request of a trace. `id` is the lead's, the buyer's, the offer's or the correlation id."""

    about: About
    id: str
    digests: Collection[str] = ()  # of the numbers and addresses of a person, and of the person as such
    deal_ref: str = ""  # of an offer
    reservation_id: int | None = None  # of an offer
    evidence_id: int | None = None  # of an offer


class TraceSaid(NamedTuple):
    """What a row says: what happened, what a person wrote, and the details by a name in words."""

    what: object
    words: str = ""
    details: Mapping[Any, Any] = {}


Finds = Mapping[About, Callable[[Traced], Q]]


@dataclass(frozen=True, slots=True)
class TraceSource:
    """A table with lines of traces. `finds` says which rows are about what; a trace of anything else skips the table.

    `who` is the column with the name of who did it; "" is the system. `leads` is the column with the id of the
    lead that a row is about; who may not read about all leads sees rows by it.
    """

    model: type[Model]
    kind: TraceKind
    finds: Finds
    says: Callable[[Any], TraceSaid]
    at: str = "created_at"
    who: str = "actor"
    related: tuple[str, ...] = ()
    with_names: Callable[[QuerySet[Any]], QuerySet[Any]] | None = None  # reads the rows with the names of their buyers
    says_of_own: Callable[[Any], TraceSaid] | None = None  # on the page of the buyer whom the row is about
    only: Q = field(default_factory=Q)
    leads: str = ""
    is_of_task: bool = False  # whether the task decides who may read a row, even if the reader may read about the lead

    @property
    def permission(self) -> str:
        """The permission that a reader of the table needs."""
        return f"{self.model._meta.app_label}.view_{self.model._meta.model_name}"

    def rows(self, traced: Traced, user: Any) -> QuerySet[Any]:
        """Return the rows about what is traced, the newest first."""
        found = self.model._default_manager.filter(self.only, self.finds[traced.about](traced))
        # Without names Django would join all that a row refers to.
        joined = found.select_related(*self.related) if self.related else found
        if self.with_names and may_read_any(Buyer, user):
            joined = self.with_names(joined)
        return joined.order_by(f"-{self.at}", "-pk")

    def entry(self, number: int, row: Any, traced: Traced) -> TraceEntry:
        """Return a row as a line of a trace. `number` is the source's among all. In a request it names the lead."""
        says = self.says_of_own if self.says_of_own and traced.about is About.BUYER else self.says
        said = says(row)
        about = {_("Lead"): self._lead_of(row)} if self.leads and traced.about is About.REQUEST else {}
        return TraceEntry(
            TraceMark(getattr(row, self.at), number, row.pk),
            self.kind,
            str(said.what),
            str(getattr(row, self.who) or "") if self.who else SYSTEM,
            getattr(row, "correlation_id", ""),
            self.model._meta.label_lower,
            said.words,
            {str(name): value for name, value in {**about, **said.details}.items() if value not in (None, "", [])},
        )

    def _lead_of(self, row: Any) -> str | None:
        return reduce(getattr, self.leads.split("__"), row)


def by(column: str) -> Callable[[Traced], Q]:
    """Find rows by the id of what is traced."""
    return lambda traced: Q(**{column: traced.id})
