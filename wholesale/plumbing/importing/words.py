"""Words for provinces and for "no value", which any list may contain. They are stored in `words.toml`."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from wholesale.plumbing.importing.texts import REMEMBERED, key_of, keyed
from wholesale.plumbing.vocabulary import Province

COMMON_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
_nothing = COMMON_WORDS["nothing"]
_EMPTY = frozenset({*_nothing["exactly"], *_nothing["words"]})
NOTHING = _EMPTY | frozenset(_nothing["not_known"])
NOTHING_BUT_A_NAME = frozenset(_nothing["but_a_name"])
NOTHING_SAID = _EMPTY | NOTHING_BUT_A_NAME  # for columns that say who may be contacted
_PROVINCES = keyed(COMMON_WORDS["provinces"], Province.values)
_PROVINCE_OF = re.compile("^province(of|du|des|del|de)")
_BETWEEN_PLACES = re.compile(r"[,()/|]|\s-\s|^CA-")


@lru_cache(maxsize=REMEMBERED)
def province_of(text: str) -> str | None:
    """Return the province that a text means, such as `Ont.`, `P.E.I.` or `ON - Ontario`. None if it means none."""
    known = _PROVINCES.get(_PROVINCE_OF.sub("", key_of(text)))
    if known:
        return known
    parts = {part for part in map(key_of, _BETWEEN_PLACES.split(text)) if part and part != "canada"}
    meant = {_PROVINCES.get(part) for part in parts}
    return meant.pop() if len(meant) == 1 else None
