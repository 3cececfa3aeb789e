"""Words with one typing slip: a wrong, missing or extra letter, or two neighbouring letters swapped."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

# Letters from which on a word is corrected. One slip in a shorter word makes another word: SHOP, STEP, SEND, FINE.
MISSPELT_FROM = 6


def is_one_slip(typed: str, meant: str) -> bool:
    """Whether the words differ by one wrong, missing or extra letter, or by two swapped neighbours."""
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    if len(typed) != len(meant):
        shorter, longer = sorted((typed, meant), key=len)
        return any(longer[:n] + longer[n + 1 :] == shorter for n in range(len(longer)))
    wrong = [n for n, (one, other) in enumerate(zip(typed, meant, strict=True)) if one != other]
    if len(wrong) == 2:
        first, second = wrong
        return second == first + 1 and typed[first] == meant[second] and typed[second] == meant[first]
    return len(wrong) == 1


class Speller:
    """A corrector of words that are one typing slip away from a wanted word. Ordinary words are left as they are."""

    def __init__(self, meant: Iterable[str], ordinary: Iterable[str]) -> None:
        long = sorted(word for word in meant if len(word) >= MISSPELT_FROM)
        self._known = frozenset([*long, *ordinary])
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in long:
            for form in _forms(word):
                self._near[form].append(word)

    def put_right(self, words: Sequence[str]) -> list[str]:
        """Return the words. A word that is one slip away from a wanted word is replaced by the wanted word."""
        right = {word: self._meant(word) for word in set(words)}
        return [right[word] for word in words]

    def _meant(self, typed: str) -> str:
        if not MISSPELT_FROM - 1 <= len(typed) <= _LONGEST or typed in self._known:
            return typed
        near = (word for form in _forms(typed) for word in self._near.get(form, ()))
        return next((word for word in near if is_one_slip(typed, word)), typed)


_LONGEST = 20  # letters; no wanted word is longer


def _forms(word: str) -> Iterator[str]:
    """Yield the word, then the word with one letter left out, for each letter. Words one slip apart share such a form."""
    yield word
    yield from (word[:n] + word[n + 1 :] for n in range(len(word)))
