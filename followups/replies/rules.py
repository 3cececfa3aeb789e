"""What an administrative reply says, and what may stand against it. Pure functions over plain values."""

from collections.abc import Iterable

from followups.inbound.models import InboundWord
from followups.replies.models import AdministrativeReply
from governance.organisation.rules import Sender
from governance.reasons import Reason

Kind = AdministrativeReply.Kind
_ENGLISH, _FRENCH, _BOTH = InboundWord.Language.ENGLISH, InboundWord.Language.FRENCH, InboundWord.Language.ANY
# What does not stand against a reply. An opt-out is what it confirms, or is asked about. Consent is not asked for a reply
# to a request (SOR/2013-221 s. 3(b)). Everything else refuses it as it refuses any message.
LEFT_ASIDE = frozenset({Reason.OPTED_OUT, Reason.CONSENT_MISSING, Reason.CONSENT_EXPIRED})

# HELP: the programme, whom to reach, how often we write, how to stop (CWTA short code handbook 3.9).
_HELP = {
    _ENGLISH: "{company}messages about an offer to buy your property. How many you get varies.{contact} "
    "Reply STOP to get no more.",
    _FRENCH: "{company}messages au sujet d'une offre d'achat pour votre propriété. Leur nombre varie.{contact} "
    "Répondez ARRET pour ne plus en recevoir.",
}
_CONTACT = {_ENGLISH: " Help: {contact}.", _FRENCH: " Aide : {contact}."}
# One confirmation and no word of an offer.
_OPT_OUT = {
    _ENGLISH: "{company}you are unsubscribed and will get no more messages from us.",
    _FRENCH: "{company}vous êtes désabonné et ne recevrez plus de messages de notre part.",
}
_TEXTS = {Kind.HELP: _HELP, Kind.OPT_OUT: _OPT_OUT}
_AFTER_COMPANY = {_ENGLISH: ": ", _FRENCH: " : "}


def text_of(kind: str, language: str, sender: Sender) -> str:
    """The reply in a language; in both where nobody knows which."""
    return "\n".join(_text(kind, one, sender) for one in ((_ENGLISH, _FRENCH) if language == _BOTH else (language,)))


def _text(kind: str, language: str, sender: Sender) -> str:
    """What is not on file of the organisation is left out."""
    said = _TEXTS[Kind(kind)][InboundWord.Language(language)].format(
        company=f"{sender.name}{_AFTER_COMPANY[InboundWord.Language(language)]}" if sender.name else "",
        contact=_CONTACT[InboundWord.Language(language)].format(contact=sender.contact) if sender.contact else "",
    )
    return said[0].upper() + said[1:]


def language_of(kind: str, asked_in: str, lead_language: str | None) -> str:
    """In which language to answer: that of the word. Where it is used in both, the lead's; where nobody knows, both.

    STOP is used in French too, so a lead who is spoken to in French has it confirmed in French.
    """
    is_used_in_both = asked_in == _BOTH or (kind == Kind.OPT_OUT and asked_in == _ENGLISH)
    return (lead_language if is_used_in_both else None) or asked_in


def standing_against(reasons: Iterable[Reason]) -> list[str]:
    """Of the gate's reasons those that refuse a reply, as codes."""
    return [reason.value for reason in reasons if reason not in LEFT_ASIDE]
