"""A lock not granted in time is 503 `database_unavailable`: SQLite's write lock, PostgreSQL's lock_timeout."""

from collections.abc import Iterator

import pytest
from django.db import connection
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from tests.conftest import codes
from wholesale.plumbing.models import IdempotencyKey

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

CREATE = "/api/followups/ladder/create"
PATIENCE = {"sqlite": "PRAGMA busy_timeout = 100", "postgresql": "SET lock_timeout = '100ms'"}
HOLD = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "BEGIN; LOCK TABLE followups_followupladder IN EXCLUSIVE MODE"}


@pytest.fixture
def held() -> Iterator[None]:
    """Another session holds the lock that a create needs, and this session waits only briefly."""
    other = connection.copy()
    with connection.cursor() as ours, other.cursor() as theirs:
        ours.execute(PATIENCE[connection.vendor])
        theirs.execute(HOLD[connection.vendor])
        yield
        theirs.execute("ROLLBACK")
    other.close()
    connection.close()  # how long this session waits


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "held"}], ids=["plain", "with a key"])
def test_a_lock_not_granted_in_time_is_503(operator: APIClient, held: None, headers: dict[str, str]) -> None:
    assert operator.get("/api/followups/due").status_code == 200
    answer = operator.post(CREATE, {"province": "ON"}, headers=headers)
    assert (answer.status_code, codes(answer), answer["Retry-After"]) == (503, ["database_unavailable"], "1")
    assert not FollowupLadder.objects.exists()
    assert not IdempotencyKey.objects.exists()
