"""What an outcome locks and what it changes in the lead, as pure functions."""

from typing import Any

import pytest

from followups.leads.moving import changes
from followups.models import Lead
from followups.tasks.outcomes.effects import planned
from followups.tasks.outcomes.rules import Effect
from followups.tasks.outcomes.services import Applied, OutcomeEffect

STOP, GO_ON, OPT_OUT = OutcomeEffect(Effect.STOP), OutcomeEffect(), OutcomeEffect(Effect.OPT_OUT)
MOVED, WON = GO_ON._replace(lead_status="CONTACTED"), GO_ON._replace(lead_status="APPOINTMENT")
KNOWN = ("L1", "NEW", "+14165550123", "ann@example.ca")
UNKNOWN = ("L1", None, None, None)
NOBODY = (None, None, None, None)
POINTS = [("PHONE", "+14165550123"), ("EMAIL", "ann@example.ca"), ("LEAD", "L1")]


@pytest.mark.parametrize(
    ("outcome", "rule", "lead", "changed", "points", "locks_ladders"),
    [
        ("NO_ANSWER", GO_ON, KNOWN, None, [], False),
        ("REACHED", MOVED, KNOWN, "L1", [], False),
        ("REACHED", MOVED, ("L1", "APPOINTMENT", "", ""), None, [], False),  # a lead never moves back
        ("REACHED", MOVED, UNKNOWN, None, [], False),
        ("REACHED", WON, KNOWN, "L1", [], True),  # the end of the hunt closes the ladder
        ("REACHED", WON, UNKNOWN, None, [], False),
        ("NOT_INTERESTED", STOP, KNOWN, None, [], True),
        ("WRONG_NUMBER", STOP, KNOWN, "L1", [], True),
        ("WRONG_NUMBER", GO_ON, KNOWN, "L1", [], False),
        ("OPTED_OUT", OPT_OUT, KNOWN, None, POINTS, True),
        ("OPTED_OUT", OPT_OUT, UNKNOWN, None, [("LEAD", "L1")], True),
        ("OPTED_OUT", OPT_OUT, NOBODY, None, [], True),
    ],
)
def test_an_outcome_locks_what_it_may_change_and_no_more(
    outcome: str, rule: OutcomeEffect, lead: Any, changed: str | None, points: Any, locks_ladders: bool
) -> None:
    plan = planned(outcome, Applied(rule, 7, *lead))
    assert (plan.rule, plan.lead_id, list(plan.points), bool(plan.ladders)) == (rule, changed, points, locks_ladders)


@pytest.mark.parametrize(
    ("before", "status", "wrong", "changed"),
    [
        ("NEW", "CONTACTED", "", {"status": "CONTACTED"}),
        ("CONTACTED", "CONTACTED", "", {}),
        ("CLOSED", "CONTACTED", "", {}),
        ("NEW", "", "email", {}),  # it has no address
        ("NEW", "", "phone", {"phone_is_wrong": True, "wrong_contacts": ["+14165550123", "x@example.ca"]}),
        (
            "NEW",
            "DEAD",
            "phone",
            {"status": "DEAD", "phone_is_wrong": True, "wrong_contacts": ["+14165550123", "x@example.ca"]},
        ),
    ],
)
def test_a_lead_moves_forward_only_and_its_wrong_number_is_remembered(
    before: str, status: str, wrong: str, changed: dict[str, Any]
) -> None:
    lead = Lead(status=before, phone="+14165550123", wrong_contacts=["x@example.ca"])
    assert changes(lead, status=status, wrong=wrong) == changed
