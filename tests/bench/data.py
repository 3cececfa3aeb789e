"""Rows made by SQL that satisfy the constraints: the `open_steps` of a ladder is the number of its open tasks."""

import secrets
from math import ceil

from psycopg import Connection

DUE = 3_000
STEPS = 6
NODES = 100
FIRST_ID = 1_000_000  # an integer of at least this value is a row id, never a step or a version: floor.py relies on it
_WITH_IDS = (
    "followups_followupladder",
    "followups_followuptask",
    "kpi_kpievent",
    "buyers_buyerliquiditynode",
    "buyers_buyerfeedbackevent",
    "offers_offerevidence",
)

# A market in each province where texts are permitted at any hour of any day. All due tasks are there, so that their list
# is as long at night and on a Sunday.
ALWAYS = "BENCH"
_POLICIES = """
INSERT INTO governance_marketpolicy
    (province, market, enabled, version, rules, changed_by, reason, created_at, updated_at)
SELECT province, %(market)s, true, 1,
    rules || '{"contact_windows_local": [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}]}',
    'bench', '', now(), now()
FROM governance_marketpolicy WHERE market = 'ALL'
"""

# Ladder n of so many, of which one in `each` is open (0: none). Open ladders are either all due or all in the future, so
# that the length of the due list is known. Closed ones were completed over the past year, each task with its KPI row. The
# interval of the open ones outlasts every run.
_LADDERS = """
INSERT INTO followups_followupladder
    (lead_id, province, market, owner, created_by, user_id, reason, correlation_id, created_at, open_steps, closed_at,
     template_kind)
SELECT %(tag)s || n, (ARRAY['ON','BC','AB','QC','NS','MB','SK','NB'])[n %% 8 + 1],
    CASE WHEN %(to_come)s
        THEN (ARRAY['TORONTO','VANCOUVER','CALGARY','MONTREAL','HALIFAX','WINNIPEG','REGINA','MONCTON'])[n %% 8 + 1]
        ELSE %(always)s
    END,
    'va' || n %% 20, 'bench', NULL, '', 'bench', created, CASE WHEN open THEN 6 ELSE 0 END,
    CASE WHEN open THEN NULL ELSE created + interval '8 days' END, 'STANDARD'
FROM (
    SELECT n, n %% %(each)s = 0 AS open,
        now() - interval '20 days' - CASE WHEN n %% %(each)s = 0 THEN interval '0' ELSE random() * interval '1 year' END
            AS created
    FROM generate_series(1, %(ladders)s) AS n
) AS made
"""
_TASKS = """
INSERT INTO followups_followuptask
    (ladder_id, step, channel, gap_minutes, due_at, actionable_at, open_from, open_until, lead_id, province, market, owner,
     correlation_id, created_at, completed_at, completed_by, completed_user_id, outcome, note, cancelled_at, cancel_reason)
SELECT l.id, s.step, s.channel, 0, timed.due_at, timed.due_at,
    CASE WHEN l.closed_at IS NULL THEN now() - interval '12 hours' END,
    CASE WHEN l.closed_at IS NULL THEN now() + interval '12 hours' END,
    l.lead_id, l.province, l.market, l.owner, l.correlation_id, l.created_at,
    CASE WHEN l.closed_at IS NULL THEN NULL ELSE l.created_at + s.delay + random() * interval '3 hours' END,
    CASE WHEN l.closed_at IS NULL THEN NULL ELSE 'bench' END, NULL, '', '', NULL, ''
FROM followups_followupladder AS l
CROSS JOIN (VALUES
    (1, 'SMS', interval '0'), (2, 'CALL', interval '30 minutes'), (3, 'SMS', interval '3 hours'),
    (4, 'CALL', interval '1 day'), (5, 'SMS', interval '3 days'), (6, 'CALL', interval '7 days')
) AS s (step, channel, delay)
CROSS JOIN LATERAL (
    SELECT l.created_at + s.delay
        + CASE WHEN l.closed_at IS NULL AND %(to_come)s THEN interval '90 days' ELSE interval '0' END AS due_at
) AS timed
WHERE l.id > %(after)s
"""
_KPI = """
INSERT INTO kpi_kpievent
    (occurred_at, domain, metric, success, value, province, market, subject_type, subject_id, correlation_id, actor, user_id,
     detail)
SELECT completed_at, 'WHOLESALE', 'followup_completed', true, NULL, province, market, 'task', id::text, correlation_id,
    'bench', NULL, jsonb_build_object('task_id', id, 'step', step, 'channel', channel)
FROM followups_followuptask WHERE ladder_id > %(after)s AND completed_at IS NOT NULL ORDER BY completed_at
"""
_LAST_CONTACTS = """
INSERT INTO governance_lastcontact (digest, contacted_at)
SELECT encode(sha256(convert_to(lead_id, 'UTF8')), 'hex'), closed_at FROM followups_followupladder
WHERE closed_at IS NOT NULL
"""
_OPEN_TO_COME = """
SELECT id FROM followups_followuptask
WHERE completed_at IS NULL AND cancelled_at IS NULL AND due_at > now() ORDER BY random() LIMIT %(amount)s
"""
_GIVE_BACK = """
UPDATE followups_followuptask SET leased_by = NULL, leased_user_id = NULL, leased_until = NULL WHERE leased_by IS NOT NULL
"""
_OWNERS_OF_DUE_TEXTS = """
SELECT owner FROM (
    SELECT owner, row_number() OVER (PARTITION BY owner ORDER BY id) AS n FROM followups_followuptask
    WHERE completed_at IS NULL AND cancelled_at IS NULL AND due_at <= now() AND channel = 'SMS' AND market = %(always)s
) AS texts
WHERE n %% %(each)s = 0 ORDER BY n, owner LIMIT %(amount)s
"""

