"""What to say of a file beside the counts of its rows."""

from collections.abc import Iterable

from wholesale.plumbing.importing.files import ListFile


def missing(counted: int, file: ListFile) -> list[str]:
    """What of the file did not end as a row that is counted. Empty where all of it did."""
    rows = file.count - counted
    return [
        *(f"{what}, and was not read: import it as a file of its own." for what in file.unread),
        *([f"Of the file's rows {rows:,} are not among those counted."] if rows else []),
    ]


def blank(file: ListFile) -> list[str]:
    """The rows that hold nothing."""
    count = file.blank
    return [f"Skipped {count:,} blank row{'s' if count > 1 else ''}."] if count else []


def ranges(numbers: Iterable[int]) -> str:
    """Rising numbers in short: 5, 9, 12-40."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
