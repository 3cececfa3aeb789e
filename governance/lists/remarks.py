"""Remarks about an import, shown beside its counts by the command and the admin."""

from governance.gate.ledger import Entry
from governance.lists.upserting import ListReport

_RECORDED = {
    Entry.DO_NOT_CALL.value: "on the do-not-call list",
    Entry.OPT_OUT.value: "opted out",
    Entry.CONSENT.value: "with a consent",
}


def recorded(report: ListReport) -> list[str]:
    """Return a list with one remark that counts the rows recorded in the ledger. It is empty if none were recorded."""
    counts = [f"{report.recorded[entry]:,} {words}" for entry, words in _RECORDED.items() if report.recorded[entry]]
    return [f"Rows recorded in the ledger of contact: {', '.join(counts)}."] if counts else []
