"""Many due tasks that are permitted now, each with its own ladder and lead."""

from datetime import datetime

import psycopg

_PLACES = "ARRAY['ON', 'BC', 'AB', 'QC', 'NS', 'MB', 'SK', 'NB']"

# The foreign keys hold by construction; their triggers would take longer than the rows.
_UNCHECKED = "SET session_replication_role = replica"
_LEADS = f"""
INSERT INTO followups_lead
    (lead_id, first_name, last_name, phone, email, address, postal_code, province, market, language, role, zone, source,
     status, changed_by, created_at, updated_at, phone_is_wrong, email_is_wrong, wrong_contacts)
SELECT 'L' || n, 'Jane', 'Roe ' || n, '+1416' || to_char(2000000 + n, 'FM0000000'), '', '', '',
    ({_PLACES})[n %% 8 + 1], 'ALL', 'en', 'HOMEOWNER', '', '', 'NEW', 'claims', %(now)s, %(now)s, FALSE, FALSE, '[]'
FROM generate_series(1, %(tasks)s) AS n
"""
_USERS = """
INSERT INTO auth_user
    (username, password, first_name, last_name, email, is_superuser, is_staff, is_active, date_joined)
SELECT 'claimant-' || n, '!', '', '', '', FALSE, FALSE, TRUE, %(now)s FROM generate_series(0, %(claimants)s - 1) AS n
"""
_LADDERS = f"""
INSERT INTO followups_followupladder
    (lead_id, province, market, owner, created_by, reason, correlation_id, created_at, open_steps, template_id,
     template_version, template_kind)
SELECT 'L' || n, ({_PLACES})[n %% 8 + 1], 'ALL', CASE WHEN n %% 10 = 0 THEN 'claimant-' || n / 10 %% %(claimants)s END,
    'claims', '', 'claims', %(now)s, 1, template.id, template.version, template.kind
FROM generate_series(1, %(tasks)s) AS n
JOIN followups_laddertemplate AS template ON template.province = ({_PLACES})[n %% 8 + 1] AND template.market = 'ALL'
    AND template.kind = 'STANDARD'
"""
_TASKS = """
INSERT INTO followups_followuptask
    (ladder_id, step, channel, gap_minutes, due_at, actionable_at, open_from, open_until, lead_id, province, market, owner,
     correlation_id, created_at, outcome, note, cancel_reason)
SELECT id, 1, CASE WHEN id %% 2 = 0 THEN 'CALL' ELSE 'SMS' END, 0, due_at, due_at,
    %(now)s - interval '1 hour', %(now)s + interval '2 hours', lead_id, province, market, owner,
    'claims', %(now)s, '', '', ''
FROM (SELECT *, %(now)s - id %% 1440 * interval '1 minute' AS due_at FROM followups_followupladder) AS ladders
"""


def fill(connection: psycopg.Connection, tasks: int, now: datetime, claimants: int) -> None:
    """Insert so many tasks, of which the claimants (users) own a tenth, and update the planner's statistics."""
    values = {"tasks": tasks, "now": now, "claimants": claimants}
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(_UNCHECKED)
        for statement in (_USERS, _LEADS, _LADDERS, _TASKS):
            cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE followups_lead, followups_followupladder, followups_followuptask")
