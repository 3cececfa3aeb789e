"""Who does something, and when."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

from wholesale.plumbing import correlation


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, and when: what each line that it writes is signed with."""

    actor: str
    user: User | None
    correlation_id: str
    now: datetime

    @classmethod
    def of(cls, actor: str, user: User | None, correlation_id: str | None, now: datetime) -> "Act":
        """An act under the given correlation id, else under that of the request."""
        return cls(actor, user, correlation_id or correlation.current(), now)
