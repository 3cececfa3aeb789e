"""A migrated database, served by the tests of one process."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.served import fresh_database, operator_token


@dataclass(frozen=True)
class Served:
    """A database to serve, and an operator's token for it."""

    database_url: str
    token: str


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """Shared by tests that each start their own server on it."""
    with fresh_database() as url:
        yield Served(url, operator_token(url))
