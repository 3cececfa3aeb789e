"""What was stored under another name of a market becomes that market's."""

from collections.abc import Collection
from typing import Any

from followups.leads.models import Lead
from followups.models import FollowupLadder, FollowupTask
from wholesale.plumbing.lookups import among


def on_markets_named(province: str, names: Collection[str], market: str, **kwargs: Any) -> None:
    """Move leads, open ladders and their open steps. Closed ladders stay: they are a record of where they were worked."""
    here = {"province": province, "market__in": list(names)}
    Lead.objects.filter(**here).update(market=market)
    locked = FollowupLadder.objects.open().filter(**here).order_by("pk").select_for_update()
    ladder_ids = list(locked.values_list("pk", flat=True))
    FollowupLadder.objects.filter(pk__in=among(ladder_ids, "bigint")).update(market=market)
    FollowupTask.objects.open().filter(ladder_id__in=among(ladder_ids, "bigint")).update(market=market)
