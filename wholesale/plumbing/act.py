"""Who does something, why, and when: one value, made at the edge, that each verb takes and each line is signed with."""

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
    """Who does something, why, and when. Made once, by whoever asks for it: the API, the admin, a command, a task."""

    actor: str = "system"
    user: User | None = None
    reason: str = ""
    correlation_id: str = field(default_factory=correlation.current)
    at: datetime | None = None

    @classmethod
    def by(cls, user: Any, *, actor: str | None = None, reason: str = "") -> "Act":
        """An act of a user who is signed in, under the user's own name where no other is given."""
        return cls(actor or label_of(user), user, reason)

    @cached_property
    def now(self) -> datetime:
        """When it is done: `at`, else the time on the clock when this is first read. A verb reads it after its locks."""
        return self.at or timezone.now()

    @property
    def signature(self) -> dict[str, Any]:
        """What signs a row that it makes (`wholesale.plumbing.signed`)."""
        return {"actor": self.actor, "user": self.user, "correlation_id": self.correlation_id, "created_at": self.now}

    def because(self, reason: str) -> "Act":
        """The same act, at the same time, for another reason."""
        return replace(self, reason=reason, at=self.now)
