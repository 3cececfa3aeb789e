"""Claimants drain due tasks and some are killed: 1,000 tasks, 6 claimants, 2 kills (`make bench`: 50,000, 16 and 5)."""

import pytest

from tests.claims.drain import drain_with_kills
from tests.served import fresh_database

pytestmark = pytest.mark.postgres


def test_every_task_is_done_once_even_if_claimants_are_killed() -> None:
    with fresh_database() as url:
        outcome = drain_with_kills(url, tasks=1_000, claimants=6, kills=2)
    assert outcome.kills == 2
    assert outcome.recovered > 0  # the kills came with leases in hand
    assert outcome.faults == 0, str(outcome)
