"""The French texts: each is there, none is doubtful, and each has the same blanks as the English one."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext

PO = settings.BASE_DIR / "locale" / "fr" / "LC_MESSAGES" / "django.po"
BLANKS = re.compile(r"%\(\w+\)s|\{\w*\}|%%|</?\w+[^>]*>")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return read_po(BytesIO(PO.read_bytes()), locale="fr", abort_invalid=True)


def pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each text of a message in English, with the French one: a plural has two."""
    one = (message.id, message.string)
    english, french = ((text,) if isinstance(text, str) else tuple(text or ()) for text in one)
    yield from zip(english, french, strict=True)


def texts(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def test_every_text_has_a_translation_and_none_is_doubtful(catalog: Catalog) -> None:
    found = list(texts(catalog))
    assert len(found) > 1500
    assert [message.id for message in found if not all(french for _, french in pairs(message))] == []
    assert [message.id for message in found if message.fuzzy] == []
    assert list(catalog.obsolete) == []


def test_a_translation_has_the_blanks_and_the_tags_of_its_text(catalog: Catalog) -> None:
    different = [
        (english, french)
        for message in texts(catalog)
        for english, french in pairs(message)
        if sorted(BLANKS.findall(english)) != sorted(BLANKS.findall(french.replace("Échap", "Esc")))
    ]
    assert different == []


def test_a_translation_begins_and_ends_as_its_text_does(catalog: Catalog) -> None:
    """Texts are put together: a space too many or too few shows."""
    for message in texts(catalog):
        for english, french in pairs(message):
            assert (english[:1] == " ", english[-1:] == " ") == (french[:1] == " ", french[-1:] == " "), english
            assert english.endswith("...") == french.endswith("..."), english


def _plain(text: object) -> object:
    return text if isinstance(text, str) else tuple(text)  # type: ignore[arg-type]


def test_what_the_server_reads_is_what_the_catalogue_says(catalog: Catalog) -> None:
    compiled = read_mo(BytesIO(PO.with_suffix(".mo").read_bytes()))

    def said(of: Catalog) -> dict[object, object]:
        return {(message.context or None, _plain(message.id)): _plain(message.string) for message in texts(of)}

    assert said(compiled) == said(catalog)


def test_the_console_speaks_french_with_our_words_and_those_of_django() -> None:
    with translation.override("fr-ca"):
        assert gettext("Leads and follow-up") == "Prospects et relances"
        assert gettext("Password") == "Mot de passe"
        assert ngettext("%(n)s buyer", "%(n)s buyers", 0) == "%(n)s acheteur"  # none is singular in French
        assert ngettext("%(n)s buyer", "%(n)s buyers", 2) == "%(n)s acheteurs"
    with translation.override("en-ca"):
        assert gettext("Leads and follow-up") == "Leads and follow-up"
