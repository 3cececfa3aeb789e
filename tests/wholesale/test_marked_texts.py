"""Texts that are marked for translation: on pages in the reader's language, elsewhere in English."""

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing.admin_parts import Colours
from wholesale.plumbing.errors import DomainError, NotFound, default_message, default_messages
from wholesale.plumbing.texts import in_english

FRENCH = {"Settled": "Réglé", "There is no such thing.": "Introuvable.", "At most %(most)s.": "Au plus %(most)s."}


def _translated(text: str) -> str:
    return FRENCH.get(text, text) if translation.get_language() == "fr" else text


@pytest.fixture(autouse=True)
def _french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translation._trans, "gettext", _translated, raising=False)  # type: ignore[attr-defined]


def test_a_refusal_is_english_for_the_api_and_translated_on_a_page() -> None:
    plain, valued = NotFound(), DomainError("At most %(most)s.", attr="price", most="$5.00")
    with translation.override("fr"):
        assert (plain.detail, plain.shown) == ("There is no such thing.", "Introuvable.")
        assert valued.errors == [("At most $5.00.", "price")]
        assert valued.shown_errors == [("Au plus $5.00.", "price")]
        assert DomainError("50% is too much.").shown == "50% is too much."


def test_every_default_message_of_a_refusal_can_be_collected() -> None:
    assert default_message(NotFound) in default_messages()
    assert all(default_messages())


def test_a_word_has_its_colour_in_every_language() -> None:
    colours = Colours({_("Settled"): "success"})
    with translation.override("fr"):
        assert "Réglé" in colours
        assert colours["Réglé"] == "success"
        assert "Settled" not in colours


def test_what_is_stored_is_english_whoever_looks() -> None:
    with translation.override("fr"):
        assert in_english(_("Settled")) == "Settled"
