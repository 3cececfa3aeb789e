"""Verbs of buyers. The API, the admin and imports of files use the same serializers, and all store through `storing`."""

from typing import Any

from buyers.book.models import Buyer
from buyers.book.storing import NO_PROVINCE, store_one
from governance.decisions import ExecutionClass, verb
from governance.lists.kinds import StoreResult
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter

__all__ = ["StoreResult", "upsert_buyer"]


@verb(ExecutionClass.RECORD)
def upsert_buyer(*, buyer_id: str, act: Act, **settings: Any) -> tuple[Buyer, StoreResult]:
    """Create or change one buyer. `settings` are values that are already checked; only the given ones change.

    If they hold `boxes`, these replace all boxes of the buyer.

    Raises:
        RequiredParameter: a new buyer has no province.

    """
    stored = store_one(buyer_id, settings, act)
    if stored.outcome is StoreResult.NO_PROVINCE:
        raise RequiredParameter(NO_PROVINCE, attr="province")
    return stored.buyer, stored.outcome
