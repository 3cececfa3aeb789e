"""The reading of times by a PostgreSQL connection."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DataError, connection, connections, transaction
from psycopg import adapters
from psycopg.pq import Format

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

TIMESTAMPTZ = adapters.types["timestamptz"].oid


def _read(text: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-30 01:02:03.123456+00", datetime(2026, 11, 30, 1, 2, 3, 123456, tzinfo=UTC)),
        ("2026-11-30 01:02:03.5+00", datetime(2026, 11, 30, 1, 2, 3, 500000, tzinfo=UTC)),
        ("2026-07-01 01:02:03-04", datetime(2026, 7, 1, 5, 2, 3, tzinfo=UTC)),
        ("2026-07-01 01:02:03+05:30", datetime(2026, 6, 30, 19, 32, 3, tzinfo=UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_aware_utc_times(text: str, expected: datetime) -> None:
    found = _read(text)
    assert (found, found.tzinfo, found.isoformat()) == (expected, UTC, expected.isoformat())


@pytest.mark.parametrize("text", ["infinity", "-infinity", "4713-01-01 00:00:00+00 BC"])
def test_a_time_outside_pythons_range_raises(text: str) -> None:
    with pytest.raises(DataError), transaction.atomic():
        _read(text)


def test_the_instant_is_the_same_in_a_session_of_another_zone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'America/Toronto'")
    assert _read("2026-07-01 01:02:03-04") == datetime(2026, 7, 1, 5, 2, 3, tzinfo=UTC)


def test_an_array_of_times_is_read_in_utc_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ARRAY['2026-07-01 01:02:03-04'::timestamptz, NULL]")
        assert cursor.fetchone() == ([datetime(2026, 7, 1, 5, 2, 3, tzinfo=UTC), None],)


def test_a_pooled_connection_reads_times_by_the_same_loader() -> None:
    wanted = connection.connection.adapters.get_loader(TIMESTAMPTZ, Format.TEXT)
    given = {**connection.settings_dict, "CONN_MAX_AGE": 0}
    given["OPTIONS"] = {**given["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 5}}
    pooled: Any = type(connections["default"])(given, "default")
    try:
        for _ in range(2):  # the second time the pool gives the same session again
            with pooled.cursor() as cursor:
                cursor.execute("SELECT '2026-07-01 01:02:03-04'::timestamptz")
                assert cursor.fetchone() == (datetime(2026, 7, 1, 5, 2, 3, tzinfo=UTC),)
            assert pooled.connection.adapters.get_loader(TIMESTAMPTZ, Format.TEXT) is wanted
            pooled.close()
    finally:
        pooled.close_pool()
