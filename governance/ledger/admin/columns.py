"""The columns of ledger lines in the admin."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from governance.ledger.models import ContactRecord
from governance.ledger.proof_lines import until
from governance.ledger.referrals import uses_of
from governance.ledger.rules import Entry
from wholesale.plumbing.admin_parts import Colours, column
from wholesale.plumbing.showing import shown_number, shown_time
from wholesale.plumbing.texts import Words

EVERY_CHANNEL_LABEL = _("Every channel")
# Short names of the entries, because a column has no room for their labels.
ENTRY_WORDS = {
    Entry.CONSENT: _("Consent"),
    Entry.OPT_OUT: _("Opt-out"),
    Entry.DO_NOT_CALL: _("Do not call"),
    Entry.LIFT: _("Lifted"),
    Entry.SCRUB: _("Scrub"),
    Entry.ERASED: _("Erased"),
    Entry.HOLD: _("Held"),
    Entry.RELEASE: _("Released"),
    Entry.ENDED: _("Contract ended"),
    Entry.USED: _("Referral used"),
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
        description=_("Entry"),
        ordering="entry",
        label=Colours({ENTRY_WORDS[entry]: colour for entry, colour in ENTRY_COLOURS.items()}),
    )
    def what(self, record: ContactRecord) -> Words:
        """What the line records, as a short word such as Consent or Lifted."""
        return ENTRY_WORDS[Entry(record.entry)]

    about = column(_("contact point"), lambda record: record.point.shown)

    @display(description=_("Channel"))
    def by(self, record: ContactRecord) -> Words:
        """The channel that the line is about, or "Every channel" if it names none."""
        return record.get_channel_display() or ("" if record.entry == Entry.ERASED else EVERY_CHANNEL_LABEL)

    @display(description=_("Until"))
    def until(self, record: ContactRecord) -> str:
        """When the line ends, or in words what ends a consent. Empty for a line that does not end."""
        if record.expires_at:
            return shown_time(record.expires_at)
        return gettext(until(record.basis)) if record.entry == Entry.CONSENT else ""

    @display(description=_("Messages since"))
    def used(self, record: ContactRecord) -> str:
        """The number of messages that went out since a referral. Empty for a line that is no referral."""
        uses = uses_of(record)
        return "" if uses is None else shown_number(uses)
