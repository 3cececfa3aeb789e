"""No new ladder in the cooling-off time, after a status that ends the hunt, or for a wrong number."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from pytest_django import Settings
from rest_framework.test import APIClient

from followups.ladders.bulk import Start, start_ladders
from followups.ladders.errors import LeadClosed, RecentlyFollowedUp
from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder, restart_ladder
from followups.leads.models import Lead
from followups.leads.services import upsert_lead, upsert_leads
from followups.models import LadderTemplate
from followups.services import complete_task, start_ladder
from followups.tasks.models import FollowupTask, TaskEvent
from governance.ledger.opt_outs import record_opt_out
from governance.policies import upsert
from kpi.models import KPIEvent
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory
from tests.moving import mark_wrong
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

CREATE, BULK = "/api/followups/ladder/create", "/api/followups/ladder/bulk"
ENDED = NOON + timedelta(hours=1)  # when the ladder of `followed_up` ended
COOLED_OFF = ENDED + timedelta(days=90)
PHONE, OTHER_PHONE = "+14165550123", "+14165550124"


def followed_up(lead_id: str = "L1", outcome: str | None = "REACHED") -> FollowupLadder:
    """A ladder with a contact that was cancelled an hour after noon."""
    task = start_ladder(lead_id=lead_id, province="ON", act=Act(at=NOON)).tasks[0]
    complete_task(task.pk, "va1", outcome=outcome, now=NOON + timedelta(minutes=5))
    if FollowupLadder.objects.open().filter(pk=task.ladder_id).exists():
        cancel_ladder(task.ladder_id, act=Act(reason="enough", at=ENDED))
    return FollowupLadder.objects.get(pk=task.ladder_id)


def start(lead_id: str = "L1", now: datetime = ENDED + timedelta(days=1), reason: str = "", **more: Any) -> Any:
    return start_ladder(lead_id=lead_id, province="ON", act=Act(reason=reason, at=now), **more)


def refused(lead_id: str = "L1", **more: Any) -> str:
    """The code of the refusal of a bulk row, or ""."""
    (answer,) = start_ladders([Start(lead_id, "ON")], act=Act(at=more.get("now", ENDED + timedelta(days=1))))
    return answer.refusal.code if answer.refusal else ""


# The cooling-off time ---------------------------------------------------------------------------------------------------


@time_machine.travel(ENDED + timedelta(days=1), tick=False)
def test_a_lead_in_its_cooling_off_time_gets_no_ladder_and_the_date_is_given(integrator: APIClient) -> None:
    followed_up()
    answer = integrator.post(CREATE, {"lead_id": "L1", "province": "ON"})
    assert (answer.status_code, codes(answer)) == (409, ["recently_followed_up"])
    detail = answer.json()["errors"][0]["detail"]
    assert "2027-03-15T19:00:00Z" in detail
    assert "restart=true with a reason" in detail
    assert FollowupLadder.objects.count() == KPIEvent.objects.filter(metric="ladder_created").count() == 1


def test_the_cooling_off_time_ends_to_the_instant() -> None:
    followed_up()
    with pytest.raises(RecentlyFollowedUp):
        start(now=COOLED_OFF - timedelta(microseconds=1))
    assert start(now=COOLED_OFF).created


@pytest.mark.parametrize(("days", "is_over"), [(0, True), (10, True), (11, False), (3650, False)])
def test_the_cooling_off_time_is_a_setting(settings: Settings, days: int, is_over: bool) -> None:
    followed_up()
    settings.COOLING_OFF_DAYS = days
    assert bool(refused(now=ENDED + timedelta(days=10))) is not is_over


def test_a_ladder_without_a_contact_starts_no_cooling_off() -> None:
    cancel_ladder(
        start_ladder(lead_id="L1", province="ON", act=Act(at=NOON)).tasks[0].ladder_id, act=Act(reason="a mistake", at=ENDED)
    )
    assert start().created


def test_an_older_ladder_with_a_contact_counts_after_one_without() -> None:
    followed_up()
    last = start(restart=True, reason="called us").tasks[0].ladder_id
    cancel_ladder(last, act=Act(reason="a mistake", at=ENDED + timedelta(days=2)))
    with pytest.raises(RecentlyFollowedUp):
        start(now=COOLED_OFF - timedelta(days=1))
    assert start(now=COOLED_OFF).created


def test_the_cooling_off_of_a_finished_ladder_counts_from_its_last_contact() -> None:
    for task in start_ladder(lead_id="L1", province="ON", act=Act(at=NOON)).tasks:
        complete_task(task.pk, "va1", now=ENDED)
    assert refused() == "recently_followed_up"


def test_a_ladder_without_a_lead_has_no_cooling_off() -> None:
    task = start_ladder(province="ON", act=Act(at=NOON)).tasks[0]
    complete_task(task.pk, "va1", now=NOON)
    assert start_ladder(province="ON", act=Act(at=ENDED)).created


def test_bulk_refuses_such_a_row_with_the_same_code_and_date(operator: APIClient) -> None:
    with time_machine.travel(ENDED + timedelta(days=1), tick=False):
        followed_up()
        answer = operator.post(BULK, {"ladders": [{"lead_id": "L1", "province": "ON"}, {"lead_id": "L2", "province": "ON"}]})
    first, second = answer.json()["results"]
    assert (first["status"], first["code"], second["status"]) == ("refused", "recently_followed_up", "created")
    assert "2027-03-15T19:00:00Z" in first["detail"]


def test_a_retry_while_the_ladder_is_open_gets_the_same_answer() -> None:
    task = start_ladder(lead_id="L1", province="ON", act=Act(at=NOON)).tasks[0]
    complete_task(task.pk, "va1", now=NOON)
    assert not start().created
    assert refused() == ""


# With a reason ----------------------------------------------------------------------------------------------------------


def test_a_restart_with_a_reason_starts_and_keeps_the_reason(integrator: APIClient) -> None:
    with time_machine.travel(ENDED + timedelta(days=1), tick=False):
        followed_up()
        answer = integrator.post(CREATE, {"lead_id": "L1", "province": "ON", "restart": True, "reason": "called us"})
    assert answer.status_code == 201
    new = FollowupLadder.objects.latest("id")
    assert (new.reason, new.created_by, new.open_steps) == ("called us", "integrator", 6)
    row = integrator.get(f"/api/followups/ladders/{new.pk}").json()
    assert row["reason"] == "called us"


@pytest.mark.parametrize("more", [{"restart": True}, {"reason": "called us"}, {"restart": True, "reason": "  "}])
def test_a_restart_needs_both_the_flag_and_a_reason(integrator: APIClient, more: dict[str, Any]) -> None:
    with time_machine.travel(ENDED + timedelta(days=1), tick=False):
        followed_up()
        answer = integrator.post(CREATE, {"lead_id": "L1", "province": "ON", **more})
    assert codes(answer) == ["recently_followed_up"]


def test_a_restart_of_an_open_ladder_needs_no_reason() -> None:
    followed_up()
    start(restart=True, reason="called us")
    again = start(restart=True)
    assert again.created
    assert again.tasks[0].ladder.reason == ""
    assert {line.reason for line in TaskEvent.objects.filter(kind="CANCELLED")} == {"enough", "restarted"}


def test_the_reason_of_a_restart_is_that_of_the_cancelled_steps() -> None:
    start_ladder(lead_id="L1", province="ON", act=Act(at=NOON))
    start(restart=True, reason="another house")
    assert set(FollowupTask.objects.exclude(cancelled_at=None).values_list("cancel_reason", flat=True)) == {"another house"}


def test_restarting_a_ladder_by_id_always_needs_a_reason() -> None:
    ladder = followed_up()
    new = restart_ladder(ladder.pk, act=Act(reason="called us", at=ENDED + timedelta(days=1))).tasks[0].ladder
    assert (new.lead_id, new.reason) == ("L1", "called us")


# Statuses ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", Lead.Status.values)
def test_a_lead_with_a_status_that_ends_the_hunt_gets_no_ladder(integrator: APIClient, status: str) -> None:
    LeadFactory.create(lead_id="L1", status=status)
    answer = integrator.post(CREATE, {"lead_id": "L1", "province": "ON"})
    if status in ("NEW", "CONTACTED"):
        assert answer.status_code == 201
        return
    assert (answer.status_code, codes(answer)) == (409, ["lead_closed"])
    assert status in answer.json()["errors"][0]["detail"]
    assert refused() == "lead_closed"
    assert not FollowupLadder.objects.exists()


@pytest.mark.parametrize("status", ["APPOINTMENT", "UNDER_CONTRACT", "NOT_INTERESTED"])
def test_a_reason_starts_a_ladder_in_spite_of_the_status(status: str) -> None:
    LeadFactory.create(lead_id="L1", status=status)
    with pytest.raises(LeadClosed, match="restart=true with a reason"):
        start(restart=True)
    assert start(restart=True, reason="called us").created
    assert Lead.objects.get().status == status


@pytest.mark.parametrize("status", ["CLOSED", "DEAD"])
def test_a_closed_or_dead_lead_gets_no_ladder_whatever_the_reason(status: str) -> None:
    lead = LeadFactory.create(lead_id="L1")
    ladder = followed_up().pk
    Lead.objects.filter(pk=lead.pk).update(status=status)
    with pytest.raises(LeadClosed, match="Change it first, with a reason"):
        start(restart=True, reason="called us")
    with pytest.raises(LeadClosed):
        restart_ladder(ladder, act=Act(reason="called us", at=ENDED))


# The order of the answers -----------------------------------------------------------------------------------------------


def test_the_first_obstacle_is_named(integrator: APIClient) -> None:
    """The obstacles are removed one after the other."""
    LeadFactory.create(lead_id="L1", phone=PHONE)
    LeadFactory.create(lead_id="OTHER", phone=OTHER_PHONE)
    start_ladder(lead_id="OTHER", province="ON", act=Act(at=NOON))
    followed_up()
    mark_wrong("L1", "CALL", Act("va1", correlation_id="C", at=NOON))
    Lead.objects.filter(lead_id="L1").update(status="DEAD")
    upsert(LadderTemplate, province="ON", enabled=False, expected_version=1, act=Act("me"))
    record_opt_out(points=[("PHONE", PHONE)], act=Act("me", at=NOON))

    def answered() -> str:
        with time_machine.travel(ENDED + timedelta(days=1), tick=False):
            answer = integrator.post(CREATE, {"lead_id": "L1", "province": "ON"})
            assert refused() == codes(answer)[0]
        return codes(answer)[0]

    assert answered() == "lead_opted_out"
    Lead.objects.filter(lead_id="L1").update(phone=OTHER_PHONE, wrong_contacts=[OTHER_PHONE])
    assert answered() == "lead_closed"
    Lead.objects.filter(lead_id="L1").update(status="CONTACTED")
    assert answered() == "wrong_number"
    Lead.objects.filter(lead_id="L1").update(phone_is_wrong=False)
    assert answered() == "already_followed_up"
    Lead.objects.filter(lead_id="OTHER").update(phone="")
    assert answered() == "recently_followed_up"
    FollowupLadder.objects.filter(lead_id="L1").update(closed_at=NOON - timedelta(days=90))
    assert answered() == "ladder_template_disabled"


def test_a_missing_template_is_named_after_all_other_obstacles() -> None:
    LeadFactory.create(lead_id="L1", status="DEAD")
    LeadFactory.create(lead_id="L2")
    LadderTemplate.objects.all().delete()
    assert (refused("L1"), refused("L2")) == ("lead_closed", "ladder_template_disabled")


# Wrong numbers ----------------------------------------------------------------------------------------------------------


def wrong(lead_id: str = "L1", channel: str = "CALL") -> None:
    mark_wrong(lead_id, channel, Act("va1", correlation_id="C-1", at=NOON))


def test_a_wrong_number_is_marked_and_gets_no_ladder(integrator: APIClient) -> None:
    LeadFactory.create(lead_id="L1", phone=PHONE)
    wrong()
    lead = Lead.objects.get()
    assert (lead.phone_is_wrong, lead.email_is_wrong, lead.wrong_contacts) == (True, False, [PHONE])
    assert (lead.changed_by, lead.updated_at) == ("va1", NOON)
    answer = integrator.post(CREATE, {"lead_id": "L1", "province": "ON", "restart": True, "reason": "again"})
    assert (answer.status_code, codes(answer)) == (409, ["wrong_number"])
    assert refused() == "wrong_number"
    shown = integrator.get("/api/followups/leads", {"lead_id": "L1"}).json()["results"][0]
    assert (shown["phone_is_wrong"], shown["email_is_wrong"]) == (True, False)
    assert "wrong_contacts" not in shown


def test_a_wrong_address_at_an_email_step_is_marked() -> None:
    LeadFactory.create(lead_id="L1", phone=PHONE, email="a@example.ca")
    wrong(channel="EMAIL")
    lead = Lead.objects.get()
    assert (lead.phone_is_wrong, lead.email_is_wrong, lead.wrong_contacts) == (False, True, ["a@example.ca"])
    assert start().created  # the template has calls and text messages


def test_a_lead_without_a_number_has_no_wrong_number() -> None:
    LeadFactory.create(lead_id="L1", phone="")
    wrong()
    wrong("NOBODY")
    assert (Lead.objects.get().phone_is_wrong, Lead.objects.get().wrong_contacts) == (False, [])


@pytest.mark.parametrize("store", [partial(upsert_lead, act=Act()), lambda **row: upsert_leads([row], act=Act())])
def test_a_new_number_allows_a_ladder_and_the_old_one_stays_wrong(store: Callable[..., Any]) -> None:
    LeadFactory.create(lead_id="L1", phone=PHONE)
    wrong()
    store(lead_id="L1", phone=PHONE, first_name="Ana")
    assert Lead.objects.get().phone_is_wrong
    store(lead_id="L1", phone=OTHER_PHONE)
    assert not Lead.objects.get().phone_is_wrong
    assert refused() == ""
    store(lead_id="L1", phone=PHONE)
    lead = Lead.objects.get()
    assert (lead.phone_is_wrong, lead.wrong_contacts) == (True, [PHONE])


def test_a_wrong_number_does_not_count_as_a_contact_once_there_is_a_new_number() -> None:
    LeadFactory.create(lead_id="L1", phone=PHONE)
    task = start_ladder(lead_id="L1", province="ON", act=Act(at=NOON)).tasks[0]
    complete_task(task.pk, "va1", outcome="WRONG_NUMBER", now=ENDED)
    wrong()
    assert refused() == "wrong_number"
    upsert_lead(lead_id="L1", phone=OTHER_PHONE, act=Act())
    assert refused() == ""


def test_a_wrong_number_counts_as_a_contact_while_there_is_no_other() -> None:
    LeadFactory.create(lead_id="L1", phone=PHONE)
    followed_up(outcome="WRONG_NUMBER")
    wrong()
    upsert_lead(lead_id="L1", phone="", act=Act())
    assert refused() == "recently_followed_up"
    task = start_ladder(lead_id="NOBODY", province="ON", act=Act(at=NOON)).tasks[0]
    complete_task(task.pk, "va1", outcome="WRONG_NUMBER", now=ENDED)
    assert refused("NOBODY") == "recently_followed_up"


@pytest.mark.parametrize("channel", ["SMS", "CALL"])
@pytest.mark.parametrize("outcome", ["REACHED", "NO_ANSWER", None])
def test_another_contact_of_the_ladder_counts_beside_the_wrong_number(channel: str, outcome: str | None) -> None:
    LeadFactory.create(lead_id="L1", phone=PHONE)
    tasks = start_ladder(lead_id="L1", province="ON", act=Act(at=NOON)).tasks
    complete_task(next(task for task in tasks if task.channel == channel).pk, "va1", outcome=outcome, now=NOON)
    complete_task(tasks[-1].pk, "va1", outcome="WRONG_NUMBER", now=ENDED)
    wrong()
    upsert_lead(lead_id="L1", phone=OTHER_PHONE, act=Act())
    assert refused() == "recently_followed_up"


def test_the_reason_has_a_maximum_length(integrator: APIClient) -> None:
    answer = integrator.post(CREATE, {"lead_id": "L1", "province": "ON", "reason": "a\x00b"})
    assert (answer.status_code, codes(answer), attrs(answer)) == (400, ["control_characters"], ["reason"])
