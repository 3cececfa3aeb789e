"""Duties with a date: recorded, warned of before they are due, and with a history of every date."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from governance.duties.models import LegalDuty
from governance.duties.rules import in_order, problems
from governance.policies import upsert
from governance.runbook import services as runbook
from tests.conftest import attrs, codes
from tests.factories import NOON
from tests.staff import signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.append_only import AppendOnlyError

API = "/api/governance/duties"
TODAY = NOON.date()
MONTH = timedelta(days=30)


def finding(kind: str) -> dict[str, Any]:
    status = runbook.status(NOON)
    (item,) = [
        item for item in (*status["warnings"], *status["info"], *status["blockers"]) if item["id"] == f"duties.{kind}"
    ]
    return dict(item)


@pytest.mark.parametrize(
    ("days", "problem"),
    [(-1, "was due on"), (0, "is due on"), (30, "is due on"), (31, ""), (None, "no date is on file")],
)
def test_a_date_gives_a_warning_a_month_before_and_counts_through_its_last_day(days: int | None, problem: str) -> None:
    due_on = None if days is None else TODAY + timedelta(days=days)
    found = problems({"ann": due_on}, TODAY, MONTH)
    assert len(found) == bool(problem)
    assert problem in "".join(found)


def test_a_problem_names_the_subject_of_the_duty() -> None:
    assert problems({"ann": None, "": None}, TODAY, MONTH) == ["ann: no date is on file.", "no date is on file."]
    day = TODAY - timedelta(days=1)
    assert problems({"ann": day}, TODAY, MONTH) == ["ann: was due on Dec 14, 2026."]
    assert problems({"": TODAY}, TODAY, MONTH) == ["is due on Dec 15, 2026."]


def test_duties_without_a_problem_show_the_nearest_date() -> None:
    assert in_order({"ann": TODAY + MONTH, "bob": TODAY, "": None}) == "The next date is Dec 15, 2026."


def test_a_duty_without_a_date_is_a_problem() -> None:
    assert problems({}, TODAY, MONTH) == ["Nothing is on file."]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", LegalDuty.Kind.values)
def test_the_runbook_has_each_duty_with_its_date(kind: str) -> None:
    first = finding(kind.lower())
    assert (first["ok"], first["severity"]) == (False, "warning")
    assert "Nothing is on file." in first["message"]

    upsert(LegalDuty, kind=kind, subject="ann", due_on=TODAY + timedelta(days=90), done_on=TODAY, act=Act("me"))
    found = finding(kind.lower())
    assert (found["ok"], found["message"]) == (True, "The next date is Mar 15, 2027.")
    assert found["detail"] == [{"subject": "ann", "due_on": "2027-03-15", "done_on": "2026-12-15"}]

    upsert(LegalDuty, kind=kind, subject="ben", due_on=TODAY - timedelta(days=1), act=Act("me"))
    assert "ben: was due on Dec 14, 2026." in finding(kind.lower())["message"]
    upsert(LegalDuty, kind=kind, subject="ben", enabled=False, act=Act("me", reason="left"))
    assert finding(kind.lower())["ok"]


@pytest.mark.django_db
def test_the_api_records_a_duty_and_keeps_absent_values(operator: APIClient) -> None:
    made = operator.post(
        f"{API}/upsert",
        {"kind": "training", "subject": "ann", "due_on": "2027-01-31", "note": "course no. 7", "reason": "signed"},
    )
    assert made.status_code == 200
    done = operator.post(f"{API}/upsert", {"kind": "TRAINING", "subject": "ann", "done_on": "2026-12-01"})
    assert done.json() == operator.get(API).json()[0]
    assert {
        name: done.json()[name] for name in ("kind", "due_on", "done_on", "note", "version", "changed_by", "enabled")
    } == {
        "kind": "TRAINING",
        "due_on": "2027-01-31",
        "done_on": "2026-12-01",
        "note": "course no. 7",
        "version": 2,
        "changed_by": "operator",
        "enabled": True,
    }
    stale = operator.post(f"{API}/upsert", {"kind": "TRAINING", "subject": "ann", "expected_version": 1})
    assert (stale.status_code, codes(stale)) == (409, ["version_conflict"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"kind": "PARTY"}, "kind"),
        ({}, "kind"),
        ({"kind": "SCRUB", "due_on": "soon"}, "due_on"),
        ({"kind": "SCRUB", "subject": "a\x00"}, "subject"),
    ],
)
def test_bad_input_is_named(operator: APIClient, given: dict[str, Any], attr: str) -> None:
    response = operator.post(f"{API}/upsert", given, format="json")
    assert (response.status_code, attrs(response)) == (400, [attr])


@pytest.mark.django_db
def test_each_role_reads_and_changes_duties_as_permitted(agent: APIClient, auditor: APIClient) -> None:
    assert APIClient().get(API).status_code == 401
    assert auditor.get(API).status_code == 200
    for client in (agent, auditor):
        assert client.post(f"{API}/upsert", {"kind": "SCRUB"}).status_code == 403
    assert not LegalDuty.objects.exists()


@pytest.mark.django_db
def test_every_date_is_kept_with_its_author_in_an_append_only_history() -> None:
    for day in (1, 2):
        duty = upsert(LegalDuty, kind="SCRUB", done_on=date(2026, 12, day), act=Act(f"op{day}", reason="downloaded"))
    history = duty.history.order_by("history_id")
    assert [(row.done_on.day, row.changed_by, row.reason) for row in history] == [
        (1, "op1", "downloaded"),
        (2, "op2", "downloaded"),
    ]
    with pytest.raises(AppendOnlyError):
        history.first().delete()


@pytest.mark.django_db
def test_the_admin_records_a_duty(user_of: Any) -> None:
    operator: Client = signed_in(user_of("operator"))
    add = "/admin/governance/legalduty/add/"
    assert operator.get(add).status_code == 200
    operator.post(
        add,
        {"kind": "TRAINING", "subject": "ann", "enabled": "on", "due_on": "2027-06-01", "why": "x", "expected_version": 0},
    )
    duty = LegalDuty.objects.get()
    assert (duty.subject, duty.due_on, duty.changed_by) == ("ann", date(2027, 6, 1), "operator")
    assert "Jun 1, 2027" in operator.get(f"/admin/governance/legalduty/{duty.pk}/history/").content.decode()
