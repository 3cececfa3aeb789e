"""Whether an agent may read a row is asked of few rows, and a search in the list of tasks reads indexes."""

from functools import reduce
from operator import or_
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.db.models import Q

from followups.leads.searching import listed
from followups.models import FollowupTask, Lead
from followups.tasks.admin.tasks import FollowupTaskAdmin
from tests.plans.test_search import LEADS, ROWS, plan
from wholesale.plumbing import scopes

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

AGENTS = 20  # each owns one of so many leads
_PAGE = 50
_LADDERS = f"""
INSERT INTO followups_followupladder
    (lead_id, province, market, created_by, reason, correlation_id, created_at, open_steps, closed_at, template_kind, owner)
SELECT lead_id, province, market, 'x', '', 'x' || id, now(), 1, NULL, 'STANDARD', 'va' || id % {AGENTS} FROM followups_lead
"""
_TASKS = """
INSERT INTO followups_followuptask
    (ladder_id, step, channel, gap_minutes, due_at, lead_id, province, market, owner, correlation_id, created_at, outcome,
     note, cancel_reason)
SELECT id, step, 'CALL', 0, now() - id % 2000 * interval '1 minute', lead_id, province, market, owner, correlation_id, now(),
    '', '', ''
FROM followups_followupladder, generate_series(1, 3) AS step
"""


@pytest.fixture
def agent(db: None) -> User:
    """An agent, among many leads of one name that have three tasks each."""
    with connection.cursor() as cursor:
        cursor.execute(LEADS, [ROWS])
        cursor.execute(_LADDERS)
        cursor.execute(_TASKS)
        cursor.execute("ANALYZE followups_lead, followups_followupladder, followups_followuptask")
    user = User.objects.create_user("va1", is_staff=True)
    user.groups.set(Group.objects.filter(name="agent"))
    return user


@pytest.mark.parametrize("text", ["jane", "jane roe-777", "jane nobody", "416 200 0777"])
def test_few_leads_are_asked_whether_an_agent_may_read_them(agent: User, text: str) -> None:
    readable = scopes.visible(Lead.objects.all(), agent)

    found = plan(Lead, lambda: list(listed(readable, text).order_by("-pk")[:_PAGE]))

    assert found.read_of["followups_followuptask"] < _PAGE * AGENTS * 3 * 2, found


@pytest.mark.parametrize("text", ["L777", "x777", "nobody"])
def test_tasks_are_found_by_indexes(agent: User, text: str) -> None:
    columns = FollowupTaskAdmin.search_fields
    tasks = FollowupTask.objects.open().order_by("due_at", "id")

    found = plan(FollowupTask, lambda: list(tasks.filter(any_of(columns, text))[:_PAGE]))

    assert found.rows_read < 100, found


def any_of(columns: Any, text: str) -> Q:
    """The condition that Django's admin makes of the columns of a search."""
    return reduce(or_, (Q(**{column: text}) for column in columns))
