"""What the law wants a call to begin with, and what it wants each text in Quebec to say. Pure functions over plain values.

Sources: Telecommunications Act s. 41.7(3) (every caller, exempt or not, says who calls and why at the beginning); the CRTC's
page on telemarketing for business (a number on request); for Quebec the Charter of the French Language (served in French)
and P-39.1 s. 22 (the organisation is named, and consent to prospection can be withdrawn), both known from secondary pages.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from governance.channels import Channel
from wholesale.plumbing.vocabulary import Province

# An opening may contain the fields of scripts. “Do not call” is a button of the queue page.
OPENING = {
    "en": "Say first: Hello {first_name}, my name is {agent}, and I am calling on behalf of {company} about an offer to "
    "buy {address}.\n"
    "If they ask for our number: {company_contact}.\n"
    "If they want no calls, press “Do not call”.",
    "fr": "À dire d'abord : Bonjour {first_name}, je m'appelle {agent} et j'appelle de la part de {company} au sujet d'une "
    "offre d'achat pour {address}.\n"
    "Si on demande notre numéro : {company_contact}.\n"
    "Si la personne ne veut pas d'appels, appuyez sur « Do not call ».",
}
_LANGUAGES = {"script_en": "English", "script_fr": "French"}
_WITHDRAWAL = re.compile(
    r"\b(stop|unsubscribe|withdraw|not (be )?call(ed)?|no more|arr[eê]t\w*|d[eé]sabonn\w*|retir\w*|ne plus|cess\w+|"
    r"ne rappellerons pas)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)  # always the same text, so its pieces are soon found
def opened(script: str, channel: str, language: str) -> str:
    """Return what is said. A call begins with who calls and why, even if its script is empty; a message is its script."""
    if channel != Channel.CALL:
        return script
    return f"{OPENING['fr' if language == 'fr' else 'en']}\n\n{script}".strip()


def wanting_in_quebec(steps: Sequence[Mapping[str, Any]], province: str) -> dict[str, str]:
    """What each text of a template lacks under the law of Quebec, by place (as `0.script_fr`). Empty for other provinces."""
    wanting: dict[str, str] = {}
    if province != Province.QC:
        return wanting
    for n, step in enumerate(steps):
        if not step["script_fr"]:
            wanting[f"{n}.script_fr"] = "Quebec is served in French: this step needs a French text."
        for name, language in _LANGUAGES.items():
            if detail := _wanting(step[name], step["channel"]):
                wanting[f"{n}.{name}"] = f"{detail} in {language}, as Quebec's law wants it."
    return wanting


def _wanting(script: str, channel: str) -> str:
    """What one text lacks, or "". A call need not name the organisation: its opening does. An empty text lacks nothing."""
    if not script:
        return ""
    if channel != Channel.CALL and "{company}" not in script:
        return "It must name the organisation, as {company},"
    return "" if _WITHDRAWAL.search(script) else "It must say that consent can be withdrawn"
