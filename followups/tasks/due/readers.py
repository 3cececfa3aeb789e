"""Which due tasks a user may read. `followups.scopes` has the same rule for rows."""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from followups.pool.models import PoolAgent
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL

ANY_LEAD = "followups.view_any_lead"


def in_pool(reader: Any) -> Q:
    """Return the condition of rows of a place in whose pool this agent is. The pool of the whole province counts too."""
    here = PoolAgent.objects.filter(agent=reader, province=OuterRef("province"))
    return Q(Exists(here.filter(Q(market=OuterRef("market")) | Q(market=ALL))))


def readable_by(reader: Any) -> Q:
    """Return the condition of due tasks that are unowned, the reader's own, or of a place in whose pool the reader is."""
    return Q(owner__isnull=True) | Q(owner=reader) | in_pool(reader)


def reads_all(user: Any) -> bool:
    """Whether the user may read leads and tasks that are not its own."""
    return user.has_perm(ANY_LEAD)


def reader_of(user: Any) -> str | None:
    """Return the user's name if it may not read all tasks. None if it may, or if there is no user."""
    return None if user is None or reads_all(user) else label_of(user)
