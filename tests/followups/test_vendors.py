"""Vendors: their agents may claim while the vendor's registration is in force."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from followups.models import Vendor, VendorAgent
from followups.pool.vendors.errors import VendorNotFound, VendorNotRegistered
from followups.pool.vendors.services import assign_agent, release_agent, upsert_vendor
from followups.readiness import vendor_contracts
from followups.readiness import vendors as vendors_check
from followups.services import complete_task
from followups.tasks.due.claims import claim_due, release_leases, renew_leases
from followups.tasks.due.services import due_tasks
from followups.tasks.models import FollowupTask
from tests.conftest import attrs, codes
from tests.factories import NOON, PoolAgentFactory, TaskFactory
from tests.followups.test_pool import next_agent
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

API = "/api/followups/vendors"
CLAIM, RENEW, RELEASE = (f"/api/followups/due/{verb}" for verb in ("claim", "renew", "release"))
VENDORS, AGENTS = "/admin/followups/vendor/", "/admin/followups/vendoragent/"
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def _it_is_noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def vendor(days: int = 0, name: str = "Atlantic Calls") -> Vendor:
    """A vendor whose registration ends so many days after today."""
    expires_on = TODAY + timedelta(days=days)
    return upsert_vendor(name=name, registration_number="C-1", registration_expires_on=expires_on, act=Act("ops"))


def hire(agent: str = "va1", name: str = "Atlantic Calls") -> VendorAgent:
    return assign_agent(agent=agent, vendor=name, act=Act("ops"))


def claimed(owner: str = "va1", now: datetime | None = None) -> list[int]:
    return [one.task.id for one in claim_due(owner=owner, act=Act(at=now))]


# Claims -----------------------------------------------------------------------------------------------------------------


def test_an_agent_of_a_vendor_claims_until_the_end_of_the_last_day_of_its_registration() -> None:
    task = TaskFactory.create(due_at=NOON)
    vendor(days=0)
    hire()
    assert claimed() == [task.id]
    release_leases(task_ids=[task.id], owner="va1", act=Act())
    vendor(days=-1)
    with pytest.raises(VendorNotRegistered) as refusal:
        claimed()
    assert refusal.value.detail == (
        "va1 works for Atlantic Calls, whose registration with the National DNCL ended on 2026-12-14: it claims nothing."
    )
    task.refresh_from_db()
    assert (task.leased_by, task.leased_until) == (None, None)


def test_the_last_day_ends_in_utc() -> None:
    vendor(days=0)
    hire()
    midnight = NOON.replace(hour=0) + timedelta(days=1)
    assert claimed(now=midnight - timedelta(microseconds=1)) == []
    with pytest.raises(VendorNotRegistered):
        claimed(now=midnight)


def test_other_agents_claim_without_a_registration() -> None:
    task = TaskFactory.create(due_at=NOON)
    vendor(days=-1)
    vendor(days=9, name="Pacific Calls")
    hire("va2")
    hire("va3", "Pacific Calls")
    for agent in ("va1", "va3"):
        assert claimed(agent) == [task.id]
        release_leases(task_ids=[task.id], owner=agent, act=Act())
    hire("va2", "Pacific Calls")  # an agent works for one vendor at most
    assert VendorAgent.objects.filter(agent="va2").count() == 1
    assert claimed("va2") == [task.id]


def test_an_agent_removed_from_a_vendor_claims_freely_and_a_renewal_counts_at_once() -> None:
    task = TaskFactory.create(due_at=NOON)
    vendor(days=-1)
    hire()
    assert release_agent(agent="va1", act=Act("ops", reason="our own now"))
    assert not release_agent(agent="va1", act=Act("ops"))
    assert claimed() == [task.id]
    hire()
    with pytest.raises(VendorNotRegistered):
        renew_leases(task_ids=[task.id], owner="va1", act=Act())
    vendor(days=90)
    assert renew_leases(task_ids=[task.id], owner="va1", act=Act()).renewed == [task.id]


def test_an_agent_without_registration_still_records_contacts_and_gives_tasks_back() -> None:
    task, other = TaskFactory.create(due_at=NOON), TaskFactory.create(due_at=NOON)
    vendor(days=1)
    hire()
    assert set(claimed()) == {task.id, other.id}
    vendor(days=-1)
    assert complete_task(task.id, "va1").completed_at == NOON
    assert release_leases(task_ids=[other.id], owner="va1", act=Act()).released == [other.id]
    assert [one.id for one in due_tasks()] == [other.id]  # a list to read


def test_the_api_refuses_the_agent_under_either_name(agent: APIClient, operator: APIClient) -> None:
    TaskFactory.create(due_at=NOON)
    vendor(days=-1)
    name = User.objects.get(groups__name="agent").username
    hire(name)
    answer = agent.post(CLAIM)
    assert (answer.status_code, codes(answer)) == (409, ["vendor_not_registered"])
    assert "Atlantic Calls" in answer.json()["errors"][0]["detail"]
    assert operator.post(CLAIM, {"owner": name}).status_code == 409  # claimed for the agent by a dialer
    release_agent(agent=name, act=Act("ops"))
    hire(User.objects.get(groups__name="operator").username)
    assert codes(operator.post(CLAIM, {"owner": "somebody"})) == ["vendor_not_registered"]  # claimed by the agent for others
    assert len(agent.post(CLAIM).json()) == 1


def test_the_work_queue_gives_the_reason(user_of: Callable[..., User]) -> None:
    TaskFactory.create(due_at=NOON)
    vendor(days=-1)
    hire("va9")
    browser = signed_in(user_of("agent", username="va9"))
    page = browser.post(reverse("admin:followups_followuptask_queue"), {"act": "next"}, follow=True).content.decode()
    assert "whose registration with the National DNCL ended on 2026-12-14" in page
    assert not FollowupTask.objects.filter(leased_by="va9").exists()


def test_an_agent_who_may_not_claim_gets_no_new_ladder() -> None:
    for agent in ("va1", "va2"):
        PoolAgentFactory.create(agent=agent)
    vendor(days=-1)
    hire("va1")
    assert [next_agent("ON", "TORONTO", NOON) for _ in range(3)] == ["va2"] * 3
    hire("va2")
    assert next_agent("ON", "TORONTO", NOON) is None
    vendor(days=0)
    assert next_agent("ON", "TORONTO", NOON) in ("va1", "va2")


# The registry -----------------------------------------------------------------------------------------------------------


def test_a_vendor_and_its_agents_have_a_history() -> None:
    vendor(days=1)
    vendor(days=90)
    hire()
    release_agent(agent="va1", act=Act("ops", reason="left"))
    assert [one.registration_expires_on for one in Vendor.history.order_by("history_id")] == [
        TODAY + timedelta(days=1),
        TODAY + timedelta(days=90),
    ]
    assert [one.history_type for one in VendorAgent.history.order_by("history_id")] == ["+", "-"]


def test_an_agent_is_assigned_only_to_an_existing_vendor() -> None:
    with pytest.raises(VendorNotFound):
        hire(name="Nobody")
    assert not VendorAgent.objects.exists()


def test_the_api_changes_the_registry(operator: APIClient) -> None:
    given = {"name": " Atlantic Calls ", "registration_number": "C-1", "registration_expires_on": "2027-06-30"}
    row = operator.post(f"{API}/upsert", {**given, "reason": "contract"}).json()
    assert (row["name"], row["registration_expires_on"], row["reason"]) == ("Atlantic Calls", "2027-06-30", "contract")
    assert operator.post(f"{API}/upsert", {**given, "registration_number": "C-2"}).json()["id"] == row["id"]
    assigned = operator.post(f"{API}/agents/assign", {"agent": "va1", "vendor": "Atlantic Calls"}).json()
    assert (assigned["agent"], assigned["vendor"]) == ("va1", "Atlantic Calls")
    assert [one["registration_number"] for one in operator.get(API).json()] == ["C-2"]
    assert operator.get(f"{API}/agents").json() == [assigned]
    for removed in (True, False):
        assert operator.post(f"{API}/agents/remove", {"agent": "va1"}).json() == {"removed": removed}


@pytest.mark.parametrize(
    ("path", "body", "status", "attr"),
    [
        ("upsert", {"name": "A", "registration_number": "C-1"}, 400, "registration_expires_on"),
        ("upsert", {"name": "A", "registration_number": "C-1", "registration_expires_on": "9999-12-31"}, 400, None),
        ("upsert", {"registration_number": "C-1", "registration_expires_on": "2027-06-30"}, 400, "name"),
        ("upsert", {"name": "A", "registration_number": "", "registration_expires_on": "2027-06-30"}, 400, None),
        ("upsert", {"name": "\x00", "registration_number": "C", "registration_expires_on": "2027-06-30"}, 400, "name"),
        ("agents/assign", {"agent": "va1", "vendor": "Nobody"}, 404, "vendor"),
        ("agents/assign", {"agent": "va1"}, 400, "vendor"),
        ("agents/assign", {"agent": ["va1"], "vendor": "A"}, 400, "agent"),
        ("agents/remove", {}, 400, "agent"),
    ],
)
def test_the_api_names_wrong_values(operator: APIClient, path: str, body: Any, status: int, attr: str | None) -> None:
    answer = operator.post(f"{API}/{path}", body, format="json")
    assert answer.status_code == status
    assert attr is None or set(attrs(answer)) == {attr}
    assert not Vendor.objects.exists()


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


def test_the_admin_changes_the_registry(ops: Client) -> None:
    form = form_with(ops.get(f"{VENDORS}add/"), "why")
    given = {"name": "Atlantic Calls", "registration_number": "C-1", "registration_expires_on": "2027-06-30"}
    assert ops.post(f"{VENDORS}add/", {**form, **given, "registration_expires_on": "9999-12-31"}).status_code == 200
    ops.post(f"{VENDORS}add/", {**form, **given, "why": "contract"})
    stored = Vendor.objects.get()
    page = reverse("admin:followups_vendor_change", args=[stored.pk])
    ops.post(page, {**form_with(ops.get(page), "why"), "registration_expires_on": "2026-01-31", "why": "it ended"})
    stored.refresh_from_db()
    assert (stored.registration_expires_on, stored.changed_by, stored.reason) == (date(2026, 1, 31), "ops", "it ended")
    assert "Ended: its agents claim nothing" in ops.get(VENDORS).content.decode()

    form = form_with(ops.get(f"{AGENTS}add/"), "why")
    ops.post(f"{AGENTS}add/", {**form, "agent": "va1", "vendor": str(stored.pk), "why": "started"})
    agent = VendorAgent.objects.get()
    assert (agent.agent, agent.vendor, agent.reason) == ("va1", stored, "started")
    assert "va1" in ops.get(AGENTS).content.decode()
    remove = reverse("admin:followups_vendoragent_remove", args=[agent.pk])
    assert ops.post(remove, {"reason": "left"}).status_code == 302
    assert not VendorAgent.objects.exists()


@pytest.mark.parametrize(
    ("days", "ok", "says"),
    [
        (None, True, "No vendor calls for us."),
        (-1, False, "The registration has ended of Atlantic Calls"),
        (0, False, "It ends within 30 days for Atlantic Calls."),
        (30, False, "It ends within 30 days for Atlantic Calls."),
        (31, True, "Registered: Atlantic Calls."),
    ],
)
def test_the_runbook_warns_before_a_registration_ends(days: int | None, ok: bool, says: str) -> None:
    if days is not None:
        vendor(days=days)
    finding = vendors_check(NOON)
    assert (finding.ok, says in finding.message) == (ok, True)


@pytest.mark.parametrize(
    ("days", "ok", "says"),
    [
        (None, True, "No contract with a vendor has an end."),
        (-1, False, "The contract has ended with Atlantic Calls."),
        (0, False, "It ends within 30 days with Atlantic Calls."),
        (30, False, "It ends within 30 days with Atlantic Calls."),
        (31, True, "The next contract ends on Jan 15, 2027."),
    ],
)
def test_the_runbook_warns_before_a_contract_ends(days: int | None, ok: bool, says: str) -> None:
    upsert_vendor(
        name="Atlantic Calls",
        registration_number="C-1",
        registration_expires_on=date(2030, 1, 1),
        contract_ends_on=None if days is None else NOON.date() + timedelta(days=days),
        act=Act("op"),
    )
    finding = vendor_contracts(NOON)
    assert (finding.ok, says in finding.message) == (ok, True)
