"""Files of leads as customers send them: all over Canada, in many spellings, with some bad rows."""

import csv
from pathlib import Path

COLUMNS = (
    *("lead_id", "first_name", "last_name", "phone", "email", "address", "postal_code", "province", "market"),
    *("language", "zone", "score", "source", "status"),
)
PLACES = (
    ("on", "Toronto", "m5v2t6", "416", "America/Toronto"),
    ("QC", "Montréal", "H2X 1Y4", "514", ""),
    ("Bc", "Vancouver", "V6B-1A1", "604", "america/vancouver"),
    ("AB", "Calgary", "T2P 1J9", "403", ""),
    ("NL", "St. John's", "A1C 5S7", "709", ""),
)
NAMES = (("Ana", "Silva"), ("Jean-François", "Tremblay"), ("Mei", "Chen"), ("O'Neil", "Singh"))
BAD_EVERY = 100
# The faults of bad rows, in turn: (column, cell).
FAULTS = (
    ("phone", "555"),
    ("postal_code", "12345"),
    ("province", "Ontaria"),
    ("score", "1.5"),
    ("email", "nobody"),
    ("zone", "Europe/Paris"),
    ("lead_id", ""),
    ("language", "es"),
    ("status", "MAYBE"),
    ("market", "!!"),
)


def fault(number: int) -> tuple[str, str] | None:
    """The fault of the n-th row, or None."""
    return FAULTS[number // BAD_EVERY % len(FAULTS)] if number % BAD_EVERY == BAD_EVERY // 2 else None


def cells(number: int) -> dict[str, str]:
    """The cells of the n-th row."""
    province, market, postal_code, area, zone = PLACES[number % len(PLACES)]
    first_name, last_name = NAMES[number % len(NAMES)]
    row = {
        "lead_id": f"L{number:06}",
        "first_name": first_name,
        "last_name": last_name,
        "phone": f"({area}) {200 + number // 10_000 % 700}-{number % 10_000:04}",
        "email": f"Lead{number}@example.ca",
        "address": f"{number} rue Sainte-Catherine Ouest, app. {number % 90}",
        "postal_code": postal_code,
        "province": province,
        "market": market,
        "language": "",
        "zone": zone,
        "score": f"0.{number % 10_000:04}",
        "source": "mailer",
        "status": "new",
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
