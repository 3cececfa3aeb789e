"""The steps for a lead who gave no ground for a message: a ladder that begins with a call. No database here.

A text message without consent is prohibited (Canada's Anti-Spam Legislation, section 6(1)(a)), and voice is outside that
law (section 6(8)). The first calls ask for the express consent that a message needs. The message steps come after a call. If
the lead has given no ground by then, no message is sent, and the step lapses.
"""

from typing import Any

from followups.ladders.templates.guide_steps import GUIDE_STEPS
from governance.channels import Channel

# A request for consent, written or spoken, must say (section 10(1); SOR/2012-36 section 4): its purpose, who asks, the
# mailing address with a way to reach us, and that the consent can be withdrawn. It is made separately from other questions.
_CONSENT = (
    "\nThen ask, by itself: May {company} send you text messages and e-mails about an offer to buy {address}? Our address "
    "is {company_address}, and you can reach us at {company_contact}. You can withdraw this consent at any time: reply "
    "STOP, or tell us.\n"
    "Only after a clear yes, record an express consent: who gave it, when, and that it was said on the phone.",
    "\nDemander ensuite, à part : {company} peut-elle vous envoyer des messages texte et des courriels au sujet d'une offre "
    "d'achat pour {address}? Notre adresse est {company_address}, et vous pouvez nous joindre ainsi: {company_contact}. "
    "Vous pouvez retirer ce consentement en tout temps: répondez ARRET, ou dites-le-nous.\n"
    "Seulement après un oui clair, inscrire un consentement exprès: qui l'a donné, quand, et qu'il l'a été au téléphone.",
)
_STOPS = (
    " If you would rather not be called, tell me and we will stop.",
    " Si vous préférez ne plus être appelé, dites-le-moi et nous cesserons.",
)
_FIRST_CALL = (
    "Is this a good moment? {company} buys houses as they stand. Would you consider an offer?",
    "Est-ce un bon moment? {company} achète des maisons telles quelles. Une offre vous intéresserait-elle?",
)
_SECOND_CALL = (
    "{company} called you about it before. Is this a better moment? Would you consider an offer?",
    "{company} vous a déjà appelé à ce sujet. Est-ce un meilleur moment? Une offre vous intéresserait-elle?",
)
_THIRD_CALL = (
    "{company} called you about it before. May I ask you two or three questions about the house?",
    "{company} vous a déjà appelé à ce sujet. Puis-je vous poser deux ou trois questions sur la maison?",
)


def _call(delay_minutes: int, texts: tuple[str, str]) -> dict[str, Any]:
    """Return a step of the channel CALL whose scripts end with the request for consent."""
    english, french = (f"{text}{stops}{consent}" for text, stops, consent in zip(texts, _STOPS, _CONSENT, strict=True))
    return {"delay_minutes": delay_minutes, "channel": Channel.CALL.value, "script_en": english, "script_fr": french}


_, _, _SECOND_MESSAGE, _, _LAST_MESSAGE, _LAST_CALL = GUIDE_STEPS

# The steps at the guide's times, as templates store them.
COLD_STEPS: list[dict[str, Any]] = [
    _call(0, _FIRST_CALL),
    _call(30, _SECOND_CALL),
    _SECOND_MESSAGE,
    _call(1440, _THIRD_CALL),
    _LAST_MESSAGE,
    _LAST_CALL,
]
