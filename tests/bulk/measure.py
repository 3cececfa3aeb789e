"""Compare the time of ten thousand ladders in one bulk call with that of a bare COPY of the same rows.

    python -m tests.postgres python -m tests.bulk.measure --leads 10000

The call is that of the API in this process, from the JSON body to the rendered answer. Its rows (ladders, tasks, KPI rows)
are read by COPY, then copied by bare psycopg into another database of the same server with the same migrations: the same
tables, indexes, constraints and transactions of 1,000 ladders. The two alternate, and the medians are compared.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import psycopg

from tests.served import ENVIRONMENT, fresh_database

RATIO_MAX = 3
ROUNDS = 3
BATCH = 1_000
PLACES = (("ON", "TORONTO"), ("QC", "MONTREAL"), ("BC", "VANCOUVER"), ("AB", "CALGARY"), ("NL", "ST_JOHNS"))
TASKS = 6
# The rows of some ladders, by table, in the order in which they are inserted.
TABLES = {
    "followups_followupladder": "id = ANY(%s)",
    "followups_followuptask": "ladder_id = ANY(%s)",
    "kpi_kpievent": "metric = 'ladder_created' AND subject_id = ANY(%s::bigint[]::text[])",
}

Batch = list[tuple[str, bytes]]  # a table, and its rows as COPY has them


def main() -> int:
    """Measure and print. Return 1 if the call took more than three times as long, or made wrong rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=10_000)
    leads = parser.parse_args().leads
    with fresh_database() as ours, fresh_database() as bare:
        client = _client(ours)
        calls, copies = [], []
        with psycopg.connect(ours, autocommit=True) as source, psycopg.connect(bare, autocommit=True) as target:
            _prepare(target, source)
            for number in range(ROUNDS):
                lead_ids = _fill(source, number, leads)
                calls.append(_call(client, lead_ids))
                batches = list(_rows(source, lead_ids))
                copies.append(_copy(target, batches))
                sys.stdout.write(f"round {number + 1}: the call {calls[-1]:.2f} s, COPY {copies[-1]:.2f} s\n")
            made = [source.execute(f"SELECT count(*) FROM {table}").fetchone() for table in TABLES]
            copied = [target.execute(f"SELECT count(*) FROM {table}").fetchone() for table in TABLES]
    ratio = statistics.median(call / copy for call, copy in zip(calls, copies, strict=True))
    expected = [(ROUNDS * leads * each,) for each in (1, TASKS, 1)]
    passed = {
        f"each round made {leads:,} ladders, {TASKS * leads:,} tasks and {leads:,} KPI rows": made == copied == expected,
        f"{leads:,} ladders in one call: {statistics.median(calls):.2f} s, COPY of the same rows "
        f"{statistics.median(copies):.2f} s, {ratio:.2f} times as long (at most {RATIO_MAX})": ratio <= RATIO_MAX,
    }
    sys.stdout.write("\n" + "".join(f"{'yes' if ok else 'NO '}  {what}\n" for what, ok in passed.items()))
    return 0 if all(passed.values()) else 1


def _client(url: str) -> Any:
    """An API client of an operator, in this process."""
    os.environ.update(ENVIRONMENT, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="wholesale.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import Group, User
    from knox.models import AuthToken
    from rest_framework.test import APIClient

    settings.ALLOWED_HOSTS = ["testserver"]
    user = User.objects.create_user("bulk")
    user.groups.set(Group.objects.filter(name="operator"))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {AuthToken.objects.create(user=user)[1]}")
    return client


def _prepare(target: "psycopg.Connection[Any]", source: "psycopg.Connection[Any]") -> None:
    """Make the user that the copied rows refer to. Their templates come from the migrations."""
    user = source.cursor()
    with user.copy("COPY auth_user TO STDOUT") as out:
        rows = b"".join(bytes(chunk) for chunk in out)
    with target.cursor().copy("COPY auth_user FROM STDIN") as copy:
        copy.write(rows)


def _fill(source: "psycopg.Connection[Any]", number: int, leads: int) -> list[str]:
    """Make leads all over Canada, each with its own number, address and score."""
    lead_ids = [f"L{number}-{n}" for n in range(leads)]
    columns = "lead_id, first_name, last_name, phone, email, address, postal_code, province, market, language, zone, score, "
    columns += "source, status, changed_by, created_at, updated_at, phone_is_wrong, email_is_wrong, wrong_contacts"
    with source.cursor().copy(f"COPY followups_lead ({columns}) FROM STDIN") as copy:
        for n, lead_id in enumerate(lead_ids):
            province, market = PLACES[n % len(PLACES)]
            phone, email, score = f"+1{number}16{n:07}", f"{lead_id}@example.ca", f"0.{n % 10_000:04}"
            names = "Ana", "Silva", phone, email, f"{n} King St", ""
            whose = province, market, "en", "", score, "", "NEW", "bench", "now", "now", False, False, "[]"
            copy.write_row([lead_id, *names, *whose])
    source.execute("ANALYZE")
    return lead_ids


def _call(client: Any, lead_ids: list[str]) -> float:
    """The seconds that it took."""
    body = json.dumps({"ladders": [{"lead_id": lead_id} for lead_id in lead_ids]})
    began = time.perf_counter()
    answer = client.post("/api/followups/ladder/bulk", body, content_type="application/json")
    seconds = time.perf_counter() - began
    if answer.status_code != 200 or answer.json()["created"] != len(lead_ids):
        raise RuntimeError(answer.content[:1000])
    return seconds


def _rows(source: "psycopg.Connection[Any]", lead_ids: list[str]) -> Iterator[Batch]:
    """The rows that the call made, by transaction."""
    for start in range(0, len(lead_ids), BATCH):
        some = lead_ids[start : start + BATCH]
        found = source.execute("SELECT id FROM followups_followupladder WHERE lead_id = ANY(%s)", [some]).fetchall()
        ids = [pk for (pk,) in found]
        yield [(table, _copied_out(source, table, condition, ids)) for table, condition in TABLES.items()]


def _copied_out(source: "psycopg.Connection[Any]", table: str, condition: str, ids: list[int]) -> bytes:
    cursor = source.cursor()
    with cursor.copy(f"COPY (SELECT * FROM {table} WHERE {condition} ORDER BY id) TO STDOUT", [ids]) as copy:
        return b"".join(bytes(chunk) for chunk in copy)


def _copy(target: "psycopg.Connection[Any]", batches: list[Batch]) -> float:
    """The seconds that it took."""
    began = time.perf_counter()
    for batch in batches:
        with target.transaction():
            for table, rows in batch:
                with target.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
