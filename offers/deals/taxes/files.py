"""The schedules of land transfer tax that are installed, from the file beside this one."""

import csv
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "schedules.csv"
_AMOUNTS = ("step", "fee", "minimum", "cap", "comparative_factor", "municipal_above")
_SWITCHES = ("enabled", "starts_within", "by_share")


def installed() -> Iterator[dict[str, Any]]:
    """The columns of each schedule of the file, by name."""
    with FILE.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield {
                **row,
                **{name: Decimal(row[name]) for name in _AMOUNTS},
                **{name: row[name] == "1" for name in _SWITCHES},
                "max_units": int(row["max_units"]),
                "from_date": date.fromisoformat(row["from_date"]),
                "until": date.fromisoformat(row["until"]) if row["until"] else None,
            }
