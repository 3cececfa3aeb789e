"""Time the page of a lead, and the trace of a request, among 200,000 leads and 100,000 due tasks. PostgreSQL only.

python -m tests.postgres python -m tests.leads.page
"""

import os
import sys
from statistics import median
from time import perf_counter

import django
import psycopg

from tests.served import ENVIRONMENT, fresh_database

LEADS, DUE, TIMES = 200_000, 100_000, 40
MEDIAN_MAX_MS = 150
# Each due task is that of an open ladder, and has a line of history, a KPI event and a message of its lead. Each lead has a
# consent. All are of one request.
_FILL = f"""
INSERT INTO followups_lead (lead_id, first_name, last_name, phone, phone_is_wrong, email, email_is_wrong, wrong_contacts,
    address, postal_code, province, market, language, role, zone, source, status, changed_by, created_at, updated_at)
SELECT 'P' || n, 'Jane', 'Roe' || n, '+1416' || (5000000 + n), false, 'p' || n || '@example.ca', false, '[]',
    n || ' Elm Street', 'M5V 2T6', 'ON', 'TORONTO', 'en', 'HOMEOWNER', '', 'list', 'NEW', 'bench', now(), now()
FROM generate_series(1, {LEADS}) AS n;
INSERT INTO followups_followupladder (lead_id, province, market, owner, created_by, reason, correlation_id, created_at,
    open_steps, template_kind)
SELECT 'P' || n, 'ON', 'TORONTO', 'va' || n % 20, 'bench', '', 'bench', now() - interval '2 days', 1, 'STANDARD'
FROM generate_series(1, {DUE}) AS n;
INSERT INTO followups_followuptask (ladder_id, step, channel, gap_minutes, due_at, actionable_at, open_from, open_until,
    lead_id, province, market, owner, correlation_id, created_at, outcome, note, cancel_reason)
SELECT id, 1, 'SMS', 0, now() - interval '1 hour', now() - interval '1 hour', now() - interval '2 hours',
    now() + interval '8 hours', lead_id, province, market, owner, correlation_id, created_at, '', '', ''
FROM followups_followupladder;
INSERT INTO followups_taskevent (task_id, kind, reason, detail, actor, correlation_id, created_at)
SELECT id, 'SNOOZED', '', '{{}}', 'bench', 'bench', now() - interval '3 hours' FROM followups_followuptask;
INSERT INTO kpi_kpievent (occurred_at, domain, metric, success, subject_type, subject_id, correlation_id, actor, detail,
    lead_id)
SELECT now() - interval '3 hours', 'WHOLESALE', 'ladder_created', true, 'ladder', ladder_id, 'bench', 'bench', '{{}}',
    lead_id
FROM followups_followuptask;
INSERT INTO followups_inboundmessage (lead_id, channel, text, altered, as_sent, meaning, received_at, decided_as,
    decided_reason, decided_by, actor, correlation_id, created_at)
SELECT lead_id, 'SMS', 'later', '[]', '{{}}', 'REPLY', now(), '', '', '', 'bench', 'bench', now()
FROM followups_followuptask;
"""
# What the lead that is looked at went through: sixty lines of each table.
_RICH = """
INSERT INTO followups_taskevent (task_id, kind, reason, detail, actor, correlation_id, created_at)
SELECT id, 'SNOOZED', '', '{}', 'bench', 'one' || n, now() - n * interval '1 hour'
FROM followups_followuptask, generate_series(1, 60) AS n WHERE lead_id = 'P77';
INSERT INTO followups_inboundmessage (lead_id, channel, text, altered, as_sent, meaning, received_at, decided_as,
    decided_reason, decided_by, actor, correlation_id, created_at)
SELECT 'P77', 'SMS', 'later', '[]', '{}', 'REPLY', now(), '', '', '', 'bench', 'one' || n, now() - n * interval '1 hour'
FROM generate_series(1, 60) AS n;
INSERT INTO followups_leadevent (lead_id, kind, status_before, status_after, text, actor, correlation_id, created_at)
SELECT 'P77', 'NOTE', '', '', '', 'bench', 'one' || n, now() - n * interval '1 hour' FROM generate_series(1, 60) AS n;
"""


def main() -> int:
    """Fill a database, time the pages, and print the medians. Return 1 if one takes too long."""
    with fresh_database() as url:
        with psycopg.connect(url, autocommit=True) as postgres:
            postgres.execute(_FILL)
            postgres.execute(_RICH)
            postgres.execute("VACUUM ANALYZE")
        os.environ.update({**ENVIRONMENT, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "wholesale.settings"})
        django.setup()
        return _measure()


def _measure() -> int:
    from django.conf import settings  # Django is set up only here
    from django.contrib.auth.models import Group, User
    from django.test import Client

    from followups.leads.models import Lead

    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["*"], False
    lead, slow = Lead.objects.get(lead_id="P77"), 0
    pages = {
        "a lead's page": f"/admin/followups/lead/{lead.pk}/change/",
        "the trace of a request of all": "/admin/kpi/kpievent/trace/bench/",
    }
    for role, name in (("agent", "va17"), ("operator", "boss")):
        user = User.objects.create_user(name, is_staff=True)
        user.groups.set(Group.objects.filter(name=role))
        client = Client()
        client.force_login(user)
        for what, page in pages.items():
            if role == "agent" and "trace" in what:
                continue
            taken = [_timed(client, page) for _ in range(TIMES)]
            found = median(taken[3:])
            slow += found > MEDIAN_MAX_MS
            sys.stdout.write(f"{found:6.0f} ms  {what}, for an {role} (the slowest {max(taken[3:]):.0f})\n")
    return 1 if slow else 0


def _timed(client: object, page: str) -> float:
    started = perf_counter()
    answer = client.get(page)  # type: ignore[attr-defined]
    taken = (perf_counter() - started) * 1000
    assert answer.status_code == 200, (page, answer.status_code)
    return taken


if __name__ == "__main__":
    sys.exit(main())
