"""Fill a database with a year of a large organisation: its leads, their tasks and messages, offers and buyers (PostgreSQL).

Every twelfth lead has an open ladder whose six steps are all due, and every twelfth one a ladder whose steps are due later;
the ladders of all others are completed. So 200,000 leads have 100,000 due tasks and a million completed ones.
"""

import psycopg

AGENTS = 20  # va0, va1, ...: each owns as many ladders as each other one
# What much happened to: a lead of va0 in Toronto whose ladder is open.
RICH = "L1920"
_MUCH = 60  # lines of each of its tables

# The place and the owner of the n-th lead. Neighbours share them, so that each owner has leads everywhere.
_PROVINCE = "(ARRAY['ON', 'BC', 'AB', 'QC', 'NS', 'MB', 'SK', 'NB'])[n / 240 %% 8 + 1]"
_MARKET = (
    "(ARRAY['TORONTO', 'VANCOUVER', 'CALGARY', 'MONTREAL', 'HALIFAX', 'WINNIPEG', 'REGINA', 'MONCTON'])[n / 240 %% 8 + 1]"
)
_OWNER = f"CASE WHEN n / 240 %% 11 < 10 THEN 'va' || n / 12 %% {AGENTS} END"

_STATEMENTS = (
    "SET session_replication_role = replica",  # the foreign keys hold by construction
    "UPDATE governance_golivestate SET go_live_enabled = true, kill_switch_engaged = false",
    # It is measured at any hour: texts are permitted at night too.
    """
UPDATE governance_marketpolicy SET rules = jsonb_set(rules, '{contact_windows_local}',
    '[{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}]')
""",
    f"""
INSERT INTO auth_user (username, password, first_name, last_name, email, is_staff, is_superuser, is_active, date_joined)
SELECT 'va' || n, '!', '', '', '', true, false, true, now() FROM generate_series(0, {AGENTS - 1}) AS n
""",
    "INSERT INTO followups_poolagent (changed_by, reason, updated_at, province, market, agent, weight, credit) "
    "VALUES ('bench', '', now(), 'ON', 'TORONTO', 'va1', 1, 0)",
    "INSERT INTO auth_user_groups (user_id, group_id) "
    "SELECT auth_user.id, auth_group.id FROM auth_user, auth_group WHERE auth_group.name = 'agent'",
    f"""
INSERT INTO followups_lead
    (lead_id, first_name, last_name, phone, phone_is_wrong, email, email_is_wrong, wrong_contacts, address, postal_code,
     province, market, language, role, zone, source, status, changed_by, created_at, updated_at)
SELECT 'L' || n,
    (ARRAY['Jane', 'Hélène', 'Mei', 'Ana', 'Jean-François', 'Robert', 'Marie', 'Paul', 'Amir', 'Olga'])[1 + n %% 10],
    (ARRAY['Roe', 'Tremblay', 'Chen', 'Silva', 'O''Neil', 'Smith', 'Gagnon', 'Singh'])[1 + n / 10 %% 8]
        || CASE WHEN n %% 2 = 0 THEN '' ELSE '-' || n %% 5000 END,
    '+1' || (ARRAY['416', '514', '604', '403', '709'])[1 + n %% 5] || 2000000 + n * 37, false,
    'lead' || n || '@example.ca', false, '[]', n || ' rue Sainte-Catherine Ouest', 'M5V 2T6', {_PROVINCE}, {_MARKET}, 'en',
    'HOMEOWNER', '', 'list',
    (ARRAY['NEW', 'CONTACTED', 'CONTACTED', 'NOT_INTERESTED', 'DEAD', 'APPOINTMENT', 'NEW', 'CONTACTED', 'CONTACTED',
           'UNDER_CONTRACT', 'CLOSED'])[n %% 11 + 1],
    'bench', now() - interval '365 days' * (1 - n / %(leads)s::float), now()
FROM generate_series(1, %(leads)s) AS n
""",
    f"""
INSERT INTO followups_followupladder
    (lead_id, province, market, owner, created_by, reason, correlation_id, created_at, open_steps, closed_at, template_kind)
SELECT lead_id, province, market, {_OWNER}, 'bench', '', CASE WHEN n %% 12 = 0 THEN 'bench' ELSE 'L-' || n END,
    CASE WHEN n %% 12 = 0 THEN now() - interval '8 days' - n * 7919 %% 1728000 * interval '1 second' ELSE created_at END,
    CASE WHEN n %% 12 < 2 THEN 6 ELSE 0 END, CASE WHEN n %% 12 < 2 THEN NULL ELSE created_at + interval '8 days' END,
    'STANDARD'
FROM (SELECT *, substr(lead_id, 2)::int AS n FROM followups_lead) AS lead ORDER BY n
""",
    # A completed task was done up to three hours after it fell due, by its owner.
    """
INSERT INTO followups_followuptask
    (ladder_id, step, channel, gap_minutes, due_at, actionable_at, open_from, open_until, warns_at, breaches_at, late_for,
     breached_due_at, lead_id, province, market, owner, correlation_id, created_at, completed_at, completed_by,
     completed_user_id, outcome, note, cancel_reason)
SELECT ladder.id, step, channel, 0, due_at, due_at, CASE WHEN is_open THEN now() - interval '12 hours' END,
    CASE WHEN is_open THEN now() + interval '12 hours' END, due_at + interval '30 minutes', due_at + interval '2 hours',
    CASE WHEN NOT is_open THEN greatest(late - interval '30 minutes', interval '0') END,
    CASE WHEN is_open AND due_at < now() AND n %% 36 = 0 THEN due_at END, lead_id, province, market, owner, correlation_id,
    ladder.created_at, CASE WHEN NOT is_open THEN due_at + late END, CASE WHEN NOT is_open THEN coalesce(owner, 'bench') END,
    CASE WHEN NOT is_open THEN auth_user.id END,
    CASE WHEN is_open THEN '' ELSE
        (ARRAY['REACHED', 'NO_ANSWER', 'NO_ANSWER', 'LEFT_MESSAGE', 'REPLIED', 'NOT_INTERESTED', 'APPOINTMENT'])
            [(n * 7 + n / 12 + step) %% 7 + 1]
    END, '', ''
FROM followups_followupladder AS ladder
CROSS JOIN (VALUES (1, 'SMS', interval '0'), (2, 'CALL', interval '30 minutes'), (3, 'SMS', interval '3 hours'),
    (4, 'CALL', interval '1 day'), (5, 'SMS', interval '3 days'), (6, 'CALL', interval '7 days')) AS s (step, channel, delay)
CROSS JOIN LATERAL (SELECT substr(lead_id, 2)::int AS n, closed_at IS NULL AS is_open) AS about
CROSS JOIN LATERAL (SELECT
    ladder.created_at + delay + CASE WHEN n %% 12 = 1 THEN interval '400 days' ELSE interval '0' END AS due_at,
    (n * 31 + step * 17) %% 10800 * interval '1 second' AS late) AS times
LEFT JOIN auth_user ON username = owner
WHERE is_open OR due_at + late < now()
ORDER BY ladder.created_at + delay
""",
    """
INSERT INTO followups_contactattempt
    (task_id, channel, contacted_at, allowed, reasons, warnings, legal_ok, policy_ok, zone, zone_source, local_time,
     tz_version, actor, correlation_id, created_at, lead_id)
SELECT id, channel, completed_at, true, '[]', '[]', true, true, 'America/Toronto', 'MARKET', '', '', completed_by,
    correlation_id, completed_at, lead_id
FROM followups_followuptask WHERE completed_at > now() - interval '90 days' ORDER BY completed_at
""",
    """
INSERT INTO followups_taskevent (task_id, kind, reason, detail, actor, correlation_id, created_at)
SELECT id, 'SNOOZED', '', '{}', 'bench', correlation_id, now() - interval '3 hours'
FROM followups_followuptask WHERE completed_at IS NULL AND due_at < now()
""",
    """
INSERT INTO kpi_kpievent
    (occurred_at, domain, metric, success, province, market, subject_type, subject_id, correlation_id, actor, detail,
     lead_id)
SELECT completed_at, 'WHOLESALE', 'followup_completed', true, province, market, 'task', id::text, correlation_id, 'bench',
    '{}', lead_id
FROM followups_followuptask WHERE completed_at IS NOT NULL ORDER BY completed_at
""",
    """
INSERT INTO kpi_kpievent
    (occurred_at, domain, metric, success, province, market, subject_type, subject_id, correlation_id, actor, detail,
     lead_id)
SELECT created_at, 'WHOLESALE', 'ladder_created', true, province, market, 'ladder', id::text, correlation_id, 'bench', '{}',
    lead_id
FROM followups_followupladder ORDER BY created_at
""",
    # One message of each tenth lead; a third is doubtful. Half of the items still wait.
    """
INSERT INTO followups_inboundmessage
    (lead_id, channel, text, altered, as_sent, meaning, received_at, decided_as, decided_reason, decided_by, actor,
     correlation_id, created_at)
SELECT lead_id, 'SMS', 'Yes, call me on Friday.', '[]', '{}', CASE WHEN n / 12 %% 3 = 0 THEN 'DOUBTFUL' ELSE 'REPLY' END,
    now() - n %% 50 * interval '1 hour', '', '', '', 'bench', 'bench', now()
FROM (SELECT lead_id, substr(lead_id, 2)::int AS n FROM followups_lead) AS lead WHERE n %% 12 IN (0, 3) ORDER BY n
""",
    f"""
INSERT INTO followups_inboxitem
    (kind, lead_id, message_id, detail, owner, due_by, created_at, correlation_id, done_at, done_by, done_reason)
SELECT CASE meaning WHEN 'DOUBTFUL' THEN 'MESSAGE' ELSE 'REPLY' END, lead_id, id, '',
    CASE WHEN meaning = 'REPLY' THEN {_OWNER} END, received_at + interval '4 hours', received_at, 'bench',
    CASE WHEN n %% 24 >= 12 THEN now() END, CASE WHEN n %% 24 >= 12 THEN 'bench' ELSE '' END, ''
FROM (SELECT *, substr(lead_id, 2)::int AS n FROM followups_inboundmessage) AS message ORDER BY id
""",
    # Offers on each tenth lead; a third is accepted, and one of these closed.
    """
INSERT INTO offers_offerevidence
    (policy_version, province, market, max_arv_multiplier, default_assignment_fee, arv, repairs, fees_buffer, mao,
     recommended_offer, correlation_id, actor, created_at, policy_id)
SELECT 1, province, market, 0.7, 10000, 400000, 40000, 0, 240000, 230000, 'offer-' || lead_id, 'bench', created_at, 1
FROM followups_lead WHERE id %% 10 = 0 ORDER BY id
""",
    """
INSERT INTO offers_offer
    (actor, correlation_id, created_at, province, market, property_type, deal_ref, state, state_since, amount, arv, fee,
     stake, drafted_at, sent_at, answered_at, accepted_at, contracted_at, closed_at, last_seq, acceptance_told_at,
     contract_told_at, evidence_id, lead_id)
SELECT 'bench', correlation_id, at, province, market, '', n || ' KING',
    CASE WHEN n %% 3 = 0 THEN 'CLOSED' ELSE 'REJECTED' END, at, 230000, 400000, 10000, '', at, at, at + interval '1 day',
    CASE WHEN n %% 3 = 0 THEN at + interval '1 day' END, CASE WHEN n %% 3 = 0 THEN at + interval '2 days' END,
    CASE WHEN n %% 3 = 0 THEN at + interval '3 days' END, 2, at + interval '1 day',
    CASE WHEN n %% 3 = 0 THEN at + interval '2 days' END, id, 'L' || n
FROM (SELECT *, substr(correlation_id, 8)::int AS n, created_at AS at FROM offers_offerevidence) AS evidence ORDER BY id
""",
    """
INSERT INTO kpi_kpievent
    (occurred_at, domain, metric, success, province, market, subject_type, subject_id, correlation_id, actor, detail,
     lead_id)
SELECT acceptance_told_at, 'WHOLESALE', 'offer_accept_rate', accepted_at IS NOT NULL, province, market, 'offer', id::text,
    correlation_id, 'bench', '{}', lead_id
FROM offers_offer WHERE acceptance_told_at < now() ORDER BY acceptance_told_at
""",
    """
INSERT INTO buyers_buyer
    (buyer_id, name, company, phone, second_phone, email, second_email, province, market, zone, language, status, source,
     notes, changed_by, created_at, updated_at)
SELECT 'B' || n, 'Bo Roy ' || n, 'Holding ' || n %% 1000, '+1416' || 2000000 + n, '', 'b' || n || '@example.ca', '', 'ON',
    'ALL', '', 'en', 'ACTIVE', '', '', 'bench', now(), now()
FROM generate_series(1, %(leads)s / 10) AS n
""",
    # Each lead's number has a consent.
    """
INSERT INTO governance_contactpoint (kind, digest, value)
SELECT 'PHONE', md5(phone) || md5(lead_id), phone FROM followups_lead ORDER BY id
""",
    """
INSERT INTO governance_contactrecord
    (entry, channel, basis, effective_at, evidence, reason, actor, correlation_id, created_at, point_id)
SELECT 'CONSENT', 'SMS', 'EXPRESS', now() - interval '90 days', 'form', '', 'bench', 'consent-' || id, now(), id
FROM governance_contactpoint
""",
    f"""
INSERT INTO followups_taskevent (task_id, kind, reason, detail, actor, correlation_id, created_at)
SELECT id, 'SNOOZED', '', '{{}}', 'bench', 'one' || n, now() - n * interval '1 hour'
FROM followups_followuptask, generate_series(1, {_MUCH}) AS n WHERE lead_id = '{RICH}' AND step = 1
""",
    f"""
INSERT INTO followups_inboundmessage
    (lead_id, channel, text, altered, as_sent, meaning, received_at, decided_as, decided_reason, decided_by, actor,
     correlation_id, created_at)
SELECT '{RICH}', 'SMS', 'later', '[]', '{{}}', 'REPLY', now() - n * interval '1 hour', '', '', '', 'bench', 'one' || n, now()
FROM generate_series(1, {_MUCH}) AS n
""",
    f"""
INSERT INTO followups_leadevent (lead_id, kind, status_before, status_after, text, actor, correlation_id, created_at)
SELECT '{RICH}', 'NOTE', '', '', '', 'bench', 'one' || n, now() - n * interval '1 hour'
FROM generate_series(1, {_MUCH}) AS n
""",
    "SET session_replication_role = origin",
    "VACUUM ANALYZE",
)


def fill(connection: psycopg.Connection, leads: int) -> None:
    """Fill a migrated database. Takes about a minute for 100,000 leads."""
    with psycopg.ClientCursor(connection) as cursor:
        for statement in _STATEMENTS:
            if "%(leads)s" in statement:
                cursor.execute(statement, {"leads": leads})
            else:
                cursor.execute(statement.replace("%%", "%"))
