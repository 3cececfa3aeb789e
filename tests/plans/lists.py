"""The server time of lists and of searches with many leads and due tasks (PostgreSQL): a table on stdout.

python -m tests.postgres python -m tests.plans.lists --leads 200000
"""

import argparse
import os
import statistics
import sys
import time

import django
import psycopg

from tests.served import ENVIRONMENT, fresh_database

MEDIAN_MAX = 200  # milliseconds
ROUNDS = 7
LISTS = (
    *("followups/lead/", "followups/lead/?status__exact=NEW", "followups/lead/?followup=due", "followups/lead/?q=jane"),
    *("followups/lead/?q=514+200+3737", "followups/lead/?q=TORONTO", "followups/followuptask/"),
    *("followups/followuptask/?state=due", "followups/followuptask/?state=all", "followups/inboxitem/", "offers/offer/"),
    *("buyers/buyer/", "buyers/buyer/?q=roy"),
)
SOUGHT = ("jane", "helene trem", "jane nobody", "+1 (514) 200-3737", "lead777@example.ca", "777 rue", "L777")
_STATEMENTS = (
    "SET session_replication_role = replica",  # the foreign keys hold by construction
    """
INSERT INTO followups_lead
    (lead_id, first_name, last_name, phone, email, address, postal_code, province, market, language, role, zone, source,
     status, changed_by, created_at, updated_at, phone_is_wrong, email_is_wrong, wrong_contacts)
SELECT 'L' || n,
    (ARRAY['Jane', 'Hélène', 'Mei', 'Ana', 'Jean-François', 'Robert', 'Marie', 'Paul', 'Amir', 'Olga'])[1 + n %% 10],
    (ARRAY['Roe', 'Tremblay', 'Chen', 'Silva', 'O''Neil', 'Smith', 'Gagnon', 'Singh'])[1 + n / 10 %% 8],
    '+1' || (ARRAY['416', '514', '604', '403', '709'])[1 + n %% 5] || 2000000 + n * 37,
    'lead' || n || '@example.ca', n || ' rue Sainte-Catherine Ouest', 'M5V 2T6',
    (ARRAY['ON', 'QC', 'BC', 'AB', 'NL'])[1 + n %% 5], (ARRAY['TORONTO', 'MONTREAL', 'ALL'])[1 + n %% 3], 'en', 'HOMEOWNER',
    '', '', (ARRAY['NEW', 'CONTACTED', 'APPOINTMENT', 'DEAD'])[1 + n %% 4], 'x', now(), now(), FALSE, FALSE, '[]'
FROM generate_series(1, %(leads)s) AS n
""",
    """
INSERT INTO followups_followupladder
    (lead_id, province, market, created_by, reason, correlation_id, created_at, open_steps, closed_at, template_kind, owner)
SELECT lead_id, province, market, 'x', '', 'x', now(), 1, NULL, 'STANDARD',
    CASE WHEN id %% 2 = 0 THEN 'va' || id %% 50 END
FROM followups_lead
""",
    # Every second task is due.
    """
INSERT INTO followups_followuptask
    (ladder_id, step, channel, gap_minutes, due_at, actionable_at, open_from, open_until, warns_at, breaches_at, late_for,
     breached_due_at, lead_id, province, market, owner, correlation_id, created_at, outcome, note, cancel_reason)
SELECT id, 1, 'CALL', 0, now() + (CASE WHEN id %% 4 < 2 THEN -1 ELSE 1 END) * (id %% 2000) * interval '1 minute', now(),
    now() - interval '6 hours', now() + interval '6 hours', now(), now(), interval '0', NULL, lead_id, province, market,
    owner, 'x', now(), '', '', ''
FROM followups_followupladder
""",
    """
INSERT INTO buyers_buyer
    (buyer_id, name, company, phone, second_phone, email, second_email, province, market, zone, language, status, source,
     notes, changed_by, created_at, updated_at)
SELECT 'B' || n, 'Bo Roy ' || n, 'Holding ' || n %% 1000, '+1416' || 2000000 + n, '', 'b' || n || '@example.ca', '', 'ON',
    'ALL', '', 'en', 'ACTIVE', '', '', 'x', now(), now()
FROM generate_series(1, %(leads)s / 10) AS n
""",
    "VACUUM ANALYZE",
)


def main() -> int:
    """Fill, ask and print. Return 1 if a median is too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=200_000)
    leads = parser.parse_args().leads
    with fresh_database() as url:
        os.environ.update(
            ENVIRONMENT, DATABASE_URL=url, DJANGO_SETTINGS_MODULE="wholesale.settings", ALLOWED_HOSTS="testserver"
        )
        django.setup()
        with psycopg.connect(url, autocommit=True) as postgres, psycopg.ClientCursor(postgres) as cursor:
            for statement in _STATEMENTS:
                cursor.execute(statement, {"leads": leads} if "%(" in statement or "%%" in statement else None)
        return _report()


def _report() -> int:
    from django.contrib.auth.models import Group, User
    from django.test import Client

    slow = 0
    for role, username in (("operator", "op"), ("agent", "va2")):
        user = User.objects.create_user(username, is_staff=True)
        user.groups.set(Group.objects.filter(name=role))
        client = Client()
        client.force_login(user)
        asked: list[tuple[str, str, str, dict[str, str]]] = [(path, "get", f"/admin/{path}", {}) for path in LISTS]
        asked += [(f"find {text}", "post", "/admin/find/", {"text": text}) for text in SOUGHT]
        for name, method, path, data in asked:
            times = []
            for _n in range(ROUNDS):
                started = time.perf_counter()
                answer = getattr(client, method)(path, data, secure=True)
                times.append((time.perf_counter() - started) * 1000)
            median = statistics.median(times)
            slow += median > MEDIAN_MAX
            sys.stdout.write(
                f"{role:8} {name:40} {answer.status_code} {median:6.0f} ms, {len(answer.content) / 1000:4.0f} kB\n"
            )
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
