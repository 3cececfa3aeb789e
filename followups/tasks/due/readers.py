"""Who reads which tasks of the due list. `followups.scopes` says the same of rows."""

from typing import Any

from django.db.models import Exists, OuterRef, Q

from followups.pool.models import PoolAgent
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL

ANY_LEAD = "followups.view_any_lead"


def in_pool(reader: Any) -> Q:
    """Of rows with a place: an agent of this name is in its pool, or in that of its province."""
    here = PoolAgent.objects.filter(agent=reader, province=OuterRef("province"))
    return Q(Exists(here.filter(Q(market=OuterRef("market")) | Q(market=ALL))))


def readable_by(reader: Any) -> Q:
    """Of due tasks: unowned, the reader's own, or at a place in whose pool the reader is."""
    return Q(owner__isnull=True) | Q(owner=reader) | in_pool(reader)


def reads_all(user: Any) -> bool:
    """Whether it reads leads and tasks that are not its own."""
    return user.has_perm(ANY_LEAD)


def reader_of(user: Any) -> str | None:
    """The name by which tasks are the user's own, where it reads no others; None of one who reads all."""
    return None if user is None or reads_all(user) else label_of(user)
