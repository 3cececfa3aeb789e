"""The words that the table begins with, out of `seeds.toml`."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FILE = Path(__file__).with_name("seeds.toml")


class Seed(NamedTuple):
    """A word or phrase, and what it means."""

    kind: str
    language: str
    source: str
    phrase: str


def seeds() -> Iterator[Seed]:
    """Each of them."""
    told = tomllib.loads(_FILE.read_text("utf-8"))
    for part, between in (("alone", ", "), ("among", "\n")):
        for listed in told[part]:
            source = told["sources"][listed["source"]]
            for phrase in listed["phrases"].format_map(told["names"]).strip().split(between):
                yield Seed(listed["kind"], listed["language"], source, phrase)
