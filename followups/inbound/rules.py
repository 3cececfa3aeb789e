"""What a message says: a pure function over its words, in English and French (DOMAIN 1.2: the words in use under CASL).

Only a message that is a stop word and nothing else is an opt-out by itself. One that has such a word or wish among other
words goes to a person: "stop by at noon" and "please stop this" look alike to a machine, and either mistake is a bad one.
"""

import re
import unicodedata
from dataclasses import dataclass

from followups.leads.models import InboundMessage

Meaning = InboundMessage.Meaning
DECIDED = [(meaning.value, meaning.label) for meaning in (Meaning.OPT_OUT, Meaning.REPLY)]  # what a person may decide

# As they are sent: by themselves, or as the first line or sentence. Accents, case, spaces and punctuation do not matter.
STOP_WORDS = frozenset(
    {
        *("STOP", "END", "QUIT", "CANCEL", "UNSUBSCRIBE", "REVOKE", "OPTOUT"),
        *("ARRET", "ARRETE", "ARRETER", "ARRETEZ", "ANNULER", "FIN"),
        *("DESABONNER", "DESABONNE", "DESABONNEZ", "DESABONNEMENT", "DESINSCRIRE", "DESINSCRIPTION"),
    }
)
STOP_EVERYTHING = frozenset(
    {
        *("STOPALL", "STOPEVERYTHING", "ENDALL", "CANCELALL", "UNSUBSCRIBEALL", "OPTOUTALL"),
        *("STOPTOUT", "ARRETTOUT", "ARRETETOUT", "ARRETERTOUT", "ARRETEZTOUT", "TOUTARRETER"),
    }
)
# Among other words they mean something; the exception is Quebec's weekend, "la fin de semaine".
_STANDING_OUT = (STOP_WORDS | STOP_EVERYTHING) - {"FIN"}
# Words that change nothing beside a stop word.
_COURTESY = re.compile(
    r"""\b(
      PLEASE | PLS | PLZ | KINDLY | THANKS | THANK\ YOU
    | SVP | STP | S\ IL\ (VOUS|TE)\ PLAIT | MERCI | ME | MOI
    | STOP(?=\ (STOP|ARRET)\b) | ARRET(?=\ (STOP|ARRET)\b)
    )\b""",
    re.VERBOSE,
)
_WISHES = re.compile(
    r"""\b(
      OPT(ED|ING)?\ (ME\ )?OUT
    | (REMOVE|DELETE|TAKE|GET|DROP)\ (ME|US|MY|THIS|OUR)\b
    | (OFF|FROM)\ (OF\ )?(YOUR|THE|THIS)\ LIST
    | (DO\ NOT|DON\ ?T|NEVER|NO\ LONGER|CEASE)\ (EVER\ )?
      (CALL|CONTACT|TEXT|MESSAG|E\ ?MAIL|MAIL|WRITE|PHONE|BOTHER|SEND|DISTURB)
    | NO\ MORE\ (CALL|TEXT|MESSAG|E\ ?MAIL|MAIL)
    | LEAVE\ (ME|US)\ (ALONE|BE)
    | LOSE\ (MY|THIS)\ NUMBER
    | WRONG\ (NUMBER|PERSON)
    | GO\ AWAY | (FUCK|PISS)\ OFF
    | (NOT|NO\ LONGER)\ (AT\ ALL\ )?INTERESTED | UNINTERESTED
    | STOPPING | UNSUBSCRIB | HARASS | SPAM | DO\ NOT\ CALL | DNCL | CRTC
    | NE?\ (\w+\ ){0,3}PLUS\ (\w+\ ){0,3}(CONTACT|APPEL|TEXT|ECRI|ENVO|DERANG|RELANC|SOLLICIT|TELEPHON)
    | NE?\ (\w+\ ){0,2}(CONTACT|APPEL|TEXT|ECRI|ENVO|DERANG|RELANC|SOLLICIT|TELEPHON)\w*\ (MOI\ |NOUS\ )?(PLUS|PAS|JAMAIS)\b
    | PLUS\ (D|DE|AUCUN)\ (\w+\ )?(APPEL|MESSAGE|TEXTO|SMS|COURRIEL) | PLUS\ JAMAIS
    | LAISSE[RZ]?\ (MOI|NOUS)\ (TRANQUILLE|EN\ PAIX)
    | (FOU\w*|FICH\w*)\ (MOI|NOUS)\ (LA\ PAIX|PATIENCE)
    | (RETIR|ENLEV|SUPPRIM|OT|EFFAC|RAY)E[RZ]?\ (MOI|NOUS|MON|MES|CE)\b
    | (ME|NOUS)\ (RETIRER|ENLEVER|SUPPRIMER|OTER|EFFACER|RAYER)
    | DE\ (VOTRE|VOS|LA|CETTE)\ LISTES? | CESSE[RZ]?\b
    | (MAUVAIS|FAUX)\ NUMERO | MAUVAISE\ PERSONNE
    | PAS\ (DU\ TOUT\ )?INTERESSE | DESABONN | DESINSCRI | HARCEL | POURRIEL | LNNTE
    )""",
    re.VERBOSE,
)
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)  # of our own message, which names the stop word
_SENTENCE_END = re.compile(r"[\n\r.!?]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message says; an opt-out may be one from every channel."""

    meaning: str
    from_everything: bool = False


def read(text: str) -> Reading:
    """What the sender wants."""
    said = _QUOTED.sub("", text)
    whole = _words(said)
    first = next(filter(None, map(_words, _SENTENCE_END.split(said))), "")
    for part in (whole, first):
        word = _COURTESY.sub("", part).replace(" ", "")
        if word in STOP_EVERYTHING:
            return Reading(Meaning.OPT_OUT, from_everything=True)
        if word in STOP_WORDS:
            return Reading(Meaning.OPT_OUT)
    if _WISHES.search(whole) or not _STANDING_OUT.isdisjoint(whole.split()):
        return Reading(Meaning.DOUBTFUL)
    return Reading(Meaning.REPLY)


def _words(text: str) -> str:
    """The words in capitals with one space between them, without accents and punctuation."""
    folded = unicodedata.normalize("NFKD", text)
    return " ".join("".join(_kept(c) for c in folded).upper().split())


def _kept(character: str) -> str:
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":  # such as a zero-width space
        return ""
    return character if character.isalnum() else " "