# In the markets of operations.py. They exist from the start, so that every feedback is the same work.
_NODES = """
INSERT INTO buyers_buyerliquiditynode
    (province, market, property_type, buyer_count, active_buyer_count, avg_response_rate, avg_close_rate, updated_at)
SELECT 'ON', 'BENCH_' || n || '_OF_' || %(nodes)s::int, 'SFR', 0, 0, 0, 0, now() FROM generate_series(0, %(nodes)s - 1) AS n
"""


def prepare(connection: Connection, *, tasks: int) -> None:
    """Go live, and fill the table of tasks with so many: 3,000 due, a tenth of the others open, the rest completed.

    Make a hundred liquidity nodes, and the hot one, too. Later revisions call this revision's function (`make pairs`).
    """
    connection.execute("UPDATE governance_golivestate SET go_live_enabled = true, kill_switch_engaged = false")
    for table in _WITH_IDS:
        connection.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {FIRST_ID}")
    connection.execute("UPDATE offers_offerpolicy SET enabled = true WHERE province = 'ON' AND market = 'ALL'")
    connection.execute(_POLICIES, {"market": ALWAYS})
    if others := ceil((tasks - DUE) / STEPS):
        _add_ladders(connection, "old-", ladders=others, each=10, to_come=True)
    _add_ladders(connection, "due-", ladders=DUE // STEPS, each=1, to_come=False)
    for nodes in (NODES, 1):
        connection.execute(_NODES, {"nodes": nodes})
    connection.execute("VACUUM ANALYZE")
    connection.execute("CHECKPOINT")


def settle(connection: Connection) -> None:
    """Note a last contact for each closed ladder, under a digest that nobody asks for, and let PostgreSQL count all rows,
    also those that were made over the API. A plan from when a table was empty reads the table from end to end.

    Earlier revisions have no table of last contacts.
    """
    if connection.execute("SELECT to_regclass('governance_lastcontact') IS NOT NULL").fetchone() == (True,):
        connection.execute(_LAST_CONTACTS)
    connection.execute("VACUUM ANALYZE")


def open_tasks(connection: Connection, amount: int) -> list[int]:
    """Return so many open tasks that are not due, in random order. Missing ones are made."""
    found = connection.execute(_OPEN_TO_COME, {"amount": amount}).fetchall()
    if len(found) < amount:
        ladders = (amount - len(found)) // STEPS + 1
        _add_ladders(connection, f"more-{secrets.token_hex(4)}-", ladders=ladders, each=1, to_come=True)
        connection.execute("ANALYZE followups_followuptask")
        found = connection.execute(_OPEN_TO_COME, {"amount": amount}).fetchall()
    return [row[0] for row in found]


def owners_of_due_texts(connection: Connection, amount: int, *, each: int) -> list[str]:
    """Return so many owners, or fewer: an owner once for `each` of its due texts. All claims are given back before."""
    connection.execute(_GIVE_BACK)
    connection.execute("VACUUM followups_followuptask")
    found = connection.execute(_OWNERS_OF_DUE_TEXTS, {"always": ALWAYS, "each": each, "amount": amount}).fetchall()
    return [row[0] for row in found]


def kpi_rows(connection: Connection, metric: str) -> int:
    """The number of KPI rows of this metric."""
    row = connection.execute("SELECT count(*) FROM kpi_kpievent WHERE metric = %s", [metric]).fetchone()
    assert row is not None
    return int(row[0])


def _add_ladders(connection: Connection, tag: str, *, ladders: int, each: int, to_come: bool) -> None:
    row = connection.execute("SELECT coalesce(max(id), 0) FROM followups_followupladder").fetchone()
    assert row is not None
    values = {"tag": tag, "ladders": ladders, "each": each, "to_come": to_come, "always": ALWAYS, "after": row[0]}
    for statement in (_LADDERS, _TASKS, _KPI):
        connection.execute(statement, values)
