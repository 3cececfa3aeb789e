"""How people write the values of a lead in a list, and what the API calls them. The words are in `words.toml`.

`French` for fr, `Ont.` for ON, `0,72` for 0.72, `N/A` for nothing. What is not known here is left as it is: the lead's own
fields refuse it with their reason.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from pathlib import Path

from followups.leads.fields import COLUMNS
from followups.leads.models import Lead
from wholesale.plumbing.vocabulary import Province

WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
LONGEST = 64  # characters of a cell or of a column's name that can be a word of these
_REMEMBERED = 4096  # different words of a column; the most frequent are the ones that repeat


def storable(text: str) -> str:
    """A text that PostgreSQL can store: it knows no U+0000, and a lone surrogate is no text."""
    return _UNSTORABLE.sub("\ufffd", text)


@lru_cache(maxsize=_REMEMBERED)
def _key(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in folded if c.isascii() and c.isalnum())


def key_of(text: str) -> str:
    """The letters and digits of a word, small and without accents: what its spellings have in common."""
    return _key(text[:LONGEST])


def keyed(spellings: Mapping[str, Iterable[str]], own: Iterable[str] = ()) -> dict[str, str]:
    """Each spelling's key -> the word that it means; `own` words mean themselves."""
    found = {key_of(spelled): word for word, listed in spellings.items() for spelled in listed}
    return found | {key_of(word): word for word in own}


COLUMN_OF = keyed(WORDS["columns"], COLUMNS)
_EMPTY = frozenset({*WORDS["nothing"]["exactly"], *WORDS["nothing"]["words"]})
NOTHING = _EMPTY | frozenset(WORDS["nothing"]["not_known"])
_NOTHING_BUT_A_NAME = frozenset(WORDS["nothing"]["but_a_name"])
NOTHING_SAID = _EMPTY | _NOTHING_BUT_A_NAME  # by a column that says who may be contacted
_NAMES = frozenset({"first_name", "last_name"})
_NO_ID = NOTHING - {"0"}
_NOTHING_LONGEST = max(map(len, NOTHING))

_PROVINCES = keyed(WORDS["provinces"], Province.values)
_LANGUAGES = keyed(WORDS["languages"])
WISHES_AS_STATUS = frozenset(keyed({"yes": WORDS["answers"]["yes_to_a_wish"]}))  # DNC: no status, and not lost (`wishes`)
_STATUSES = keyed(WORDS["statuses"], Lead.Status.values)
_PROVINCE_OF = re.compile("^province(of|du|des|del|de)")
_BETWEEN_PLACES = re.compile(r"[,()/|]|\s-\s|^CA-")
_PLACE_AND_PROVINCE = re.compile(r"(.+?)\s*[,(]\s*([^,()]+?)\)?")
_NO_WORD = re.compile(r"[^\w\s'\u2018\u2019\u02bc`.\-\u2010-\u2015]+")
_SCORE = re.compile(r"(-?)([0-9]{0,10})(?:[.,]([0-9]{1,20}))?\s*(%?)")
_SCORE_PLACES = Decimal("0.0001")
_WHOLE_FLOAT = re.compile(r"(\+?[0-9]+)\.0+")
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
# In English and French; a column that is too narrow is saved as ######.
_SPREADSHEET_ERROR = re.compile(
    r"#(N/[AD]|(REF|VALUE|VALEUR|DIV/0|NUM|NOMBRE|NULL?|SPILL|PROPAGATION|CALC|FIELD|CHAMP|BLOCKED|CONNECT|BUSY|UNKNOWN"
    r"|EXTERNAL|PYTHON|ERROR)!|(NAME|NOM)\?|GETTING_DATA|#{2,80})|Err:[0-9]{3}",
    re.IGNORECASE,
)


def fault_of(column: str, text: str) -> str | None:
    """Why a cell has no value: what a spreadsheet made of it, or an id that is none. None where nothing is wrong."""
    if _SPREADSHEET_ERROR.fullmatch(text):
        return f"{text} is an error of the spreadsheet."
    if column in ("lead_id", "phone") and _SHORTENED.fullmatch(text):
        return f"{text} was shortened by the spreadsheet: give the column the format 0 or Text, and save the file again."
    if column == "lead_id" and text.lower() in _NO_ID:
        return f"{text} names no lead."
    return None


def is_nothing(column: str, text: str) -> bool:
    """Whether a cell of an optional column says that there is nothing."""
    if len(text) > _NOTHING_LONGEST or column == "lead_id":
        return False
    small = text.lower()
    return (small in NOTHING and not (column == "score" and small == "0")) or (
        small in _NOTHING_BUT_A_NAME and column not in _NAMES
    )


def value_of(column: str, text: str) -> str:
    """What a cell means in a lead's column: the word that the API takes, "" for nothing."""
    if is_nothing(column, text):
        return ""
    spell = _SPELLED.get(column)
    return spell(text) if spell and len(text) <= LONGEST else text


@lru_cache(maxsize=_REMEMBERED)
def province_of(text: str) -> str | None:
    """The province that a word means: `Ont.`, `Qu\u00e9bec`, `P.E.I.`, `ON - Ontario`, `Ontario, Canada`."""
    known = _PROVINCES.get(_PROVINCE_OF.sub("", key_of(text)))
    if known:
        return known
    parts = {part for part in map(key_of, _BETWEEN_PLACES.split(text)) if part and part != "canada"}
    meant = {_PROVINCES.get(part) for part in parts}
    return meant.pop() if len(meant) == 1 else None


def _province(text: str) -> str:
    return province_of(text) or text


@lru_cache(maxsize=_REMEMBERED)
def _market(text: str) -> str:
    """A market in words that have a spelling: `Kitchener/Waterloo`, `Saint-J\u00e9r\u00f4me / Mirabel`, `Toronto, ON`."""
    placed = _PLACE_AND_PROVINCE.fullmatch(text)
    if placed and province_of(placed[2]):
        text = placed[1]
    return _NO_WORD.sub(" ", text).strip() or text


def _language(text: str) -> str:
    return _LANGUAGES.get(key_of(text), text)


def _status(text: str) -> str:
    key = key_of(text)
    return "" if key in WISHES_AS_STATUS else _STATUSES.get(key, text)


def _score(text: str) -> str:
    """A fraction: `0,72`, `.72`, `72 %`. A spreadsheet works it out to fifteen digits; four decimals are kept."""
    parts = _SCORE.fullmatch(text)
    if not parts or not (parts[2] or parts[3]):
        return text
    value = Decimal(f"{parts[1]}{parts[2] or '0'}.{parts[3] or '0'}") / (100 if parts[4] else 1)
    return f"{value.quantize(_SCORE_PLACES, ROUND_HALF_UP).normalize():f}"


def _phone(text: str) -> str:
    if "0" in text and not any(c in "123456789" for c in text):
        return ""  # 000-000-0000
    whole = _WHOLE_FLOAT.fullmatch(text)  # 4165550123.0
    return whole[1] if whole else text


def _postal_code(text: str) -> str:
    return text if text.strip("0") else ""


def _email(text: str) -> str:
    return text.removeprefix("mailto:")


_SPELLED: dict[str, Callable[[str], str]] = {
    "province": _province,
    "market": _market,
    "language": _language,
    "status": _status,
    "score": _score,
    "phone": _phone,
    "postal_code": _postal_code,
    "email": _email,
}
