"""How a setting of a row changed from one version to the next, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Parts:
    """A setting that is made of parts in an order, such as contact windows by day. A history says which parts changed."""

    whole: str  # all of it in words, for a row that is new; empty if there is nothing to say
    parts: Mapping[str, str]  # the words of each part, by its label

    def __str__(self) -> str:
        return self.whole


Said = str | Parts  # a setting in words


def differences(name: str, old: Said, new: Said) -> list[dict[str, str]]:
    """Return what differs in the setting `name`: the field, and its words before and after. Parts of the setting that
    changed in the same way are one difference."""
    if not isinstance(old, Parts) or not isinstance(new, Parts):
        return [{"field": name, "old": str(old), "new": str(new)}] if str(old) != str(new) else []
    labels = list(new.parts) + [label for label in old.parts if label not in new.parts]
    changed: dict[tuple[str, str], list[int]] = {}
    for place, label in enumerate(labels):
        pair = old.parts.get(label, ""), new.parts.get(label, "")
        if pair[0] != pair[1]:
            changed.setdefault(pair, []).append(place)
    return [
        {"field": f"{name}, {ranges(labels, places)}", "old": before, "new": after}
        for (before, after), places in changed.items()
    ]


def ranges(labels: Sequence[object], places: Sequence[int]) -> str:
    """Return the labels at these places, which are in order, with neighbours as a range: "Mon-Wed, Fri"."""
    runs = [[place for _n, place in run] for _gap, run in groupby(enumerate(places), lambda pair: pair[1] - pair[0])]
    return ", ".join(f"{labels[run[0]]}-{labels[run[-1]]}" if len(run) > 1 else str(labels[run[0]]) for run in runs)
