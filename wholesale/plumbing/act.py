"""The act: who does something, why and when. Each verb takes an act. Each row that the verb writes says who and when."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from wholesale.plumbing import correlation
from wholesale.plumbing.users import label_of


@dataclass(frozen=True)
class Act:
    """Who does something, why and when. The edge makes it: the API, the admin, a command or a background task."""

    actor: str = "system"
    user: User | None = None
    reason: str = ""
    correlation_id: str = field(default_factory=correlation.current)
    at: datetime | None = None

    @classmethod
    def by(cls, user: Any, *, actor: str | None = None, reason: str = "") -> "Act":
        """Return the act of a signed-in user. If `actor` is empty or None, the actor is the name of the user."""
        return cls(actor or label_of(user), user, reason)

    @cached_property
    def now(self) -> datetime:
        """The time of the act: `at`, or else when `now` was first read. A verb reads it after it has its locks."""
        return self.at or timezone.now()

    @property
    def signature(self) -> dict[str, Any]:
        """The columns of a `SignedModel`, with the values of this act: who wrote the row, when, and the correlation id."""
        return {"actor": self.actor, "user": self.user, "correlation_id": self.correlation_id, "created_at": self.now}

    def because(self, reason: str) -> "Act":
        """Return the same act, at the same time, with another reason."""
        return replace(self, reason=reason, at=self.now)
