"""Which of very many points opted out: for lists of people whom somebody may then ask the gate about, one by one."""

from collections.abc import Collection
from datetime import datetime

from governance.channels import Channel
from governance.gate.governed import governed
from governance.ledger.points import Point, digests
from governance.ledger.reading import filed_in, filing
from governance.ledger.rules import opted_out
from wholesale.plumbing.compiled import Statement, together
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.mark import MARK_SQL


class LedgerUnreadable(DomainError, code="ledger_unreadable", status=503):
    """What is on file about people cannot be found: CONTACT_DIGEST_KEY was changed. Nobody is listed until it is back."""


def opted_out_points(points: Collection[Point], at: datetime) -> set[Point]:
    """Those of these points about which an opt-out is in force at `at`, of any channel.

    Takes two queries, in one message on PostgreSQL.

    Raises:
        LedgerUnreadable: the ledger knows its points by another digest key, so no opt-out would be found.

    """
    if not points:
        return set()
    known = digests(points)
    asked = set(known.values())
    filed, [(mark,)] = together(filing(asked), Statement(f"SELECT {MARK_SQL}"))
    if not governed.at(mark).organisation.is_ledger_readable:
        raise LedgerUnreadable
    refusing = {
        known_by
        for known_by, on_file in filed_in(filed, asked).items()
        if on_file.lines and any(opted_out(on_file.lines, channel, at) for channel in Channel)
    }
    return {point for point, known_by in known.items() if known_by in refusing} if refusing else set()
