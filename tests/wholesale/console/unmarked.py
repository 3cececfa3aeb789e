"""Finding texts of a page that nobody marked for translation, by a language that puts ⟦ ⟧ around each marked text."""

import gettext as library
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from babel import dates
from django.utils.translation import trans_real

CODE = "fr-ca"
_SHOWN_ATTRIBUTES = {"title", "aria-label", "placeholder", "alt", "data-confirm", "data-done", "data-failed"}
_UNSEEN = {"script", "style", "template"}
_WORD = re.compile(r"[^\W\d_]{2,}")


class Marking(library.NullTranslations):
    """A language in which each marked text is itself, between ⟦ and ⟧."""

    def gettext(self, message: str) -> str:
        return f"⟦{message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def language(self) -> str:
        return CODE

    def to_language(self) -> str:
        return CODE


def speak_with_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the marking language in the place of French. Times and numbers are shown without words."""
    monkeypatch.setitem(vars(trans_real)["_translations"], CODE, Marking())
    monkeypatch.setattr(dates, "format_datetime", lambda *args, **options: "1")
    monkeypatch.setattr(dates, "format_date", lambda *args, **options: "1")


class _Texts(HTMLParser):
    """Collects what a person sees or hears of a page: texts and some attributes. Symbols and codes are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_symbol = tag == "span" and "material-symbols-outlined" in (given.get("class") or "")
        if tag in _UNSEEN or is_symbol or (self._unseen and tag == self._unseen[-1]):
            self._unseen.append(tag)
        if not self._unseen:
            self.found += [text for name, text in attrs if name in _SHOWN_ATTRIBUTES and text]
            if tag == "input" and given.get("type") in ("submit", "button") and given.get("value"):
                self.found.append(str(given["value"]))

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and tag == self._unseen[-1]:
            self._unseen.pop()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(data)


def unmarked(page: str) -> Iterator[str]:
    """Yield what is left of each text of a page without its marked parts, if there are words in it."""
    parser = _Texts()
    parser.feed(page)
    depth = 0
    for text in parser.found:
        left = []
        for letter in text:
            depth += letter == "⟦"
            if depth <= 0:
                left.append(letter)
            depth -= letter == "⟧"
        if depth < 0:
            depth = 0
        said = " ".join("".join(left).split())
        if _WORD.search(said):
            yield said
