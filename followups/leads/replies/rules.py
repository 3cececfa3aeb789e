"""The text and language of administrative replies, and the refusal reasons that count for them. They use no database."""

from collections.abc import Iterable

from followups.leads.inbound.models import InboundWord
from followups.leads.replies.models import AdministrativeReply
from governance.gate import Reason, Sender

Kind = AdministrativeReply.Kind
_ENGLISH, _FRENCH, _BOTH = InboundWord.Language.ENGLISH, InboundWord.Language.FRENCH, InboundWord.Language.ANY
# Reasons that do not refuse a reply. It confirms the opt-out, or answers somebody who opted out. A reply to a request needs
# no consent (SOR/2013-221 s. 3(b)). Every other reason refuses a reply like any message.
LEFT_ASIDE = frozenset({Reason.OPTED_OUT, Reason.CONSENT_MISSING, Reason.CONSENT_EXPIRED})

# HELP has to say: the programme, whom to reach, how often we write, how to stop (CWTA short code handbook 3.9).
_HELP = {
    _ENGLISH: "{company}messages about an offer to buy your property. How many you get varies.{contact} "
    "Reply STOP to get no more.",
    _FRENCH: "{company}messages au sujet d'une offre d'achat pour votre propriété. Leur nombre varie.{contact} "
    "Répondez ARRET pour ne plus en recevoir.",
}
_CONTACT = {_ENGLISH: " Help: {contact}.", _FRENCH: " Aide : {contact}."}
# The confirmation of an opt-out must not mention an offer.
_OPT_OUT = {
    _ENGLISH: "{company}you are unsubscribed and will get no more messages from us.",
    _FRENCH: "{company}vous êtes désabonné et ne recevrez plus de messages de notre part.",
}
_TEXTS = {Kind.HELP: _HELP, Kind.OPT_OUT: _OPT_OUT}
_AFTER_COMPANY = {_ENGLISH: ": ", _FRENCH: " : "}


def text_of(kind: str, language: str, sender: Sender) -> str:
    """Return the reply's text in this language, or in both languages if `language` is ANY."""
    return "\n".join(_text(kind, one, sender) for one in ((_ENGLISH, _FRENCH) if language == _BOTH else (language,)))


def _text(kind: str, language: str, sender: Sender) -> str:
    """Return the text in one language. The organisation's name or contact is left out if it is not on file."""
    said = _TEXTS[Kind(kind)][InboundWord.Language(language)].format(
        company=f"{sender.name}{_AFTER_COMPANY[InboundWord.Language(language)]}" if sender.name else "",
        contact=_CONTACT[InboundWord.Language(language)].format(contact=sender.contact) if sender.contact else "",
    )
    return said[0].upper() + said[1:]


def language_of(kind: str, asked_in: str, lead_language: str | None) -> str:
    """Return the language of an administrative reply: that of the lead's word (`asked_in`). If both languages use the word,
    it is the lead's language, or ANY if that is unknown.

    French speakers send STOP too, so a STOP is confirmed in the lead's language, if it is known.
    """
    is_used_in_both = asked_in == _BOTH or (kind == Kind.OPT_OUT and asked_in == _ENGLISH)
    return (lead_language if is_used_in_both else None) or asked_in


def standing_against(reasons: Iterable[Reason]) -> list[str]:
    """Return the codes of those refusal reasons that also stand against sending an administrative reply."""
    return [reason.value for reason in reasons if reason not in LEFT_ASIDE]
