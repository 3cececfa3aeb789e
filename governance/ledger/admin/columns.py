"""Columns of the ledger's lines."""

from django.utils.formats import date_format
from unfold.decorators import display

from governance.ledger.models import ContactRecord
from governance.ledger.proof_lines import until
from governance.ledger.referrals import uses_of
from governance.ledger.rules import Entry

EVERY_CHANNEL_LABEL = "Every channel"
# In a column there is no room for what they say in full.
ENTRY_WORDS = {
    Entry.CONSENT: "Consent",
    Entry.OPT_OUT: "Opt-out",
    Entry.DO_NOT_CALL: "Do not call",
    Entry.LIFT: "Lifted",
    Entry.SCRUB: "Scrub",
    Entry.ERASED: "Erased",
    Entry.HOLD: "Held",
    Entry.RELEASE: "Released",
    Entry.ENDED: "Contract ended",
    Entry.USED: "Referral used",
}
ENTRY_COLOURS = {
    Entry.CONSENT: "success",
    Entry.OPT_OUT: "danger",
    Entry.DO_NOT_CALL: "danger",
    Entry.LIFT: "warning",
    Entry.SCRUB: "info",
    Entry.ERASED: "",
    Entry.HOLD: "warning",
    Entry.RELEASE: "info",
    Entry.ENDED: "warning",
    Entry.USED: "info",
}


class LedgerColumns:
    """Columns of a line."""

    @display(
        description="Entry", ordering="entry", label={ENTRY_WORDS[entry]: colour for entry, colour in ENTRY_COLOURS.items()}
    )
    def what(self, record: ContactRecord) -> str:
        """What it says, in a word."""
        return ENTRY_WORDS[Entry(record.entry)]

    @display(description="Channel")
    def by(self, record: ContactRecord) -> str:
        """Of which channel."""
        return record.get_channel_display() or ("" if record.entry == Entry.ERASED else EVERY_CHANNEL_LABEL)

    @display(description="Until")
    def until(self, record: ContactRecord) -> str:
        """When a ground ends."""
        if record.expires_at:
            return date_format(record.expires_at, "DATETIME_FORMAT")
        return until(record.basis) if record.entry == Entry.CONSENT else ""

    @display(description="Messages since")
    def used(self, record: ContactRecord) -> str:
        """How many went out since a referral."""
        uses = uses_of(record)
        return "" if uses is None else f"{uses:,}"
