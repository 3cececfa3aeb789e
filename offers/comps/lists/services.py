"""The verb that stores the rows of a list of sales."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any

from governance.decisions import ExecutionClass, verb
from governance.lists.kinds import StoreResult
from governance.lists.upserting import BATCH, ListReport
from offers.comps.fields import SaleFileRow, SaleKey
from offers.comps.storing import store_sales
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.rows import FileRow, RefusedRow, Row
from wholesale.plumbing.importing.sifting import Sieve, batches, numbered

_SALES = Sieve("sale_id", "sale", SaleFileRow())


@verb(ExecutionClass.RECORD)
def upsert_sales(
    rows: Iterable[Row],
    *,
    act: Act,
    dry_run: bool = False,
    source: str = "a list",
    refuse: Callable[[RefusedRow], None] | None = None,
    defaults: Mapping[str, str] | None = None,
    **unheard: Any,
) -> ListReport:
    """Create or change sales by their source and `sale_id`, in batches, each a transaction.

    An absent or empty value keeps the stored one; `defaults` are for the rows of a file that do not say these values.
    A row is refused if it is invalid, if an earlier row is the same sale, or if a new sale lacks what it needs; the other
    rows are stored. The same rows again change nothing.
    """
    report, seen = ListReport(), dict[SaleKey, int]()
    for batch in batches(numbered(_completed(rows, defaults or {})), BATCH):
        good, refused = _SALES.sifted(batch, seen)
        given = {key: settings for key, (_, settings) in good.items()}
        for key, (outcome, lacking) in store_sales(given, act, dry_run=dry_run).items():
            if outcome is StoreResult.NO_PROVINCE:
                wrong = {name: ["A new sale needs it."] for name in lacking}
                refused.append(RefusedRow(seen[key], good[key][0], wrong))
            else:
                setattr(report, outcome.value, getattr(report, outcome.value) + 1)
        report.refused += len(refused)
        for one in sorted(refused, key=attrgetter("number")):
            (refuse or report.refused_rows.append)(one)
    return report


def _completed(rows: Iterable[Row], defaults: Mapping[str, str]) -> Iterator[Row]:
    for row in rows:
        if isinstance(row, FileRow):
            row.given = {**defaults, **row.given}
        yield row
