"""The database that the tests of faults serve."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.served import fresh_database, operator_token


@dataclass(frozen=True)
class Served:
    """A database to serve, and an operator's API token."""

    database_url: str
    token: str


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A migrated database, shared by tests that each start their own server on it."""
    with fresh_database() as url:
        yield Served(url, operator_token(url))
