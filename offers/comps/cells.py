"""Cells: squares of a two-hundredth of a degree, by which sales near a place are found through an index."""

from math import ceil, cos, floor, radians
from typing import NamedTuple

CELLS_OF_DEGREE = 200  # a cell is 0.56 km from south to north
WIDEST = 64  # cells, some 36 km
RADII = (2, 4, 8, 16, 32, WIDEST)  # cells, each tried where the one before had too few sales


class Cell(NamedTuple):
    """A cell: its number from the equator, and from Greenwich."""

    y: int
    x: int


class CellBox(NamedTuple):
    """Cells around a place: rows from south to north, and the first and last column."""

    rows: range
    first: int
    last: int


def cell_of(latitude: float, longitude: float) -> Cell:
    """The cell of a place."""
    return Cell(floor(latitude * CELLS_OF_DEGREE), floor(longitude * CELLS_OF_DEGREE))


def box_around(latitude: float, longitude: float, radius: int) -> CellBox:
    """The cells within a radius of so many cells. It takes more columns than rows: degrees of longitude are shorter."""
    cell = cell_of(latitude, longitude)
    columns = ceil(radius / max(cos(radians(latitude)), 0.05))
    return CellBox(range(cell.y - radius, cell.y + radius + 1), cell.x - columns, cell.x + columns)
