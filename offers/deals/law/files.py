"""The rules of provinces that are installed, from the file beside this one."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "rules.csv"


def installed() -> Iterator[dict[str, Any]]:
    """The columns of each rule of the file, by name."""
    with FILE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            days = {
                name: date.fromisoformat(row[name]) if row[name] else None for name in ("from_date", "until", "checked_on")
            }
            yield {**row, **days, "rate": Decimal(row["rate"])}
