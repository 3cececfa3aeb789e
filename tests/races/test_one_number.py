"""Ladders of leads that share a number, leads that change, and outcomes, all at once: one open ladder, and no deadlock."""

import time
from collections import Counter
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from followups.ladders import bulk
from followups.ladders.errors import NoLadder
from followups.ladders.models import FollowupLadder
from followups.leads.models import Lead
from followups.leads.services import upsert_lead, upsert_leads
from followups.services import complete_task, start_ladder
from followups.tasks.models import FollowupTask
from governance import gate
from governance.clocks.markets import one_markets
from kpi.models import KPIEvent
from tests.factories import NOON, LeadFactory
from tests.moving import hold_lead, mark_wrong
from tests.races.conftest import CLIENTS
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

CREATE, BULK, INBOUND = "/api/followups/ladder/create", "/api/followups/ladder/bulk", "/api/followups/inbound"
UPSERT = "/api/followups/leads/upsert"
PHONE = "+14165550123"
ROUNDS = 4


def number(n: int) -> str:
    return f"+1416555{n:04}"


def assert_one_open_ladder_a_number() -> None:
    """Check that a number has at most one open ladder, and a lead whose status ends the hunt only a restarted one."""
    followed = Lead.objects.filter(pk__in=FollowupLadder.objects.open().values("lead__pk"))
    phones = Counter(followed.exclude(phone="").values_list("phone", flat=True))
    assert [phone for phone, leads in phones.items() if leads > 1] == []
    assert not followed.exclude(status__in=("NEW", "CONTACTED")).exists()
    for ladder in FollowupLadder.objects.all():
        open_tasks = ladder.tasks.open().count()
        assert (ladder.open_steps, ladder.closed_at is None) == (open_tasks, open_tasks > 0)
    assert KPIEvent.objects.filter(metric="ladder_created").count() == FollowupLadder.objects.count()


def no_error(answers: list[Any]) -> bool:
    return [answer for answer in answers if isinstance(answer, Exception)] == []


def test_two_creates_for_two_leads_of_one_number_start_one_ladder(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    for n in range(20):
        for lead in range(2):
            LeadFactory.create(lead_id=f"L{n}-{lead}", phone=number(n))

        def create(who: int, n: int = n) -> int:
            return operators[who].post(CREATE, {"lead_id": f"L{n}-{who}", "province": "ON"}).status_code

        assert sorted(run_together(2, create)) == [201, 409]
    assert FollowupLadder.objects.count() == 20
    assert_one_open_ladder_a_number()


@pytest.mark.parametrize("shared", [{"phone": PHONE}, {"phone": "", "email": "owner@example.ca"}])
def test_many_creates_for_many_leads_of_one_number_start_one_ladder(
    operators: list[APIClient], run_together: Callable[..., list[Any]], shared: dict[str, str]
) -> None:
    for n in range(CLIENTS):
        LeadFactory.create(lead_id=f"L{n}", **shared)
    answers = run_together(CLIENTS, lambda n: operators[n].post(CREATE, {"lead_id": f"L{n}", "province": "ON"}))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CLIENTS - 1}
    started = FollowupLadder.objects.get().lead_id
    told = {answer.json()["errors"][0]["detail"] for answer in answers if answer.status_code == 409}
    assert [f"Lead {started} " in detail for detail in told] == [True]


def test_creates_and_bulk_calls_of_leads_with_shared_numbers_leave_one_ladder(
    operators: list[APIClient], run_together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "BATCH", 5)
    for n in range(24):
        LeadFactory.create(lead_id=f"L{n}", phone=number(n % 4), email=f"{n % 3}@example.ca")

    def act(who: int) -> int:
        if who % 4 == 0:
            rows = [{"lead_id": f"L{(n * 7 + who) % 24}"} for n in range(24)]
            return operators[who].post(BULK, {"ladders": rows}).status_code
        return operators[who].post(CREATE, {"lead_id": f"L{who}", "province": "ON", "restart": who % 2}).status_code

    assert set(run_together(24, act)) <= {200, 201, 409}
    assert_one_open_ladder_a_number()


