"""Leads as somebody to follow up: what is known of them, and which ladders stand beside a new one. In one statement."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from followups.ladders.models import FollowupLadder
from followups.leads.facts import facts_sql, read_facts
from followups.leads.models import Lead
from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.rules import Outcome
from governance import gate
from governance.channels import Channel
from governance.gate import Point
from governance.people import LeadFacts
from wholesale.plumbing.lookups import time_or_none


class Prospect(NamedTuple):
    """A lead as somebody to follow up."""

    lead: LeadFacts | None = None  # None where nobody knows the lead
    ladder_id: int | None = None  # of its own open ladder
    followed_until: datetime | None = None  # when its last ladder ended in which somebody was contacted


class OpenLadder(NamedTuple):
    """An open ladder of a lead that somebody knows."""

    id: int
    lead: LeadFacts


class Found(NamedTuple):
    """What was asked about, and the open ladders at the numbers and addresses of those leads, their own included."""

    prospects: dict[str, Prospect]  # by lead
    ladders: list[OpenLadder]  # the oldest first


Held = dict[Point, list[str]]  # the leads whose open ladder is at a number or address, that of the oldest ladder first


def reached_at(lead: LeadFacts) -> list[Point]:
    """The numbers and addresses by which a lead is contacted. One that is somebody else's is not among them."""
    return gate.points_of(phone="" if lead.phone_is_wrong else lead.phone, email="" if lead.email_is_wrong else lead.email)


def held_by(ladders: Iterable[OpenLadder]) -> Held:
    """Who is followed up at which number or address."""
    held: Held = {}
    for ladder in ladders:
        hold(held, ladder.lead)
    return held


def hold(held: Held, lead: LeadFacts) -> None:
    """Add a lead who is followed up."""
    for point in reached_at(lead):
        held.setdefault(point, []).append(lead.lead_id)


def holder_beside(lead: LeadFacts, held: Held) -> str | None:
    """Another lead that is followed up at a number or address of this one."""
    holders = (holder for point in reached_at(lead) for holder in held.get(point, ()))
    return next((holder for holder in holders if holder != lead.lead_id), None)


def meeting(ladders: Iterable[OpenLadder]) -> list[str]:
    """Of open ladders, the oldest first: the leads of those that meet an older one at a number or address."""
    held: Held = {}
    newer = []
    for ladder in ladders:
        if holder_beside(ladder.lead, held):
            newer.append(ladder.lead.lead_id)
        else:
            hold(held, ladder.lead)
    return newer


# SQL of its own: no query set says it in one statement, and each ladder that starts asks it after its lock.

_LEAD, _LADDER, _TASK = Lead._meta.db_table, FollowupLadder._meta.db_table, FollowupTask._meta.db_table


# A wrong number counts as a contact until the lead has another one: nobody of the lead's was reached.
_CONTACTED = f"""
SELECT 1 FROM {_TASK} AS t WHERE t.ladder_id = d.id AND t.completed_at IS NOT NULL AND NOT (
    t.outcome = '{Outcome.WRONG_NUMBER.value}' AND CASE WHEN t.channel = '{Channel.EMAIL.value}'
        THEN COALESCE(NOT (k.email = '') AND NOT k.email_is_wrong, FALSE)
        ELSE COALESCE(NOT (k.phone = '') AND NOT k.phone_is_wrong, FALSE) END
)
"""
# `NOT (phone = '')` as the partial indexes say it.
_READ = f"""
WITH known AS (
    SELECT a.lead_id AS asked, l.* FROM {{asked}} LEFT JOIN {_LEAD} AS l ON l.lead_id = a.lead_id
), beside AS (
    SELECT o.id FROM (SELECT DISTINCT phone FROM known WHERE NOT phone_is_wrong) AS p
    JOIN {_LEAD} AS o ON o.phone = p.phone AND NOT (o.phone = '') AND NOT o.phone_is_wrong
    UNION
    SELECT o.id FROM (SELECT DISTINCT email FROM known WHERE NOT email_is_wrong) AS p
    JOIN {_LEAD} AS o ON o.email = p.email AND NOT (o.email = '') AND NOT o.email_is_wrong
)
SELECT k.asked, {facts_sql("k")}, own.id AS ladder_id, CAST((
    SELECT max(d.closed_at) FROM {_LADDER} AS d
    WHERE d.lead_id = k.asked AND d.closed_at IS NOT NULL AND EXISTS ({_CONTACTED})
) AS text)
FROM known AS k LEFT JOIN {_LADDER} AS own ON own.lead_id = k.asked AND own.closed_at IS NULL
UNION ALL
SELECT NULL, {facts_sql("o")}, d.id, NULL
FROM beside AS b JOIN {_LEAD} AS o ON o.id = b.id
JOIN {_LADDER} AS d ON d.lead_id = o.lead_id AND d.closed_at IS NULL
ORDER BY ladder_id
"""
# A subquery hides the ids from PostgreSQL's planner: for a thousand that it sees it may read whole tables instead, and it
# would plan anew each time.
_ASKED = {
    "postgresql": "unnest((SELECT %s::text[])) AS a (lead_id)",
    "sqlite": "(SELECT value AS lead_id FROM json_each(%s)) AS a",
}


def find(lead_ids: Collection[str]) -> Found:
    """These leads, and the open ladders at their numbers and addresses."""
    asked: Any = list(lead_ids)
    if connection.vendor != "postgresql":
        asked = json.dumps(asked)
    with connection.cursor() as cursor:
        cursor.execute(_READ.format(asked=_ASKED[connection.vendor]), [asked])
        rows = cursor.fetchall()
    found = Found({}, [])
    for lead_id, *values, ladder_id, followed_until in rows:
        lead = read_facts(values)
        if lead_id is not None:
            found.prospects[lead_id] = Prospect(lead, ladder_id, time_or_none(followed_until))
        elif lead is not None:
            found.ladders.append(OpenLadder(ladder_id, lead))
    return found


def one(lead_id: str) -> tuple[Prospect, Held]:
    """The same of one lead."""
    found = find([lead_id])
    return found.prospects[lead_id], held_by(found.ladders)
