"""Administrative replies: text, language, and the reasons against sending."""

import pytest

from followups.leads.replies.rules import language_of, standing_against, text_of
from governance.gate import Reason, Sender

MAPLE = Sender("Maple Homes", "1 King St, Toronto", "info@example.ca")
HELP_EN = (
    "Maple Homes: messages about an offer to buy your property. How many you get varies. Help: info@example.ca. "
    "Reply STOP to get no more."
)
HELP_FR = (
    "Maple Homes : messages au sujet d'une offre d'achat pour votre propriété. Leur nombre varie. "
    "Aide : info@example.ca. Répondez ARRET pour ne plus en recevoir."
)
STOPPED_EN = "Maple Homes: you are unsubscribed and will get no more messages from us."
STOPPED_FR = "Maple Homes : vous êtes désabonné et ne recevrez plus de messages de notre part."


@pytest.mark.parametrize(
    ("kind", "language", "sender", "text"),
    [
        ("HELP", "en", MAPLE, HELP_EN),
        ("HELP", "fr", MAPLE, HELP_FR),
        ("HELP", "any", MAPLE, f"{HELP_EN}\n{HELP_FR}"),
        ("OPT_OUT", "en", MAPLE, STOPPED_EN),
        ("OPT_OUT", "fr", MAPLE, STOPPED_FR),
        ("OPT_OUT", "any", MAPLE, f"{STOPPED_EN}\n{STOPPED_FR}"),
        # Missing facts are left out.
        ("OPT_OUT", "en", Sender(), "You are unsubscribed and will get no more messages from us."),
        (
            "HELP",
            "en",
            Sender(),
            "Messages about an offer to buy your property. How many you get varies. Reply STOP to get no more.",
        ),
    ],
)
def test_a_reply_names_the_sender_and_answers_the_request(kind: str, language: str, sender: Sender, text: str) -> None:
    assert text_of(kind, language, sender) == text


@pytest.mark.parametrize(
    ("kind", "asked_in", "lead_language", "language"),
    [
        ("HELP", "en", "fr", "en"),
        ("HELP", "fr", "en", "fr"),
        ("HELP", "any", "fr", "fr"),
        ("HELP", "any", None, "any"),
        ("OPT_OUT", "en", "fr", "fr"),  # STOP is used in French too
        ("OPT_OUT", "en", None, "en"),
        ("OPT_OUT", "fr", "en", "fr"),
        ("OPT_OUT", "any", "en", "en"),
    ],
)
def test_a_reply_uses_the_language_of_the_word_or_of_the_lead(
    kind: str, asked_in: str, lead_language: str | None, language: str
) -> None:
    assert language_of(kind, asked_in, lead_language) == language


def test_only_an_opt_out_and_consent_do_not_stand_against_a_reply() -> None:
    aside = {Reason.OPTED_OUT, Reason.CONSENT_MISSING, Reason.CONSENT_EXPIRED}
    assert standing_against(Reason) == [reason.value for reason in Reason if reason not in aside]