def test_creates_and_changes_of_numbers_leave_one_ladder_for_each_number(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    """In either order: a create after a change sees it, and a change after a create cancels the ladder."""
    for round_ in range(ROUNDS):
        for n in range(8):
            LeadFactory.create(lead_id=f"L{round_}-{n}", phone=number(n))

        def act(who: int, round_: int = round_) -> int:
            lead = f"L{round_}-{who // 2 % 8}"
            if who % 2:
                return operators[who].post(UPSERT, {"lead_id": lead, "phone": number(who % 3 * 2)}).status_code
            return operators[who].post(CREATE, {"lead_id": lead, "province": "ON"}).status_code

        assert set(run_together(32, act)) <= {200, 201, 409}
        assert_one_open_ladder_a_number()


def test_creates_restarts_imports_and_statuses_of_the_same_leads_do_not_deadlock(
    operators: list[APIClient], run_together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.lists.upserting.BATCH", 4)
    for n in range(12):
        LeadFactory.create(lead_id=f"L{n}", phone=number(n % 6))

    def act(who: int) -> Any:
        lead = f"L{who % 12}"
        if who % 4 == 0:
            rows = [
                {"lead_id": f"L{(n * 5 + who) % 12}", "phone": number((n + who) % 6), "source": str(who)} for n in range(12)
            ]
            return upsert_leads(rows, act=Act())
        if who % 4 == 1:
            return upsert_lead(lead_id=lead, status=("DEAD", "APPOINTMENT")[who % 2], act=Act())
        return operators[who].post(CREATE, {"lead_id": lead, "province": "ON", "restart": who % 4 == 2}).status_code

    assert no_error(run_together(32, act))
    assert_one_open_ladder_a_number()


def test_leads_that_become_known_while_their_ladders_start_share_no_number(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    for round_ in range(ROUNDS):

        def act(who: int, round_: int = round_) -> int:
            lead = f"L{round_}-{who // 2}"
            if who % 2:
                given = {"lead_id": lead, "province": "ON", "phone": number(round_)}
                return operators[who].post(UPSERT, given).status_code
            return operators[who].post(CREATE, {"lead_id": lead, "province": "ON"}).status_code

        assert set(run_together(16, act)) <= {200, 201, 409}
        assert_one_open_ladder_a_number()


def test_a_stop_among_creates_and_changes_of_one_number_leaves_no_open_step(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    for round_ in range(ROUNDS):
        for n in range(4):
            LeadFactory.create(lead_id=f"L{round_}-{n}", phone=number(round_))

        def act(who: int, round_: int = round_) -> int:
            if who == 0:
                stop = {"phone": number(round_), "channel": "SMS", "text": "STOP ALL"}
                return operators[who].post(INBOUND, stop).status_code
            lead = f"L{round_}-{who % 4}"
            if who % 3 == 0:
                return operators[who].post(UPSERT, {"lead_id": lead, "source": str(who)}).status_code
            return operators[who].post(CREATE, {"lead_id": lead, "province": "ON", "restart": who % 3 == 1}).status_code

        assert set(run_together(16, act)) <= {200, 201, 409}
        assert not FollowupTask.objects.open().exists()


def started(lead_id: str) -> str:
    """Try to start the lead's ladder. Return the code of the refusal, or that the ladder is open."""
    try:
        start_ladder(lead_id=lead_id, province="ON", act=Act())
    except NoLadder as refusal:
        return refusal.code
    return "open"


def test_a_create_starts_over_when_its_lead_gets_another_number_meanwhile(
    run_together: Callable[..., list[Any]],
) -> None:
    """It waits for the old number's lock. Meanwhile the lead gets the number of a lead with an uncommitted ladder."""
    LeadFactory.create(lead_id="L1", phone=PHONE)
    LeadFactory.create(lead_id="L2", phone=number(1))
    is_held, is_changed, is_started = Event(), Event(), Event()

    def act(who: int) -> str:
        if who == 0:
            with transaction.atomic():
                gate.lock_points([("PHONE", number(1))])
                is_held.set()
                is_started.wait(5)
                time.sleep(0.5)  # the create has read the old number and waits for our lock
                Lead.objects.filter(lead_id="L2").update(phone=PHONE)
            is_changed.set()
            return "changed"
        if who == 1:
            with transaction.atomic():
                answer = started("L1")
                is_started.set()
                is_changed.wait(5)
                time.sleep(0.5)
                return answer
        is_held.wait(5)
        return started("L2")

    assert run_together(3, act) == ["changed", "open", "already_followed_up"]
    assert_one_open_ladder_a_number()


def one(lead_id: str, **settings: Any) -> None:
    upsert_lead(lead_id=lead_id, act=Act(), **settings)


def many(lead_id: str, **settings: Any) -> None:
    upsert_leads([{"lead_id": lead_id, **settings}, {"lead_id": "L9", "province": "ON"}], act=Act())


@pytest.mark.parametrize("store", [one, many])
@pytest.mark.parametrize(
    ("lead_id", "settings"),
    [("L2", {"phone": PHONE}), ("NEW", {"province": "ON", "phone": PHONE}), ("L1", {"status": "DEAD"})],
    ids=["another's number", "becomes known", "dead"],
)
def test_a_change_waits_for_a_create_of_the_same_number(
    run_together: Callable[..., list[Any]], store: Callable[..., None], lead_id: str, settings: dict[str, str]
) -> None:
    """Otherwise neither would see the other, and both ladders, or that of a dead lead, would stay open."""
    LeadFactory.create(lead_id="L1", phone=PHONE)
    LeadFactory.create(lead_id="L2", phone=number(1))
    for other in ("L2", "NEW"):
        start_ladder(lead_id=other, province="ON", act=Act())
    is_started, is_stored = Event(), Event()

    def act(who: int) -> Any:
        if who == 0:
            with transaction.atomic():
                answer = started("L1")
                is_started.set()
                return answer, is_stored.wait(1)
        is_started.wait(5)
        store(lead_id, **settings)
        is_stored.set()
        return "stored"

    assert run_together(2, act) == [("open", False), "stored"]
    assert_one_open_ladder_a_number()


# Statuses ---------------------------------------------------------------------------------------------------------------


def test_a_status_set_by_an_outcome_survives_a_batch_that_read_before_it(
    run_together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    LeadFactory.create(lead_id="L1")
    LeadFactory.create(lead_id="L2")
    task = start_ladder(lead_id="L1", province="ON", act=Act()).tasks[0]
    has_read, has_moved = Event(), Event()

    def slowly(places: Any) -> Any:
        has_read.set()
        has_moved.wait(1)  # the outcome waits for the batch, so it cannot come before
        return one_markets(places)

    # A batch calls this between reading its leads and writing them.
    monkeypatch.setattr("followups.leads.storing.one_markets", slowly)

    def act(who: int) -> str:
        if who == 0:
            upsert_leads(
                [{"lead_id": "L1", "source": "list", "first_name": "Bo"}, {"lead_id": "L2", "source": "list"}], act=Act()
            )
            return "stored"
        has_read.wait()
        complete_task(task.pk, "va1", outcome="APPOINTMENT")
        has_moved.set()
        return "moved"

    assert run_together(2, act) == ["stored", "moved"]
    lead = Lead.objects.get(lead_id="L1")
    assert (lead.status, lead.source, lead.first_name) == ("APPOINTMENT", "list", "Bo")
    assert not FollowupLadder.objects.open().exists()


def test_outcomes_survive_concurrent_imports_of_an_older_status(
    run_together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.lists.upserting.BATCH", 3)
    tasks = {}
    for n in range(8):
        LeadFactory.create(lead_id=f"L{n}")
        tasks[n] = start_ladder(lead_id=f"L{n}", province="ON", act=Act()).tasks[0].pk

    def act(who: int) -> Any:
        if who < 8:
            return complete_task(tasks[who], "va1", outcome=("REACHED", "NOT_INTERESTED")[who % 2])
        order = 1 if who % 2 else -1
        rows = [{"lead_id": f"L{n}", "status": "NEW", "source": str(who), "score": f"0.{who}"} for n in range(8)]
        return upsert_leads(rows[::order], act=Act())

    assert no_error(run_together(14, act))
    assert dict(Lead.objects.values_list("lead_id", "status")) == {
        f"L{n}": ("CONTACTED", "NOT_INTERESTED")[n % 2] for n in range(8)
    }
    assert_one_open_ladder_a_number()


def test_restarts_and_outcomes_that_end_the_hunt_leave_no_open_ladder_of_a_finished_lead(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    for round_ in range(ROUNDS * 2):
        LeadFactory.create(lead_id=f"L{round_}", phone=number(round_))
        task = start_ladder(lead_id=f"L{round_}", province="ON", act=Act()).tasks[0].pk

        def act(who: int, round_: int = round_, task: int = task) -> Any:
            if who == 0:
                return complete_task(task, "va1", outcome="APPOINTMENT")
            return operators[who].post(CREATE, {"lead_id": f"L{round_}", "province": "ON", "restart": True}).status_code

        _, *restarts = run_together(6, act)
        assert set(restarts) <= {201, 409}
        assert_one_open_ladder_a_number()


def test_wrong_number_flags_agree_with_the_list_while_files_bring_numbers(
    run_together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flag always agrees with the list of wrong numbers for the lead's present number."""
    for n in range(6):
        LeadFactory.create(lead_id=f"L{n}", phone=number(n))

    def act(who: int) -> Any:
        if who < 6:
            with transaction.atomic():
                hold_lead(f"L{who}")
                mark_wrong(f"L{who}", "CALL", Act("va1", correlation_id="C-1", at=NOON))
            return None
        return upsert_leads([{"lead_id": f"L{n}", "phone": number(n + who % 2)} for n in range(6)], act=Act())

    assert no_error(run_together(12, act))
    for lead in Lead.objects.all():
        assert lead.phone_is_wrong is (lead.phone in lead.wrong_contacts)
        assert len(lead.wrong_contacts) == 1
