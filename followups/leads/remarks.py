"""What to say of an import beside its counts, in the command and in the admin."""

from collections.abc import Iterable

from followups.leads.files import LeadFile
from followups.leads.services import Report
from governance.ledger.rules import Entry

_RECORDED = {
    Entry.DO_NOT_CALL.value: "on the do-not-call list",
    Entry.OPT_OUT.value: "opted out",
    Entry.CONSENT.value: "with a consent",
}


def missing(report: Report, lead_file: LeadFile) -> list[str]:
    """What of the file did not end as a row that is counted. Empty where all of it did."""
    rows = lead_file.count - report.rows
    return [
        *(f"{what}, and was not read: import it as a file of its own." for what in lead_file.unread),
        *([f"Of the file's rows {rows:,} are not among those counted."] if rows else []),
    ]


def blank(lead_file: LeadFile) -> list[str]:
    """The rows that hold nothing."""
    count = lead_file.blank
    return [f"Skipped {count:,} blank row{'s' if count > 1 else ''}."] if count else []


def recorded(report: Report) -> list[str]:
    """What the ledger learnt."""
    counts = [f"{report.recorded[entry]:,} {words}" for entry, words in _RECORDED.items() if report.recorded[entry]]
    return [f"Rows recorded in the ledger of contact: {', '.join(counts)}."] if counts else []


def ranges(numbers: Iterable[int]) -> str:
    """Rising numbers in short: 5, 9, 12-40."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
