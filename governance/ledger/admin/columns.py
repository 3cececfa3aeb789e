"""The columns of ledger lines in the admin."""

from django.utils.formats import date_format
from unfold.decorators import display

from governance.ledger.models import ContactRecord
from governance.ledger.proof_lines import until
from governance.ledger.referrals import uses_of
from governance.ledger.rules import Entry

EVERY_CHANNEL_LABEL = "Every channel"
# Short names of the entries, because a column has no room for their labels.
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
    """A mixin with the admin columns of a ledger line."""

    @display(
        description="Entry", ordering="entry", label={ENTRY_WORDS[entry]: colour for entry, colour in ENTRY_COLOURS.items()}
    )
    def what(self, record: ContactRecord) -> str:
        """What the line records, as a short word such as Consent or Lifted."""
        return ENTRY_WORDS[Entry(record.entry)]

    @display(description="Channel")
    def by(self, record: ContactRecord) -> str:
        """The channel that the line is about, or "Every channel" if it names none."""
        return record.get_channel_display() or ("" if record.entry == Entry.ERASED else EVERY_CHANNEL_LABEL)

    @display(description="Until")
    def until(self, record: ContactRecord) -> str:
        """When the line ends, or in words what ends a consent. Empty for a line that does not end."""
        if record.expires_at:
            return date_format(record.expires_at, "DATETIME_FORMAT")
        return until(record.basis) if record.entry == Entry.CONSENT else ""

    @display(description="Messages since")
    def used(self, record: ContactRecord) -> str:
        """The number of messages that went out since a referral. Empty for a line that is no referral."""
        uses = uses_of(record)
        return "" if uses is None else f"{uses:,}"
