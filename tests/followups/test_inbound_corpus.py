"""The corpus of homeowners' answers: no wish to be left alone is read as a reply, and few replies as a wish.

`corpus/wishes.txt` and `corpus/harmless.txt` have one message on each line, with `\\n` for a new line.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from followups.leads.inbound.rules import Meaning
from tests.followups.test_inbound_wordings import read

CORPUS = Path(__file__).parent / "corpus"


def messages(name: str) -> Iterator[str]:
    for line in (CORPUS / name).read_text(encoding="utf-8").splitlines():
        yield line.replace("\\n", "\n")


WISHES, HARMLESS = list(messages("wishes.txt")), list(messages("harmless.txt"))


def test_the_corpus_is_large_and_has_no_duplicates() -> None:
    assert min(len(WISHES), len(HARMLESS)) >= 150
    assert len(set(WISHES) | set(HARMLESS)) == len(WISHES) + len(HARMLESS)


@pytest.mark.parametrize("text", WISHES)
def test_no_wish_is_read_as_a_reply(text: str) -> None:
    assert read(text).meaning != Meaning.REPLY


def test_harmless_replies_are_read_as_replies() -> None:
    meanings = {text: read(text).meaning for text in HARMLESS}
    assert [text for text, meaning in meanings.items() if meaning == Meaning.OPT_OUT] == []
    held = [text for text, meaning in meanings.items() if meaning == Meaning.DOUBTFUL]
    assert len(held) <= len(HARMLESS) * 0.05, held
