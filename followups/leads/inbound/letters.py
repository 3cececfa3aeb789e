"""The words of a text in the form in which they are compared: capitals, no accents, look-alike letters replaced."""

import re
import unicodedata

# Letters of other scripts that look like a Latin letter, by their Unicode names (from the confusables of UTS 39).
_LOOK_ALIKE = {
    "CYRILLIC": {
        **{"A": "A", "VE": "B", "ES": "C", "IE": "E", "KOMI SJE": "G", "EN": "H", "SHHA": "H"},
        **{"BYELORUSSIAN-UKRAINIAN I": "I", "PALOCHKA": "I", "JE": "J", "KA": "K", "EM": "M", "O": "O", "ER": "P"},
        **{"QA": "Q", "DZE": "S", "TE": "T", "IZHITSA": "V", "WE": "W", "HA": "X", "U": "Y", "STRAIGHT U": "Y"},
    },
    "GREEK": {
        **{"ALPHA": "A", "BETA": "B", "EPSILON": "E", "ETA": "H", "IOTA": "I", "KAPPA": "K", "MU": "M", "NU": "N"},
        **{"OMICRON": "O", "RHO": "P", "SIGMA": "S", "TAU": "T", "UPSILON": "Y", "CHI": "X", "ZETA": "Z"},
    },
    "ARMENIAN": {"TIWN": "S", "OH": "O", "SEH": "U", "VO": "N"},
    "CHEROKEE": {
        **{"GO": "A", "YV": "B", "TLI": "C", "A": "D", "GV": "E", "MI": "H", "V": "I", "GU": "J", "TSO": "K", "TLE": "L"},
        **{"LU": "M", "TLV": "P", "SV": "R", "DU": "S", "I": "T", "DO": "V", "LA": "W", "NO": "Z"},
    },
    "COPTIC": {"SIMA": "C", "EIE": "E", "IAUDA": "I", "KAPA": "K", "MI": "M", "NI": "N", "O": "O", "RO": "P", "TAU": "T"},
    "LISU": {f"{letter}A": letter for letter in "BDGKLMNPRSTVWXZ"} | {letter: letter for letter in "AEIOU"},
}
_NAME = re.compile(r"(?P<script>\w+)(?: (?:CAPITAL|SMALL))? LETTER (?P<letter>.+)")
# Latin letters in another shape: small capitals, letters in a square or circle, the letters of flags.
_LATIN = re.compile(r"(?:LATIN|SQUARED|CIRCLED|INDICATOR)\b.* LETTER (?:SMALL CAPITAL |DOTLESS |OPEN |SCRIPT )?([A-Z])\b")
# Digits that stand for letters, in a word that also has letters, such as ST0P.
_DIGITS = str.maketrans("0134578", "OIEASTB")
_MIXED = re.compile(r"\b(?=[0-9]*[A-Z])(?=[A-Z]*[0-9])[A-Z0-9]+\b")
_SPELT = re.compile(r"\b[A-Z0-9](?: [A-Z0-9]){2,}\b")  # "S T O P" and "S.T.O.P."
_DRAWN_OUT = re.compile(r"([A-Z])\1{2,}")  # "STOOOP"
_NUMBER_SIGN = re.compile(r"\b(my|our|this|wrong|mon|ce|mauvais) ?#(?!\d)", re.IGNORECASE)
_RUN_TOGETHER = re.compile(r"\b([CJ])((?<=C)EST|(?<=J)AI)\b")  # "cest assez", "jai dit non"
_NEGATION = re.compile(r"\b(DO|DOES|DID|WO|CA|IS|ARE|WAS|AI|HAS|HAVE|HAD|WOULD|SHOULD|COULD)N ?T\b")


class _Folds(dict[int, str]):
    """A table for `str.translate`: the replacement of each character, found at its first use and cached."""

    def __missing__(self, code: int) -> str:
        # Normalise each character alone. Normalising a whole text also sorts accents; a long run of them takes minutes.
        folded = self[code] = "".join(map(_fold, unicodedata.normalize("NFKD", chr(code))))
        return folded


def _fold(character: str) -> str:
    kind = unicodedata.category(character)
    # Accents, and characters that nobody sees: a zero-width space, half an emoji, a NUL of another encoding.
    if kind in ("Mn", "Cf", "Cs") or character in "\x00\ufffd":
        return ""
    if character.isascii():
        return character if character.isalnum() else " "
    if letter := _looks_like(character):
        return letter
    if character.isalnum():
        return character
    return f" {character} " if kind == "So" else " "  # an emoji is a word


def _looks_like(character: str) -> str:
    name = unicodedata.name(character, "")
    if latin := _LATIN.search(name):
        return latin[1]
    other = _NAME.fullmatch(name)
    return _LOOK_ALIKE.get(other["script"], {}).get(other["letter"], "") if other else ""


_folds = _Folds()


def words_of(text: str) -> list[str]:
    """Return the words of a text, in order, ready to compare. An emoji is a word, spaced letters ("S T O P") are one word,
    and every spelling of "don't" is DO NOT."""
    folded = " ".join(_NUMBER_SIGN.sub(r"\1 num", text).translate(_folds).upper().split())
    folded = _MIXED.sub(lambda word: word[0].translate(_DIGITS), folded)
    folded = _SPELT.sub(lambda letters: letters[0].replace(" ", ""), folded)
    folded = _DRAWN_OUT.sub(r"\1", folded).replace("E MAIL", "EMAIL")
    folded = _RUN_TOGETHER.sub(r"\1 \2", folded)
    return _NEGATION.sub(r"\1 NOT", folded).split()
