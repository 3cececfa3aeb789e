"""The tile map of Canada: a tile for each province, shaded by a measure. No database here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wholesale.plumbing.vocabulary import Province

SIDE, GAP = 76, 6  # of a tile, in units of the drawing
STEPS = 5  # shades
# Column and row of each tile, about where the province lies.
PLACES = {
    **{Province.YT: (0, 0), Province.NT: (1, 0), Province.NU: (2, 0), Province.NL: (6, 0)},
    **{Province.BC: (0, 1), Province.AB: (1, 1), Province.SK: (2, 1), Province.MB: (3, 1)},
    **{Province.ON: (4, 1), Province.QC: (5, 1), Province.NB: (5, 2), Province.PE: (6, 2), Province.NS: (6, 3)},
}
COLUMNS, ROWS = (1 + max(place[n] for place in PLACES.values()) for n in (0, 1))
WIDTH, HEIGHT = COLUMNS * (SIDE + GAP) - GAP, ROWS * (SIDE + GAP) - GAP


@dataclass(frozen=True, slots=True)
class ProvinceTile:
    """A province's tile: where it is drawn, its value in words, its shade (0 to 4; None without a value), and its list."""

    code: str
    name: str
    column: int
    row: int
    value: str
    shade: int | None
    link: str = ""

    @property
    def x(self) -> int:
        """Its left edge."""
        return self.column * (SIDE + GAP)

    @property
    def y(self) -> int:
        """Its upper edge."""
        return self.row * (SIDE + GAP)


def tiles(
    values: Mapping[str, float | None], shown: Callable[[float | None], str], link: Callable[[str], str]
) -> list[ProvinceTile]:
    """Return the tiles by the names of the provinces' codes. A province that is missing in `values` has no value."""
    highest = max((value for value in values.values() if value is not None), default=0)
    return [
        ProvinceTile(
            province.value,
            str(province.label),
            *PLACES[province],
            shown(values.get(province.value)),
            shade_of(values.get(province.value), highest),
            link(province.value),
        )
        for province in Province
    ]


def shade_of(value: float | None, highest: float) -> int | None:
    """Return the shade of a value, by its share of the highest one. 0 is the lightest, and stands for nothing."""
    if value is None:
        return None
    if value <= 0 or highest <= 0:
        return 0
    return min(STEPS - 1, 1 + int(value / highest * (STEPS - 1) * 0.999_999))
