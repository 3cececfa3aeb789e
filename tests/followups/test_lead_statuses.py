"""Statuses of leads: the permitted moves, the statuses that end the hunt, and reopenings with a reason."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from followups.ladders.errors import LadderClosed
from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder
from followups.leads.lists.imports import begin_import, confirm_import
from followups.leads.lists.models import LeadImport
from followups.leads.models import Lead, LeadReopening
from followups.leads.services import LEFT_STATUSES_NAMED, upsert_lead, upsert_leads
from followups.leads.statuses import ENDS_THE_HUNT, is_back, is_reopening, moves_on_to
from followups.services import start_ladder
from followups.tasks.models import TaskEvent
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory, LeadReopeningFactory
from tests.followups.test_import_leads import run
from tests.moving import hold_lead, mark_wrong, move_lead
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter

UPSERT = "/api/followups/leads/upsert"
ENDING = ("APPOINTMENT", "UNDER_CONTRACT", "NOT_INTERESTED", "CLOSED", "DEAD")
LATER = NOON + timedelta(hours=1)


def status_of(lead_id: str = "L1") -> str:
    return Lead.objects.values_list("status", flat=True).get(lead_id=lead_id)


def act(**more: Any) -> Act:
    return Act(**{"actor": "va1", "user": None, "correlation_id": "C-1", "at": LATER, **more})


# The rule ---------------------------------------------------------------------------------------------------------------


def test_these_statuses_end_the_hunt() -> None:
    assert set(ENDING) == ENDS_THE_HUNT


@pytest.mark.parametrize(
    ("before", "on"),
    [
        ("NEW", {"CONTACTED", *ENDING}),
        ("CONTACTED", set(ENDING)),
        ("APPOINTMENT", {"NOT_INTERESTED", "UNDER_CONTRACT", "CLOSED", "DEAD"}),
        ("NOT_INTERESTED", {"APPOINTMENT", "UNDER_CONTRACT", "CLOSED", "DEAD"}),
        ("UNDER_CONTRACT", {"CLOSED", "DEAD"}),
        ("CLOSED", {"DEAD"}),
        ("DEAD", {"CLOSED"}),
    ],
)
def test_the_next_status_never_moves_a_lead_back(before: str, on: set[str]) -> None:
    assert {after for after in Lead.Status.values if after != before and not is_back(before, after)} == on
    assert {after for after in Lead.Status.values if before in moves_on_to(after)} == on


def test_only_leaving_closed_or_dead_is_a_reopening() -> None:
    found = {(one, other) for one, other in product(Lead.Status.values, repeat=2) if is_reopening(one, other)}
    assert found == set(product(("CLOSED", "DEAD"), set(Lead.Status.values) - {"CLOSED", "DEAD"}))


# Every way in -----------------------------------------------------------------------------------------------------------

db = pytest.mark.django_db


def by_the_api(status: str, operator: APIClient, **more: Any) -> None:
    assert operator.post(UPSERT, {"lead_id": "L1", "province": "ON", "status": status, **more}).status_code in (200, 201)


def by_a_file(status: str, operator: APIClient) -> None:
    upsert_leads([{"lead_id": "L1", "province": "ON", "status": status}], act=Act("operator"))


def by_the_admin(status: str, operator: APIClient) -> None:
    browser = signed_in(User.objects.get(username="operator"))
    page = f"/admin/followups/lead/{Lead.objects.get(lead_id='L1').pk}/edit/"
    assert browser.post(page, {**form_with(browser.get(page), "province"), "status": status}).status_code == 302


def by_an_outcome(status: str, operator: APIClient) -> None:
    move_lead("L1", status, act(actor="operator"))


@db
@pytest.mark.parametrize("way", [by_the_api, by_a_file, by_the_admin, by_an_outcome])
@pytest.mark.parametrize("status", ENDING)
def test_a_status_that_ends_the_hunt_closes_the_open_ladder(
    operator: APIClient, way: Callable[..., None], status: str
) -> None:
    LeadFactory.create(lead_id="L1")
    ladder = start_ladder(lead_id="L1", province="ON", act=Act()).tasks[0].ladder
    way(status, operator)
    ladder.refresh_from_db()
    assert (status_of(), ladder.open_steps, ladder.closed_at is not None) == (status, 0, True)
    lines = TaskEvent.objects.filter(kind="CANCELLED")
    assert set(lines.values_list("reason", "task__cancel_reason", "actor")) == {
        (f"lead_status {status}", f"lead_status {status}", "operator")
    }
    assert lines.count() == 6


@db
@pytest.mark.parametrize("way", [by_the_api, by_a_file, by_the_admin, by_an_outcome])
def test_a_status_within_the_hunt_leaves_the_ladder_open(operator: APIClient, way: Callable[..., None]) -> None:
    LeadFactory.create(lead_id="L1")
    start_ladder(lead_id="L1", province="ON", act=Act())
    way("CONTACTED", operator)
    assert (status_of(), FollowupLadder.objects.open().count()) == ("CONTACTED", 1)


@db
@pytest.mark.parametrize("way", [by_the_api, by_a_file])
def test_a_lead_that_becomes_known_as_dead_loses_its_open_ladder(operator: APIClient, way: Callable[..., None]) -> None:
    start_ladder(lead_id="L1", province="ON", act=Act())
    way("DEAD", operator)
    assert not FollowupLadder.objects.open().exists()


@db
def test_a_restarted_ladder_goes_on_when_the_same_status_is_repeated(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1", status="NOT_INTERESTED")
    start_ladder(lead_id="L1", province="ON", restart=True, act=Act(reason="called us"))
    by_the_api("NOT_INTERESTED", operator, first_name="Bo")
    by_a_file("NOT_INTERESTED", operator)
    assert FollowupLadder.objects.open().count() == 1
    by_an_outcome("NOT_INTERESTED", operator)  # an outcome states it now
    assert not FollowupLadder.objects.open().exists()


@db
def test_a_file_closes_each_ladder_with_its_own_status() -> None:
    for lead_id in ("A", "B", "C"):
        LeadFactory.create(lead_id=lead_id)
        start_ladder(lead_id=lead_id, province="ON", act=Act())
    upsert_leads(
        [{"lead_id": "C", "status": "DEAD"}, {"lead_id": "A", "status": "APPOINTMENT"}, {"lead_id": "B"}], act=Act()
    )
    assert list(FollowupLadder.objects.open().values_list("lead_id", flat=True)) == ["B"]
    assert set(TaskEvent.objects.values_list("task__lead_id", "reason")) == {
        ("A", "lead_status APPOINTMENT"),
        ("C", "lead_status DEAD"),
    }


# Back -------------------------------------------------------------------------------------------------------------------


@db
@pytest.mark.parametrize("before", ["CONTACTED", *ENDING])
def test_a_status_new_in_a_file_keeps_the_leads_status_and_stores_the_rest(before: str) -> None:
    LeadFactory.create(lead_id="L1", status=before)
    report = upsert_leads([{"lead_id": "L1", "status": "NEW", "source": "list 2"}], act=Act())
    assert (status_of(), Lead.objects.get().source) == (before, "list 2")
    assert (report.updated, report.statuses_left) == (1, 1)
    assert report.left_statuses == [(1, "L1", before, "NEW")]
    assert report.statuses_left_text == f"1 lead keeps its status, which is further on: L1 ({before}, not NEW)."


@db
def test_a_row_with_only_an_older_status_changes_nothing() -> None:
    lead = LeadFactory.create(lead_id="L1", status="DEAD")
    report = upsert_leads([{"lead_id": "L1", "status": "CONTACTED"}], act=Act())
    assert (report.unchanged, report.statuses_left) == (1, 1)
    assert Lead.objects.get().updated_at == lead.updated_at


@db
def test_the_first_kept_statuses_are_named_and_all_are_counted() -> None:
    number = LEFT_STATUSES_NAMED + 2
    rows = [{"lead_id": f"L{n}", "province": "ON", "status": "DEAD"} for n in range(number)]
    assert upsert_leads(rows, act=Act()).statuses_left_text == ""
    report = upsert_leads([{**row, "status": "NEW"} for row in rows], act=Act())
    assert (report.statuses_left, len(report.left_statuses)) == (number, LEFT_STATUSES_NAMED)
    assert report.statuses_left_text.startswith(
        f"{number} leads keep their status, which is further on: L0 (DEAD, not NEW), "
    )
    assert report.statuses_left_text.endswith(", and 2 more.")


@db
def test_the_command_names_the_leads_that_keep_their_status(tmp_path: Path) -> None:
    LeadFactory.create(lead_id="L1", status="DEAD")
    file = tmp_path / "leads.csv"
    file.write_text("lead_id,province,status\nL1,ON,new\nL2,ON,new\n")
    said = run(file, "--start-ladders")
    assert "1 lead keeps its status, which is further on: L1 (DEAD, not NEW)." in said
    assert "Ladders: started 1, open already 0, refused 1 (lead_closed 1)." in said
    assert "1 lead keeps its status" in run(file, "--dry-run")


@db
def test_an_import_in_the_admin_names_the_leads_that_keep_their_status(user_of: Callable[..., User]) -> None:
    LeadFactory.create(lead_id="L1", status="DEAD")
    begun = begin_import(file_name="a.csv", content=b"lead_id,province,status\nL1,ON,new\n", act=Act("me"))
    kept = "1 lead keeps its status, which is further on: L1 (DEAD, not NEW)."
    browser = signed_in(user_of("operator"))
    assert kept in browser.get(f"/admin/followups/lead/process_import/?import={begun.pk}").content.decode()
    confirm_import(begun.pk)
    assert LeadImport.objects.get().statuses_left == kept
    assert kept in browser.get(f"/admin/followups/leadimport/{begun.pk}/change/").content.decode()


@db
@pytest.mark.parametrize(
    ("before", "after"), [("UNDER_CONTRACT", "NEW"), ("NOT_INTERESTED", "CONTACTED"), ("CONTACTED", "NEW")]
)
@pytest.mark.parametrize("way", [by_the_api, by_the_admin])
def test_a_person_may_move_a_lead_back(operator: APIClient, way: Callable[..., None], before: str, after: str) -> None:
    LeadFactory.create(lead_id="L1", status=before)
    way(after, operator)
    assert status_of() == after
    assert not LeadReopening.objects.exists()


@db
@pytest.mark.parametrize(
    ("before", "given"), [("APPOINTMENT", "CONTACTED"), ("DEAD", "APPOINTMENT"), ("UNDER_CONTRACT", "NEW")]
)
def test_an_outcome_never_moves_a_lead_back(before: str, given: str) -> None:
    lead = LeadFactory.create(lead_id="L1", status=before)
    move_lead("L1", given, act())
    assert (status_of(), Lead.objects.get().updated_at) == (before, lead.updated_at)


@db
def test_an_outcome_records_who_changed_the_lead(user_of: Callable[..., User]) -> None:
    user = user_of("agent")
    LeadFactory.create(lead_id="L1")
    LeadFactory.create(lead_id="L2")
    hold_lead("L1")
    move_lead("L1", "CONTACTED", act(user=user))
    lead = Lead.objects.get(lead_id="L1")
    assert (lead.status, lead.changed_by, lead.user, lead.updated_at) == ("CONTACTED", "va1", user, LATER)
    assert status_of("L2") == "NEW"


@db
def test_an_outcome_for_an_unknown_lead_closes_its_ladder_and_makes_no_lead() -> None:
    start_ladder(lead_id="NOBODY", province="ON", act=Act())
    move_lead("NOBODY", "APPOINTMENT", act())
    assert not FollowupLadder.objects.open().exists()
    assert not Lead.objects.exists()


# Reopening --------------------------------------------------------------------------------------------------------------


@db
@pytest.mark.parametrize("before", ["CLOSED", "DEAD"])
def test_the_api_reopens_a_closed_lead_only_with_a_reason(operator: APIClient, before: str) -> None:
    LeadFactory.create(lead_id="L1", status=before)
    refused = operator.post(UPSERT, {"lead_id": "L1", "status": "NEW", "first_name": "Bo"})
    assert (refused.status_code, codes(refused), attrs(refused)) == (400, ["required"], ["reason"])
    assert (status_of(), Lead.objects.get().first_name) == (before, "Jane")

    reopened = operator.post(UPSERT, {"lead_id": "L1", "status": "NEW", "reason": "called us", "correlation_id": "C-3"})
    assert (reopened.status_code, reopened.json()["status"]) == (200, "NEW")
    (kept,) = LeadReopening.objects.all()
    assert (kept.lead_id, kept.status_before, kept.status_after, kept.reason) == ("L1", before, "NEW", "called us")
    assert (kept.actor, kept.user, kept.correlation_id) == ("operator", User.objects.get(username="operator"), "C-3")
    assert str(kept).endswith("to New")


@db
def test_a_file_never_reopens_a_lead() -> None:
    LeadFactory.create(lead_id="L1", status="CLOSED")
    upsert_leads([{"lead_id": "L1", "status": "APPOINTMENT", "reason": "called us"}], act=Act())
    assert status_of() == "CLOSED"
    assert not LeadReopening.objects.exists()


@db
def test_a_closed_lead_becomes_dead_without_a_reason() -> None:
    LeadFactory.create(lead_id="L1", status="CLOSED")
    upsert_lead(lead_id="L1", status="DEAD", act=Act())
    upsert_lead(lead_id="L1", status="DEAD", first_name="Bo", act=Act())
    assert not LeadReopening.objects.exists()
    with pytest.raises(RequiredParameter):
        upsert_lead(lead_id="L1", status="CONTACTED", act=Act())


@pytest.fixture
def browser(user_of: Callable[..., User]) -> Client:
    """A browser of an operator."""
    return signed_in(user_of("operator"))


@db
def test_the_admin_reopens_a_lead_with_a_reason_and_shows_who_did(browser: Client) -> None:
    lead = LeadFactory.create(lead_id="L1", status="DEAD")
    page = f"/admin/followups/lead/{lead.pk}/edit/"
    form = form_with(browser.get(page), "province")
    refused = browser.post(page, {**form, "status": "CONTACTED"})
    assert "reason" in refused.context["adminform"].form.errors
    assert status_of() == "DEAD"
    assert browser.post(page, {**form, "status": "CONTACTED", "reason": "called us"}).status_code == 302
    kept = LeadReopening.objects.get()
    assert (status_of(), kept.reason, kept.actor) == ("CONTACTED", "called us", "operator")
    shown = browser.get(page).content.decode()
    assert "called us" in shown
    assert "Why it is reopened" not in shown


@db
def test_a_stale_form_does_not_reopen_a_lead_closed_meanwhile(browser: Client) -> None:
    lead = LeadFactory.create(lead_id="L1", status="NEW")
    page = f"/admin/followups/lead/{lead.pk}/edit/"
    form = form_with(browser.get(page), "province")
    upsert_lead(lead_id="L1", status="DEAD", act=Act())
    assert browser.post(page, {**form, "first_name": "Bo"}).status_code == 302
    assert (status_of(), Lead.objects.get().first_name) == ("DEAD", "Bo")
    assert "reason" in browser.post(page, {**form, "status": "CONTACTED"}).context["adminform"].form.errors
    assert status_of() == "DEAD"


@db
def test_a_reader_sees_a_closed_lead_and_its_reopenings(user_of: Callable[..., User]) -> None:
    lead = LeadFactory.create(lead_id="L1", status="DEAD")
    LeadReopeningFactory.create(lead_id="L1", reason="called us")
    page = signed_in(user_of("auditor")).get(f"/admin/followups/lead/{lead.pk}/edit/")
    assert page.status_code == 200
    assert "called us" in page.content.decode()


@db
def test_an_operator_marks_a_number_as_wrong_and_as_right(browser: Client) -> None:
    lead = LeadFactory.create(lead_id="L1", phone="+14165550123", email="a@example.ca")
    page = f"/admin/followups/lead/{lead.pk}/edit/"
    mark_wrong("L1", "EMAIL", act())
    form = form_with(browser.get(page), "province")
    browser.post(page, {**form, "phone_is_wrong": "on"})
    lead.refresh_from_db()
    assert (lead.phone_is_wrong, lead.email_is_wrong) == (True, True)
    assert lead.wrong_contacts == ["+14165550123", "a@example.ca"]
    form = form_with(browser.get(page), "province")
    del form["phone_is_wrong"]
    browser.post(page, form)
    lead.refresh_from_db()
    assert (lead.phone_is_wrong, lead.email_is_wrong, lead.wrong_contacts) == (False, True, ["a@example.ca"])


@db
def test_a_closed_ladder_stays_closed_when_its_lead_is_reopened(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1")
    ladder = start_ladder(lead_id="L1", province="ON", act=Act()).tasks[0].ladder_id
    by_the_api("DEAD", operator)
    by_the_api("NEW", operator, reason="called us")
    with pytest.raises(LadderClosed):
        cancel_ladder(ladder, act=Act(reason="x"))
    assert start_ladder(lead_id="L1", province="ON", act=Act()).created  # nobody had been contacted
