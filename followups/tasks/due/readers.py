"""Which due tasks a user may read. `followups.scopes` has the same rule for the rows of other tables."""

from typing import Any

from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.db.models.lookups import In

from followups.pool.models import PoolAgent
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL

ANY_LEAD = "followups.view_any_lead"
_PLACE = Concat("province", Value("/"), "market")


def in_pool(reader: Any) -> Q:
    """Return the condition for rows of a place whose pool has this agent. A pool of the whole province counts too."""
    # The places of the agent are read once. A subquery that looks at the row's place would be carried out for each row.
    places = PoolAgent.objects.filter(agent=reader)
    whole = places.filter(market=ALL).values("province")
    return Q(province__in=whole) | Q(In(_PLACE, places.values_list(_PLACE).query))


def readable_by(reader: Any) -> Q:
    """Return the condition for due tasks that are unowned, the reader's own, or of a place whose pool has the reader."""
    return Q(owner__isnull=True) | Q(owner=reader) | in_pool(reader)


def reads_all(user: Any) -> bool:
    """Whether the user may read all leads and tasks, not only its own."""
    return user.has_perm(ANY_LEAD)


def reader_of(user: Any) -> str | None:
    """Return the name of a user who may not read all tasks. None if the user may, or if there is no user."""
    return None if user is None or reads_all(user) else label_of(user)
