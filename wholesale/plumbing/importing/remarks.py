"""Remarks about an imported file, for the person who imports it."""

from collections.abc import Iterable

from wholesale.plumbing.importing.files import ListFile


def missing(counted: int, file: ListFile) -> list[str]:
    """Return remarks about parts of the file that are not among the `counted` rows. Empty if all rows were counted."""
    rows = file.count - counted
    return [
        *(f"{what}, and was not read: import it as a file of its own." for what in file.unread),
        *([f"Of the file's rows {rows:,} are not among those counted."] if rows else []),
    ]


def blank(file: ListFile) -> list[str]:
    """Return a remark about skipped blank rows. Empty if there are none."""
    count = file.blank
    return [f"Skipped {count:,} blank row{'s' if count > 1 else ''}."] if count else []


def ranges(numbers: Iterable[int]) -> str:
    """Return rising numbers as a short text, such as 5, 9, 12-40."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
