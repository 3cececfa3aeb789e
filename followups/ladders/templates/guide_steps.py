"""The six ladder steps of the customer's guide, with their scripts."""

from typing import Any

from governance.channels import Channel

# A text message names its sender, the sender's address and how to reach it, and says how to stop it (CASL; DOMAIN 1.2).
# A call begins with the opening of `speech`, which says who calls and why. The text of a call goes on from there.
_SENDER = "{company}, {company_address}, {company_contact}."
_FIRST_SMS = (
    "Hi {first_name}, this is {company}. We would like to make you an offer to buy {address}, as it stands. May we talk? "
    f"{_SENDER} Reply STOP to opt out.",
    "Bonjour {first_name}, ici {company}. Nous aimerions vous faire une offre d'achat pour {address}, telle quelle. "
    f"Pouvons-nous en parler? {_SENDER} Répondez ARRET pour ne plus recevoir de messages.",
)
_SECOND_SMS = (
    "Hi {first_name}, {company} again, about an offer to buy {address}. When would be a good time to call you? "
    f"{_SENDER} Reply STOP to opt out.",
    "Bonjour {first_name}, ici {company}, au sujet d'une offre d'achat pour {address}. Quand pourrions-nous vous appeler? "
    f"{_SENDER} Répondez ARRET pour ne plus recevoir de messages.",
)
_LAST_SMS = (
    "Hi {first_name}, {company} here. If you would still consider an offer for {address}, just reply to this message. "
    f"{_SENDER} Reply STOP to opt out.",
    "Bonjour {first_name}, ici {company}. Si une offre pour {address} vous intéresse toujours, répondez à ce message. "
    f"{_SENDER} Répondez ARRET pour ne plus recevoir de messages.",
)
_FIRST_CALL = (
    "Is this a good moment? {company} buys houses as they stand, and you can reach us at {company_contact}. "
    "If you would rather not be called, tell me and we will stop.",
    "Est-ce un bon moment? {company} achète des maisons telles quelles, et vous pouvez nous joindre ainsi: "
    "{company_contact}. Si vous préférez ne plus être appelé, dites-le-moi et nous cesserons.",
)
_SECOND_CALL = (
    "{company} wrote to you about it. May I ask you two or three questions? You can reach us at {company_contact}. "
    "If you would rather not be called, tell me and we will stop.",
    "{company} vous a écrit à ce sujet. Puis-je vous poser deux ou trois questions? Vous pouvez nous joindre ainsi: "
    "{company_contact}. Si vous préférez ne plus être appelé, dites-le-moi et nous cesserons.",
)
_LAST_CALL = (
    "This is the last call of {company} about it. Would you like to hear our offer? If not, we will not call again. "
    "You can reach us at {company_contact}.",
    "C'est le dernier appel de {company} à ce sujet. Aimeriez-vous entendre notre offre? Sinon, nous ne rappellerons pas. "
    "Vous pouvez nous joindre ainsi: {company_contact}.",
)
# The guide's default ladder, as templates store it.
GUIDE_STEPS: list[dict[str, Any]] = [
    {"delay_minutes": minutes, "channel": channel.value, "script_en": english, "script_fr": french}
    for minutes, channel, (english, french) in (
        (0, Channel.SMS, _FIRST_SMS),
        (30, Channel.CALL, _FIRST_CALL),
        (180, Channel.SMS, _SECOND_SMS),
        (1440, Channel.CALL, _SECOND_CALL),
        (4320, Channel.SMS, _LAST_SMS),
        (10080, Channel.CALL, _LAST_CALL),
    )
]
