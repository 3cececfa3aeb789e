"""The verb that stores the rows of a list of buyers."""

from collections.abc import Callable, Iterable, Sequence

from buyers.book.fields import BuyerFileRow
from buyers.book.lookups import EMAILS, PHONES, buyers_by_id
from buyers.book.models import Buyer
from buyers.book.storing import hold_writers, store_file
from governance import people
from governance.decisions import ExecutionClass, verb
from governance.lists.kinds import PeopleKind
from governance.lists.upserting import Hearers, ListReport, upsert_people
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.rows import RefusedRow, Row
from wholesale.plumbing.importing.sifting import Sieve

_BUYERS = PeopleKind(
    people.BUYER, Sieve("buyer_id", "buyer", BuyerFileRow()), buyers_by_id, store_file, hold_writers, PHONES, EMAILS
)


@verb(ExecutionClass.RECORD)
def upsert_buyers(
    rows: Iterable[Row],
    *,
    act: Act,
    dry_run: bool = False,
    source: str = "a list",
    refuse: Callable[[RefusedRow], None] | None = None,
    hold: Callable[[RefusedRow, str], None] | None = None,
    stored: Callable[[Sequence[Buyer]], None] | None = None,
) -> ListReport:
    """Create or change buyers by their `buyer_id`, in batches, as `upsert_leads` does with leads.

    If a row says anything about what the buyer buys, that becomes the buyer's box without a name.
    """
    report = ListReport()
    hearers = Hearers(refuse, hold, stored)
    upsert_people(_BUYERS, rows, report, act=act, dry_run=dry_run, source=source, hearers=hearers)
    return report
