"""The hand-written SQL statement that reads leads, and the open ladders at their numbers and addresses."""

from collections.abc import Collection
from functools import cache

from django.db import connection

from followups.ladders.models import FollowupLadder
from followups.leads.facts import FACTS, facts_sql
from followups.leads.models import Lead
from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.rules import Outcome
from governance.channels import Channel
from wholesale.plumbing.compiled import Columns, Select, Statement

_LEAD, _LADDER = Lead._meta.db_table, FollowupLadder._meta.db_table
_OPEN = Select(lambda: FollowupLadder.objects.open().order_by().values_list("id", "lead_id"))
# A step with a wrong number is no contact once the lead has another number or address: it did not reach the lead.
_CONTACTED = f"""
SELECT 1 FROM {FollowupTask._meta.db_table} AS t WHERE t.ladder_id = d.id AND t.completed_at IS NOT NULL AND NOT (
    t.outcome = '{Outcome.WRONG_NUMBER.value}' AND CASE WHEN t.channel = '{Channel.EMAIL.value}'
        THEN COALESCE(NOT (k.email = '') AND NOT k.email_is_wrong, FALSE)
        ELSE COALESCE(NOT (k.phone = '') AND NOT k.phone_is_wrong, FALSE) END
)
"""
# `NOT (phone = '')` is spelled as in the partial indexes, which serve it.
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
SELECT k.asked, {facts_sql("k")}, own.id AS ladder_id, (
    SELECT max(d.closed_at) FROM {_LADDER} AS d
    WHERE d.lead_id = k.asked AND d.closed_at IS NOT NULL AND EXISTS ({_CONTACTED})
)
FROM known AS k LEFT JOIN ({{open}}) AS own ON own.lead_id = k.asked
UNION ALL
SELECT NULL, {facts_sql("o")}, d.id, NULL
FROM beside AS b JOIN {_LEAD} AS o ON o.id = b.id JOIN ({{open}}) AS d ON d.lead_id = o.lead_id
"""
_COLUMNS = Columns(None, *Columns.of(Lead, *FACTS), None, *Columns.of(FollowupLadder, "closed_at"))
# The subquery hides the ids from PostgreSQL's planner. If it saw a thousand ids, it might read whole tables, and it would
# plan each call anew.
_ASKED = {
    "postgresql": "unnest((SELECT string_to_array(%(leads)s, chr(10)))) AS a (lead_id)",
    "sqlite": "(SELECT value AS lead_id FROM json_each(%(leads)s)) AS a",
}


def leads_and_ladders(lead_ids: Collection[str]) -> Statement:
    """Return the statement that reads a row for each of these leads, and one for each open ladder at their numbers and
    addresses. The columns are the lead id that was asked for (null in a ladder's row), the lead's `FACTS`, the id of its
    open ladder, and the end of its last ladder with a contact (null in a ladder's row).

    The SQL is hand-written, because no queryset reads all this at once. Each start of a ladder runs it, after its locks.
    """
    return Statement(_read_sql(), _COLUMNS, {"leads": list(lead_ids)})


@cache
def _read_sql() -> str:
    return _READ.format(asked=_ASKED[connection.vendor], open=_OPEN.text)
