"""Fill the table quickly with the tasks of a few years of work."""

import math
from datetime import UTC, datetime, timedelta

import psycopg

COMPLETED_SHARE = 0.9
STEPS = 6

# The foreign keys hold by construction; their triggers would take longer than the rows.
_UNCHECKED = "SET session_replication_role = replica"

_LEADS = """
INSERT INTO followups_lead
    (lead_id, first_name, last_name, phone, email, address, postal_code, province, market, language, role, zone, source,
     status, changed_by, created_at, updated_at, phone_is_wrong, email_is_wrong, wrong_contacts)
SELECT 'L' || n, 'Jane', 'Roe', '', '', '', '', 'ON', 'ALL', 'en', 'HOMEOWNER', '', '', 'NEW', 'plans',
    %(now)s, %(now)s, FALSE, FALSE, '[]'
FROM generate_series(1, %(ladders)s) AS n
"""

_LADDERS = f"""
INSERT INTO followups_followupladder
    (lead_id, province, market, created_by, reason, correlation_id, created_at, open_steps, closed_at, template_kind)
SELECT 'L' || n, 'ON', 'ALL', 'plans', '', 'plans', %(now)s,
    CASE WHEN n <= %(closed)s THEN 0 ELSE {STEPS} END,
    CASE WHEN n <= %(closed)s THEN %(now)s END, 'STANDARD'
FROM generate_series(1, %(ladders)s) AS n
ORDER BY n
"""

# The oldest 90% are completed, some early and some up to 8 hours late. The open ones are due in the two days before now or
# the two after it. The steps of a ladder have the guide's distances, scaled to the two days before now: a ladder that
# began in these has several due steps. Six ladders of ten are in ON, and one of 5,000 is in NU. IQALUIT has one of
# 20,000. `busy` owns three of ten, `single` has one open task, and those of `late` became due after all others. `former`
# and PE had a tenth of the completed tasks each and have no open one, so the planner's estimate for them is wrong. An
# open task has today's interval, which contains now. Tasks in BC have tomorrow's, since it is night there.
# Two in three tasks that are two hours late have a recorded breach.
_DAYS_AFTER_THE_FIRST = (0, 1 / 48, 1 / 8, 1, 3, 7)
_TASKS = f"""
INSERT INTO followups_followuptask
    (ladder_id, step, channel, gap_minutes, due_at, actionable_at, open_from, open_until, warns_at, breaches_at, late_for,
     breached_due_at, lead_id, province, market, owner, correlation_id, created_at, completed_at, completed_by, outcome,
     note, cancel_reason)
SELECT first_ladder + ladder - 1, step, CASE WHEN step %% 2 = 0 THEN 'CALL' ELSE 'SMS' END, 0,
    due_at, due_at, around + CASE WHEN province = 'BC' THEN 6 ELSE -6 END * interval '1 hour',
    around + CASE WHEN province = 'BC' THEN 18 ELSE 6 END * interval '1 hour',
    due_at + interval '30 minutes', due_at + interval '2 hours', GREATEST(completed_at - due_at, interval '0'),
    CASE WHEN n %% 3 < 2 AND due_at < %(now)s - interval '2 hours' THEN due_at END,
    'L' || ladder, province,
    CASE
        WHEN ladder %% 20000 = 14000 THEN 'IQALUIT'
        WHEN province = 'ON' AND ladder %% 3 = 0 THEN 'TORONTO'
        ELSE 'ALL'
    END,
    CASE
        WHEN n = %(completed)s + 1000 THEN 'single'
        WHEN due_at BETWEEN %(now)s - interval '10 minutes' AND %(now)s THEN 'late'
        WHEN ladder * 7 %% 10 < 3 THEN 'busy'
        WHEN ladder * 7 %% 10 < 8 THEN 'va' || ladder %% 50
        WHEN ladder * 7 %% 10 = 8 AND completed_at IS NOT NULL THEN 'former'
    END,
    'plans', due_at, completed_at, CASE WHEN completed_at IS NOT NULL THEN 'plans' END, '', '', ''
FROM (
    SELECT *, CASE WHEN n <= %(completed)s THEN due_at + (n * 13 %% 600 - 120) * interval '1 minute' END AS completed_at,
        CASE
            WHEN ladder %% 5000 = 4000 THEN 'NU'
            WHEN ladder %% 10 < 6 THEN 'ON'
            WHEN ladder %% 10 = 6 AND n <= %(completed)s THEN 'PE'
            ELSE (ARRAY['BC', 'AB', 'SK', 'MB', 'QC', 'NB', 'NS'])[ladder %% 7 + 1]
        END AS province
    FROM (
        SELECT n, (SELECT min(id) FROM followups_followupladder) AS first_ladder, (n - 1) %% {STEPS} + 1 AS step,
            ((n - 1) / {STEPS} - (%(behind)s::int[])[(n - 1) %% {STEPS} + 1] %% %(ladders)s + %(ladders)s) %% %(ladders)s + 1
                AS ladder,
            CASE
                WHEN n <= %(completed)s
                THEN %(newest)s - (%(newest)s - %(oldest)s) * (1 - n / %(completed)s::float)
                WHEN n <= %(completed)s + %(due)s
                THEN %(now)s - interval '2 days' * (1 - (n - %(completed)s) / %(due)s::float)
                ELSE %(now)s + interval '2 days'
                    * ((n - %(completed)s - %(due)s) / (%(tasks)s - %(completed)s - %(due)s)::float)
            END AS due_at
        FROM generate_series(1, %(tasks)s) AS n
    ) AS timed
) AS placed
CROSS JOIN LATERAL (SELECT CASE WHEN completed_at IS NULL THEN %(now)s ELSE due_at END AS around) AS intervals
ORDER BY n
"""


def fill(
    connection: psycopg.Connection,
    tasks: int,
    *,
    due: int | None = None,
    now: datetime | None = None,
    days: tuple[int, int] = (900, 90),
) -> None:
    """Insert so many tasks and update the planner's statistics. A tenth is open, of which `due` (by default half) are due.

    The completed tasks fell due between the two numbers of days before now.
    """
    now = now or datetime.now(UTC)
    completed = int(tasks * COMPLETED_SHARE)
    ladders, closed = math.ceil(tasks / STEPS), completed // STEPS
    due = (tasks - completed) // 2 if due is None else due
    amounts = {
        "tasks": tasks,
        "completed": completed,
        "due": due,
        "behind": [int(days_after * due / STEPS / 2) for days_after in _DAYS_AFTER_THE_FIRST],  # in ladders
        "ladders": ladders,
        "closed": closed,
        "now": now,
        "oldest": now - timedelta(days=days[0]),
        "newest": now - timedelta(days=days[1]),
    }
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_UNCHECKED)
        cursor.execute(_LEADS, amounts)
        cursor.execute(_LADDERS, amounts)
        cursor.execute(_TASKS, amounts)
        cursor.execute("ANALYZE followups_lead, followups_followupladder, followups_followuptask")
