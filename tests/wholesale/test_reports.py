"""What the cells of a report show, by kind, language and zone."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from wholesale.plumbing.reports import Column, ReportDocument, ReportTable, Section, ValueKind
from wholesale.plumbing.showing import shown_span


@pytest.mark.parametrize(
    ("column", "value", "english", "french"),
    [
        (Column("", ValueKind.TEXT), "=1", "=1", "=1"),
        (Column("", ValueKind.COUNT), 12345, "12,345", "12\xa0345"),
        (Column("", ValueKind.NUMBER, 3), 0.9550, "0.955", "0,955"),
        (Column("", ValueKind.RATE, 1), 0.1234, "12.3%", "12,3\xa0%"),
        (Column("", ValueKind.RATE), 0.1234, "12%", "12\xa0%"),
        (Column("", ValueKind.POINTS), 0.2, "+20", "+20"),
        (Column("", ValueKind.POINTS), -0.2, "-20", "-20"),
        (Column("", ValueKind.CAD), 1234.5, "$1,234.50", "1\xa0234,50\xa0$"),
        (Column("", ValueKind.MINUTES), 90, "1 h 30 min", "1\xa0h 30\xa0min"),
        (Column("", ValueKind.COUNT), None, "-", "-"),
        (Column("", ValueKind.RATE, interval=True), (None, None), "-", "-"),
    ],
)
def test_a_cell_is_written_in_the_language_of_the_reader(column: Column, value: Any, english: str, french: str) -> None:
    with translation.override("en-ca"):
        assert column.shown(value) == english
    with translation.override("fr-ca"):
        assert column.shown(value).replace("\u202f", "\xa0") == french


def test_an_interval_has_both_ends_and_a_time_the_zone_of_the_reader() -> None:
    assert Column("", ValueKind.RATE, interval=True).shown((0.1, 0.25)) == "10% to 25%"
    with timezone.override(ZoneInfo("America/Halifax")):
        assert "2:00" in Column("", ValueKind.TIME).shown(datetime(2026, 12, 15, 18, tzinfo=UTC))


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (None, "-"),
        (0, "0 min"),
        (-0.2, "0 min"),
        (-90, "1 h 30 min early"),
        (59.6, "1 h"),
        (119.4, "1 h 59 min"),
        (1440, "1 d"),
        (1440 * 3 + 61, "3 d 1 h"),
    ],
)
def test_a_span_is_shown_in_words(minutes: float | None, words: str) -> None:
    assert shown_span(minutes) == words


def test_only_tables_with_rows_are_numbered() -> None:
    full, empty = ReportTable([Column("a")], [["b"]]), ReportTable([Column("a")], [])
    made = ReportDocument("r", "R", "", [Section("1", full), Section("2"), Section("3", empty), Section("4", full)])
    assert made.tables == [full, full]
    assert [place for section, place in made.numbered() if section.has_rows] == [0, 1]
