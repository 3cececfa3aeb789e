"""The ledger lines whose ground is retired (no longer accepted), each with its leads."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from followups.leads.lookups import leads_at
from governance.gate.ledger import ContactRecord, retired_lines

BATCH = 500


class RetiredGround(NamedTuple):
    """A ledger line with a retired ground, and the ids of the leads with the line's number or address."""

    record: ContactRecord
    lead_ids: list[str]


def retired_grounds() -> Iterator[RetiredGround]:
    """Yield each ledger line with a retired ground, and its leads, the oldest line first."""
    after = 0
    while batch := list(retired_lines().filter(pk__gt=after)[:BATCH]):
        yield from _with_leads(batch)
        after = batch[-1].pk


def _with_leads(records: Sequence[ContactRecord]) -> Iterator[RetiredGround]:
    points = {(record.point.kind, record.point.value) for record in records if record.point.value is not None}
    by_value = defaultdict(list)
    for lead_id, phone, email in leads_at(points).order_by("lead_id").values_list("lead_id", "phone", "email"):
        by_value[phone].append(lead_id)
        by_value[email].append(lead_id)
    for record in records:
        yield RetiredGround(record, by_value[record.point.value] if record.point.value else [])
