"""The refusal reasons of the contact gate, in English and French."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from governance.people import BUYER, LEAD


class Reason(models.TextChoices):
    """A refusal reason of the gate. An answer lists its reasons in the order of this class; the first is its `reason`."""

    KILL_SWITCH_ENGAGED = "KILL_SWITCH_ENGAGED", _("The kill switch is engaged.")
    GO_LIVE_DISABLED = "GO_LIVE_DISABLED", _("The system is not live.")
    NO_POLICY = "no_policy", _("No policy covers this market.")
    POLICY_DISABLED = "policy_disabled", _("The policy of this market is switched off.")
    CHANNEL_NOT_ALLOWED = "channel_not_allowed", _("The policy does not allow this channel.")
    LEDGER_UNREADABLE = (
        "ledger_unreadable",
        _("What is on file of the lead cannot be found: CONTACT_DIGEST_KEY was changed."),
    )
    OPTED_OUT = "opted_out", _("The lead has asked not to be contacted by this channel.")
    INBOUND_UNDECIDED = (
        "inbound_undecided",
        _("A message from there may be a wish to be left alone. A person decides first."),
    )
    LEAD_CLOSED = "lead_closed", _("The lead is closed, or the buyer is blocked.")
    WRONG_NUMBER = "wrong_number", _("The number or address is known to be somebody else's.")
    CONSENT_MISSING = "consent_missing", _("No consent to messages of this channel is on file.")
    CONSENT_EXPIRED = "consent_expired", _("The consent to messages of this channel has expired.")
    NOT_IDENTIFIED = (
        "organisation_not_identified",
        _("Our name, mailing address or contact, which each message must give, is not on file."),
    )
    NOT_REGISTERED = "organisation_not_registered", _("Our registration with the National Do Not Call List is not in force.")
    AREA_CODE_NOT_SUBSCRIBED = (
        "area_code_not_subscribed",
        _("We have no subscription to the National Do Not Call List for this area code."),
    )
    SCRUB_MISSING = "scrub_missing", _("The number was never checked against the National Do Not Call List.")
    SCRUB_EXPIRED = "scrub_expired", _("The last check against the National Do Not Call List is older than 31 days.")
    LEAD_SCORE_BELOW_MINIMUM = "lead_score_below_minimum", _("The lead's score is below the policy's minimum.")
    CONTACTED_RECENTLY = "contacted_recently", _("The person was contacted a short time ago.")
    CALL_AGAIN_TOO_SOON = "call_again_too_soon", _("A call to this number was answered less than 30 days ago.")
    OUTSIDE_LEGAL_HOURS = "outside_legal_hours", _("It is outside the hours in which the law allows calls there.")
    CLOSED_DAY = "closed_day", _("It is a holiday or a closed day there.")
    OUTSIDE_CONTACT_WINDOW = "outside_contact_window", _("It is outside the policy's contact windows there.")

    def sentence(self, language: str) -> str:
        """The reason as a sentence, in English (`en`) or French (`fr`), whatever language the page around it speaks."""
        with override(language):
            return str(self.label)

    def of(self, kind: str) -> str:
        """The reason in the active language, as it is said of a person whose kind (LEAD or BUYER) is known."""
        return str(_OF_A_KIND.get((self, kind), self.label))


_OF_A_KIND = {
    (Reason.LEAD_CLOSED, LEAD): _("The lead is closed."),
    (Reason.LEAD_CLOSED, BUYER): _("The buyer is blocked."),
    (Reason.OPTED_OUT, BUYER): _("The buyer has asked not to be contacted by this channel."),
    (Reason.LEDGER_UNREADABLE, BUYER): _("What is on file of the buyer cannot be found: CONTACT_DIGEST_KEY was changed."),
}
