"""The first rows of the table of words, read from `seeds.toml`."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).with_name("seeds.toml")


class Seed(NamedTuple):
    """An entry of `seeds.toml`: a word or phrase, what it means, and where it is from."""

    kind: str
    language: str
    source: str
    phrase: str


def seeds() -> Iterator[Seed]:
    """Yield every word and phrase of `seeds.toml`."""
    told = tomllib.loads(_FILE.read_text("utf-8"))
    for part, between in (("alone", ", "), ("among", "\n")):
        for listed in told[part]:
            source = told["sources"][listed["source"]]
            for phrase in listed["phrases"].format_map(told["names"]).strip().split(between):
                yield Seed(listed["kind"], listed["language"], source, phrase)
