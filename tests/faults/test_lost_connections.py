"""PostgreSQL is away, has no connection left, or cuts one: 503 with Retry-After, and recovery without a restart."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

from tests.faults.conftest import Served
from tests.served import Server, serving

pytestmark = pytest.mark.postgres

CREATE = "/api/followups/ladder/create"
DUE = "/api/followups/due"
THREADS = 8


@pytest.fixture
def postgres(served: Served) -> Iterator[psycopg.Connection]:
    """A connection to the server's other database, since ours may be closed to all."""
    server = urlsplit(served.database_url)._replace(path="/postgres").geturl()
    with psycopg.connect(server, autocommit=True) as connection:
        yield connection


def database(served: Served) -> str:
    return urlsplit(served.database_url).path.strip("/")


def cut_connections(postgres: psycopg.Connection, served: Served) -> None:
    postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database(served)])


def is_unavailable(answer: httpx.Response) -> bool:
    """Whether the answer is the documented refusal. Any other status above 499 fails the test."""
    if answer.status_code < 500:
        return False
    assert answer.status_code == 503, answer.text
    assert answer.headers["Retry-After"] == "1"
    assert [error["code"] for error in answer.json()["errors"]] == ["database_unavailable"]
    return True


def heals(client: httpx.Client, path: str = DUE, tries: int = 2 * THREADS) -> None:
    """Each thread may meet one dead connection. After that all answers must be good."""
    for _ in range(tries):
        is_unavailable(client.get(path))
    assert [client.get(path).status_code for _ in range(THREADS)] == [200] * THREADS


def storm(server: Server, token: str, rounds: int) -> Counter[int]:
    """Let as many clients as threads read and write in turn. Return the number of answers by status."""

    def ask() -> Counter[int]:
        seen: Counter[int] = Counter()
        with server.client(token) as client:
            for _ in range(rounds):
                for answer in (client.get(DUE), client.post(CREATE, json={"province": "ON"})):
                    is_unavailable(answer)
                    seen[answer.status_code] += 1
        return seen

    with ThreadPoolExecutor(THREADS) as pool:
        return sum((done.result() for done in [pool.submit(ask) for _ in range(THREADS)]), Counter())


def test_more_threads_than_connections_answer_503_and_recover(served: Served, postgres: psycopg.Connection) -> None:
    postgres.execute("CREATE ROLE narrow LOGIN CONNECTION LIMIT 2")
    with psycopg.connect(served.database_url, autocommit=True) as owner:
        owner.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO narrow")
        owner.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO narrow")
    parts = urlsplit(served.database_url)
    url = parts._replace(netloc="narrow:@").geturl()
    try:
        with serving(url, threads=THREADS) as server, server.client(served.token) as client:
            seen = storm(server, served.token, rounds=15)
            assert set(seen) == {200, 201, 503}
            postgres.execute(f"ALTER ROLE narrow CONNECTION LIMIT {2 * THREADS}")
            heals(client)
            assert set(storm(server, served.token, rounds=3)) == {200, 201}
    finally:
        with psycopg.connect(served.database_url, autocommit=True) as owner:
            owner.execute("DROP OWNED BY narrow")
        postgres.execute("DROP ROLE narrow")


def test_a_pool_smaller_than_the_threads_answers_503_and_recovers(served: Served) -> None:
    """Two creates wait for a table's lock and hold both connections of the pool, so other requests wait in vain."""
    with (
        serving(served.database_url, threads=THREADS, DB_POOL="2") as server,
        server.client(served.token) as client,
        psycopg.connect(served.database_url) as holder,
        ThreadPoolExecutor(THREADS) as pool,
    ):
        assert client.get(DUE).status_code == 200
        holder.execute("LOCK TABLE followups_followupladder IN EXCLUSIVE MODE")
        creates: list[Future[Any]] = [pool.submit(client.post, CREATE, json={"province": "ON"}) for _ in range(2)]
        _wait_until_waiting(holder, 2)
        asked = [pool.submit(client.get, DUE) for _ in range(THREADS - 2)]
        assert all(is_unavailable(answer.result()) for answer in asked)
        holder.rollback()
        assert [create.result().status_code for create in creates] == [201, 201]
        heals(client)


def _wait_until_waiting(postgres: psycopg.Connection, sessions: int) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'followups_followupladder'::regclass"
    while postgres.execute(waiting).fetchall()[0][0] < sessions:
        time.sleep(0.02)


def test_a_cut_connection_costs_one_answer(served: Served, postgres: psycopg.Connection) -> None:
    with serving(served.database_url) as server, server.client(served.token) as client:
        for path in (DUE, "/api/governance/market/can-contact?province=ON&channel=SMS"):
            assert client.get(path).status_code == 200
            cut_connections(postgres, served)
            assert is_unavailable(client.get(path))
            assert client.get(path).status_code == 200
        cut_connections(postgres, served)
        assert is_unavailable(client.post(CREATE, json={"province": "ON"}, headers={"Idempotency-Key": "cut"}))
        answer = client.post(CREATE, json={"province": "ON"}, headers={"Idempotency-Key": "cut"})
        assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (201, False)


@pytest.mark.parametrize("pool", ["0", "2"])
def test_a_database_that_returns_needs_no_new_server(served: Served, postgres: psycopg.Connection, pool: str) -> None:
    """A restart of PostgreSQL as a client sees it: connections are cut, and new ones are refused for a while."""
    with serving(served.database_url, threads=2, DB_POOL=pool) as server, server.client(served.token) as client:
        assert client.get(DUE).status_code == 200
        postgres.execute(f"ALTER DATABASE {database(served)} ALLOW_CONNECTIONS false")
        try:
            cut_connections(postgres, served)
            assert is_unavailable(client.post(CREATE, json={"province": "ON"}))
            if pool == "0":  # with a pool each of these waits its 5 seconds
                assert is_unavailable(client.get(DUE))
                assert is_unavailable(client.get(DUE, headers={"Cookie": f"sessionid={'a' * 32}"}))
                assert client.get("/readyz").status_code == 503
            assert client.get("/healthz").status_code == 200
        finally:
            postgres.execute(f"ALTER DATABASE {database(served)} ALLOW_CONNECTIONS true")
        heals(client)
        assert client.get("/readyz").status_code == 200
