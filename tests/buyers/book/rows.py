"""Files of buyers as customers send them: all over Canada, each buyer with a box of two places, with some bad rows."""

import csv
from pathlib import Path

from tests.leads.rows import BAD_EVERY, NAMES, PLACES

COLUMNS = (
    *("buyer_id", "name", "company", "phone", "email", "province", "market", "language", "source", "status"),
    *("places", "property_types", "min_price", "max_price", "max_arv_share", "min_beds", "exit", "financing"),
)
# The faults of bad rows, in turn: (column, cell).
FAULTS = (
    ("phone", "555"),
    ("province", "Ontaria"),
    ("places", "Toronto"),
    ("max_price", "10"),
    ("email", "nobody"),
    ("max_arv_share", "170 %"),
    ("buyer_id", ""),
    ("status", "MAYBE"),
)


def fault(number: int) -> tuple[str, str] | None:
    """The fault of the n-th row, or None."""
    return FAULTS[number // BAD_EVERY % len(FAULTS)] if number % BAD_EVERY == BAD_EVERY // 2 else None


def cells(number: int) -> dict[str, str]:
    """The cells of the n-th row."""
    province, market, _, area, _ = PLACES[number % len(PLACES)]
    other, other_market, *_ = PLACES[(number + 1 + number // 5 % 3) % len(PLACES)]
    row = {
        "buyer_id": f"B{number:06}",
        "name": " ".join(NAMES[number % len(NAMES)]),
        "company": f"{number} Holdings Inc." if number % 3 else "",
        "phone": f"({area}) {200 + number // 10_000 % 700}-{number % 10_000:04}",
        "email": f"Buyer{number}@example.ca",
        "province": province,
        "market": market,
        "language": "",
        "source": "meetup",
        "status": "active",
        "places": f"{market}, {province}; {other} {other_market}",
        "property_types": "single family; duplex" if number % 2 else "condo",
        "min_price": f"${100 + number % 50},000",
        "max_price": f"{400 + number % 400} 000 $",
        "max_arv_share": "70 %",
        "min_beds": str(1 + number % 4),
        "exit": "fix and flip" if number % 2 else "rental",
        "financing": "comptant",
    }
    wrong = fault(number)
    return {**row, wrong[0]: wrong[1]} if wrong else row


def write(path: Path, rows: int) -> Path:
    """Write a CSV file of so many rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(cells(number) for number in range(rows))
    return path
