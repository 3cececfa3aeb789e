"""What the gate reads for each question: the switches, the mark of the rows that govern, and what is on file about points.

One statement reads it, together with what the verb that asks has to read. It is hand-written, because no queryset reads so
different things at once. The rows that govern are kept in the process under the mark (`governance.gate.governed`).
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import NamedTuple

from django.db.models import Model

from governance.decisions import Decision, ExecutionClass
from governance.gate.standing import decide_standing
from governance.golive.models import GoLiveState
from governance.ledger.points import Point, digest
from governance.ledger.reading import NOTHING, OnFile, asked_sql, on_file_sql, parse_on_file
from wholesale.plumbing.compiled import Rows, Statement, fetch
from wholesale.plumbing.mark import MARK_SQL
from wholesale.plumbing.writes import id_sql

NO_QUESTION = Statement("SELECT 1 WHERE FALSE")
_OWN = 6  # columns before those of the verb's question


class GateFacts(NamedTuple):
    """What the gate has read for one question."""

    engaged: bool  # the kill switch
    live: bool
    mark: int | None
    on_file: Mapping[str, OnFile]  # by digest, of the points that were asked about and have something on file
    new_id: int | None = None  # of a row that the verb may write

    @property
    def standing(self) -> Decision:
        """Whether the switches let a verb of the class EXECUTE act."""
        return decide_standing(ExecutionClass.EXECUTE, engaged=self.engaged, live=self.live)

    def about(self, point: Point) -> OnFile:
        """What is on file about a point that was asked about."""
        return self.on_file.get(digest(point), NOTHING) if self.on_file else NOTHING


def read_facts(points: Collection[Point], *, standing_counts: bool = True) -> GateFacts:
    """Read what the gate needs to know about these points. Without `standing_counts` the go-live row is not read."""
    return read_with_facts(NO_QUESTION, points, standing_counts=standing_counts)[0]


def read_with_facts(
    question: Statement, points: Collection[Point], *, standing_counts: bool = True
) -> tuple[GateFacts, Rows]:
    """Read in one statement what the gate needs to know about these points, and the rows that answer a verb's question.

    The rows come in no order. Without `standing_counts` the go-live row is not read, as for a verb of the class RECORD.
    """
    return facts_in(question, fetch(*asking_facts(question, points, standing_counts=standing_counts)))


def asking_facts(
    question: Statement, points: Collection[Point], *, standing_counts: bool = True, new: type[Model] | None = None
) -> Statement:
    """Return the statement of `read_with_facts`, which may follow its locks in one message. If the verb may write a row of
    the model `new`, its id is read too."""
    asked = list(set(map(digest, points)))
    given = {**question.given, "asked": asked} if asked else question.given
    return Statement(_sql(question.text, bool(asked), standing_counts, new), given=given)


def facts_in(question: Statement, rows: Rows) -> tuple[GateFacts, Rows]:
    """Return what `asking_facts` has read: what the gate needs to know, and the rows that answer the verb's question."""
    engaged, live, mark, on_file, new_id, _ = rows[0][:_OWN]
    # The gate's row stands alone where the verb's question has no row.
    found = [row[_OWN:] for row in rows if row[_OWN - 1]]
    facts = GateFacts(engaged is None or bool(engaged), bool(live), mark, parse_on_file(on_file), new_id)
    return facts, question.columns.converted(found)


@cache
def _sql(question: str, is_about_points: bool, standing_counts: bool, new: type[Model] | None) -> str:
    switches, state = "NULL AS engaged, NULL AS live", ""
    if standing_counts:
        switches = "s.kill_switch_engaged AS engaged, s.go_live_enabled AS live"
        state = f" FROM (SELECT 1) AS one LEFT JOIN {GoLiveState._meta.db_table} AS s ON s.id = 1"
    new_id = id_sql(new) if new else "NULL"
    asked, on_file = (asked_sql(), on_file_sql()) if is_about_points else ("", "NULL")
    return f"""
{asked}
SELECT g.*, q.*
FROM (SELECT {switches}, {MARK_SQL} AS mark, {on_file} AS on_file, {new_id} AS new_id{state}) AS g
LEFT JOIN (SELECT 1 AS is_found, t.* FROM ({question}) AS t) AS q ON TRUE
"""
