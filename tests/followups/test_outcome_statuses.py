"""What an outcome changes at the lead: its status, and the mark of a wrong number."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.leads.models import Lead
from followups.models import OutcomeRule
from followups.services import complete_task, start_ladder
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.outcomes.rules import SEEDED_STATUSES, Outcome
from governance.policies import seed, upsert
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
OUTCOMES = "/api/followups/outcomes"


@pytest.fixture
def steps() -> list[FollowupTask]:
    """The steps of a ladder of a new lead that began at noon."""
    LeadFactory.create(lead_id="JANE", phone="+14165550123", email="jane@example.ca")
    return start_ladder(lead_id="JANE", province="ON", market="TORONTO", act=Act(at=NOON)).tasks


def jane() -> Lead:
    return Lead.objects.get(lead_id="JANE")


@pytest.mark.parametrize(
    ("outcome", "status", "goes_on"),
    [
        ("REACHED", "CONTACTED", True),
        ("NO_ANSWER", "NEW", True),
        ("LEFT_MESSAGE", "NEW", True),
        ("REPLIED", "NEW", True),
        ("APPOINTMENT", "APPOINTMENT", False),
        ("NOT_INTERESTED", "NOT_INTERESTED", False),
        ("WRONG_NUMBER", "NEW", False),
        ("OPTED_OUT", "NEW", False),
    ],
)
def test_each_outcome_gives_a_new_lead_its_status(
    steps: Any, user_of: Callable[..., User], outcome: str, status: str, goes_on: bool
) -> None:
    user = user_of("integrator")  # a user who may name another actor
    complete_task(steps[0].pk, "va1", outcome=outcome, user=user, now=LATER)
    lead = jane()
    assert (lead.status, FollowupLadder.objects.open().exists()) == (status, goes_on)
    if status != "NEW":
        assert (lead.changed_by, lead.user, lead.updated_at) == ("va1", user, LATER)


@pytest.mark.parametrize(
    ("before", "outcome", "after"),
    [
        ("CONTACTED", "REACHED", "CONTACTED"),
        ("APPOINTMENT", "REACHED", "APPOINTMENT"),
        ("UNDER_CONTRACT", "NOT_INTERESTED", "UNDER_CONTRACT"),
        ("CLOSED", "APPOINTMENT", "CLOSED"),
        ("DEAD", "REACHED", "DEAD"),
    ],
)
def test_no_outcome_moves_a_lead_back(steps: Any, before: str, outcome: str, after: str) -> None:
    Lead.objects.update(status=before)
    complete_task(steps[0].pk, "va1", outcome=outcome, now=LATER)
    assert jane().status == after


def test_a_status_that_ends_the_hunt_closes_a_ladder_that_would_go_on(agent: APIClient, steps: Any) -> None:
    upsert(OutcomeRule, outcome="REACHED", lead_status="UNDER_CONTRACT", act=Act("test"))
    answer = agent.post(f"/api/followups/task/{steps[0].pk}/complete", {"outcome": "REACHED"}).json()
    ladder = FollowupLadder.objects.get()
    assert (answer["ladder"]["open_steps"], answer["ladder"]["next_at"], ladder.open_steps) == (0, None, 0)
    assert answer["ladder"]["closed_at"] is not None
    reasons = FollowupTask.objects.exclude(cancelled_at=None).values_list("cancel_reason", flat=True)
    assert list(reasons) == ["lead_status UNDER_CONTRACT"] * 5
    assert TaskEvent.objects.filter(kind="CANCELLED").count() == 5


def test_an_outcome_at_a_step_of_an_old_ladder_closes_the_open_ladder(steps: Any) -> None:
    new = start_ladder(lead_id="JANE", province="ON", restart=True, act=Act(at=NOON)).tasks
    complete_task(steps[0].pk, "va1", outcome="APPOINTMENT", now=LATER)
    assert FollowupLadder.objects.get(pk=new[0].ladder_id).closed_at == LATER


def test_a_wrong_number_is_marked_at_the_lead_and_the_gate_refuses_it(operator: APIClient, steps: Any) -> None:
    complete_task(steps[1].pk, "va1", outcome="WRONG_NUMBER", now=LATER)
    lead = jane()
    assert (lead.phone_is_wrong, lead.email_is_wrong) == (True, False)
    asked = {"lead_id": "JANE", "channel": "CALL", "at": (NOON + timedelta(days=1)).isoformat()}
    assert "wrong_number" in operator.get("/api/governance/contact/decide", asked).json()["reasons"]


def test_an_outcome_for_an_unknown_lead_moves_no_status() -> None:
    task = start_ladder(lead_id="NOBODY", province="ON", act=Act(at=NOON)).tasks[0]
    for outcome in ("APPOINTMENT", "WRONG_NUMBER"):
        complete_task(task.pk, "va1", outcome=outcome, now=LATER)
    assert not Lead.objects.exists()


# The table --------------------------------------------------------------------------------------------------------------


def test_the_seeded_statuses_stand_in_the_table_and_its_history() -> None:
    expected = {outcome.value: SEEDED_STATUSES.get(outcome, "") for outcome in Outcome}
    assert dict(OutcomeRule.objects.values_list("outcome", "lead_status")) == expected
    assert dict(OutcomeRule.history.values_list("outcome", "lead_status")) == expected
    OutcomeRule.objects.filter(outcome="REACHED").delete()
    assert seed(OutcomeRule) == 1
    assert OutcomeRule.objects.get(outcome="REACHED").lead_status == "CONTACTED"


def test_the_status_of_an_outcome_is_set_kept_and_removed(operator: APIClient) -> None:
    def upsert(**given: Any) -> Any:
        return operator.post(f"{OUTCOMES}/upsert", {"outcome": "REPLIED", **given})

    assert upsert(lead_status="contacted", reason="they wrote").json()["lead_status"] == "CONTACTED"
    assert upsert(pause_days=5).json()["lead_status"] == "CONTACTED"
    assert upsert(lead_status="").json()["lead_status"] == "CONTACTED"  # empty counts as absent
    assert upsert(lead_status="LEAVE").json()["lead_status"] == ""
    history = OutcomeRule.history.filter(outcome="REPLIED").order_by("version")
    assert list(history.values_list("lead_status", flat=True)) == ["", "CONTACTED", "CONTACTED", "CONTACTED", ""]
    refused = upsert(lead_status="HAPPY")
    assert (refused.status_code, attrs(refused), codes(refused)) == (400, ["lead_status"], ["invalid_choice"])
    rows = {row["outcome"]: row["lead_status"] for row in operator.get(OUTCOMES).json()}
    assert (rows["REPLIED"], rows["REACHED"]) == ("", "CONTACTED")


def test_the_admin_form_has_the_status(user_of: Callable[..., User]) -> None:
    browser: Client = signed_in(user_of("operator"))
    rule = OutcomeRule.objects.get(outcome="REPLIED")
    page = f"/admin/followups/outcomerule/{rule.pk}/change/"
    sent = {**form_with(browser.get(page), "lead_status"), "lead_status": "CONTACTED", "why": "they wrote"}
    assert browser.post(page, sent).status_code == 302
    rule.refresh_from_db()
    assert (rule.lead_status, rule.version, rule.reason) == ("CONTACTED", 2, "they wrote")
    assert "Contacted" in browser.get("/admin/followups/outcomerule/").content.decode()
