"""Permitted minutes of open tasks: rolled forward every minute, recomputed when a rule, a lead or the ledger
changes, and running out if no worker rolls them."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from followups.leads.services import upsert_lead, upsert_leads
from followups.tasks.minutes import services
from followups.tasks.minutes.readiness import permitted_minutes
from followups.tasks.minutes.services import recompute_leads, recompute_missing, recompute_places, roll
from followups.tasks.models import FollowupTask
from governance.clocks.services import remove_market_zone, set_market_zone
from governance.closed_days.services import remove_closed_day, set_closed_day
from governance.ledger.consents import record_consent
from governance.ledger.opt_outs import lift_opt_out, record_opt_out
from governance.ledger.scrubs import record_scrub
from governance.market.models import MarketPolicy
from governance.organisation.models import Organisation
from governance.policies import upsert
from tests.factories import NOON, AreaCodeFactory, LadderFactory, LeadFactory, TaskFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

INSTANT = timedelta(microseconds=1)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PHONE = ("PHONE", "+14165550123")
# The safe default in Toronto, where NOON is 13:00 on a Tuesday: 09:00 to 20:00.
OPENS, CLOSES = NOON - 4 * HOUR, NOON + 7 * HOUR + MINUTE - INSTANT
TODAY = (OPENS, CLOSES)
TOMORROW = (OPENS + DAY, CLOSES + DAY)
NEVER = (None, None)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands at NOON."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)


def task(lead_id: str = "JANE", **values: Any) -> FollowupTask:
    """An open task of today."""
    ladder = LadderFactory.create(lead_id=lead_id, open_steps=1)
    given = {"actionable_at": NOON, "open_from": OPENS, "open_until": CLOSES, **values}
    made: FollowupTask = TaskFactory.create(ladder=ladder, **given)
    return made


def jane(**values: Any) -> None:
    LeadFactory.create(lead_id="JANE", phone=PHONE[1], **values)


def interval(one: FollowupTask) -> tuple[datetime | None, datetime | None]:
    one.refresh_from_db()
    return one.open_from, one.open_until


def listed(now: datetime) -> list[int]:
    """The due tasks whose interval contains an instant."""
    due = FollowupTask.objects.due(now).filter(open_from__lte=now, open_until__gte=now)
    return list(due.values_list("pk", flat=True))


def waiting() -> list[tuple[str, list[Any]]]:
    """The background tasks that wait for the worker: name and arguments, in order."""
    results = DBTaskResult.objects.order_by("enqueued_at", "id")
    return [(result.task_path.rpartition(".")[2], result.args_kwargs["args"]) for result in results]


def work() -> None:
    """Run the worker once."""
    for result in DBTaskResult.objects.order_by("enqueued_at", "id"):
        result.task.call(*result.args_kwargs["args"], **result.args_kwargs["kwargs"])
    DBTaskResult.objects.all().delete()


# Rolling ------------------------------------------------------------------------------------------------------------------


def test_an_interval_that_has_run_out_is_followed_by_the_next_one() -> None:
    jane()
    over, running = task(actionable_at=OPENS - DAY), task("JOE")
    assert roll(CLOSES) == 0
    assert roll(CLOSES + INSTANT) == 2
    assert (interval(over), interval(running)) == (TOMORROW, TOMORROW)
    assert over.actionable_at == OPENS - DAY


def test_rolling_twice_changes_nothing() -> None:
    task()
    assert roll(NOON + DAY) == 1
    assert roll(NOON + DAY) == 0


def test_a_task_that_is_no_longer_permitted_has_no_interval() -> None:
    one = task(actionable_at=NOON - HOUR)
    MarketPolicy.objects.filter(province="ON").update(enabled=False)
    assert roll(CLOSES + MINUTE) == 1
    assert interval(one) == NEVER
    assert one.actionable_at == NOON - HOUR  # it was permitted then


def test_closed_tasks_are_left_alone() -> None:
    done = task(completed_at=NOON, completed_by="va1")
    cancelled = task("JOE", cancelled_at=NOON)
    assert roll(CLOSES + DAY) == 0
    assert recompute_places(None, None, CLOSES + DAY) == 0
    assert interval(done) == interval(cancelled) == TODAY


def test_one_turn_rolls_up_to_its_limit_and_the_next_turn_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 2)
    for n in range(7):
        task(f"L{n}")
    assert [roll(NOON + DAY, limit=3), roll(NOON + DAY), roll(NOON + DAY)] == [3, 4, 0]


def test_a_task_that_nobody_rolls_is_listed_only_until_its_interval_ends() -> None:
    one = task()
    assert listed(NOON) == [one.pk]
    assert [listed(NOON + n * HOUR) for n in range(8, 24 * 9, 5)] == [[]] * 42
    roll(NOON + DAY)
    assert listed(NOON + DAY) == [one.pk]


def test_the_number_of_queries_does_not_grow_with_the_batch() -> None:
    for n in range(12):
        if n % 2:
            LeadFactory.create(lead_id=f"L{n}", province="BC", market="VANCOUVER")
        task(f"L{n}", channel=("SMS", "CALL", "EMAIL")[n % 3])
    with CaptureQueriesContext(connection) as few:
        assert roll(NOON + DAY, limit=2) == 2
    with CaptureQueriesContext(connection) as many:
        assert roll(NOON + DAY, limit=10) == 10
    assert counted(few) == counted(many) == queries("roll permitted minutes forward")


# Changes ------------------------------------------------------------------------------------------------------------------


def rules(start: str, end: str) -> dict[str, Any]:
    stored = MarketPolicy.objects.get(province="ON", market="ALL").rules
    return {**stored, "contact_windows_local": [{"days": list(range(7)), "start": start, "end": end}]}


def upsert_ontario(start: str = "09:00", end: str = "20:00", **changes: Any) -> None:
    given = {"market": "ALL", "rules": rules(start, end), **changes}
    upsert(MarketPolicy, province="ON", act=Act("op", reason="test"), **given)


def test_a_narrowed_policy_closes_the_tasks_of_its_place_alone() -> None:
    one, elsewhere = task(), task("JOE")
    FollowupTask.objects.filter(pk=elsewhere.pk).update(province="QC", market="ALL")
    upsert_ontario(start="14:00")
    assert waiting() == [("recompute_places", [["ON"], None])]
    assert interval(one) == TODAY
    work()
    assert interval(one) == (NOON + HOUR, CLOSES)
    assert one.actionable_at == NOON  # a change from before
    assert interval(elsewhere) == TODAY


def test_a_widened_policy_opens_its_tasks() -> None:
    one = task(open_from=None, open_until=None, actionable_at=None)
    upsert_ontario(market="TORONTO", enabled=True)
    assert waiting() == [("recompute_places", [["ON"], ["TORONTO"]])]
    work()
    assert interval(one) == TODAY
    assert one.actionable_at == NOON


def test_a_disabled_policy_closes_its_tasks_and_an_enabled_one_reopens_them() -> None:
    one = task(due_at=NOON + HOUR, actionable_at=NOON + HOUR)
    upsert_ontario(enabled=False)
    work()
    assert interval(one) == NEVER
    assert one.actionable_at is None
    upsert_ontario(enabled=True)
    work()
    assert interval(one) == TODAY
    assert one.actionable_at == NOON + HOUR


def test_a_task_follows_its_leads_place_and_not_its_ladders() -> None:
    jane(province="QC", market="ALL")
    in_quebec, unknown = task(), task("JOE")
    upsert_ontario(start="14:00")
    work()
    assert (interval(in_quebec), interval(unknown)) == (TODAY, (NOON + HOUR, CLOSES))
    upsert(MarketPolicy, province="QC", enabled=False, act=Act("op", reason="test"))
    work()
    assert (interval(in_quebec), interval(unknown)) == (NEVER, (NOON + HOUR, CLOSES))


def test_setting_and_removing_a_zone_of_a_market_moves_its_tasks() -> None:
    one = task()
    FollowupTask.objects.update(province="QC", market="GASPE")
    set_market_zone(province="QC", market="GASPE", zone="America/Halifax", act=Act("op", at=NOON))
    assert waiting() == [("recompute_places", [["QC"], ["GASPE"]])]
    work()
    assert interval(one) == (OPENS - HOUR, CLOSES - HOUR)
    remove_market_zone(province="QC", market="GASPE", act=Act("op", at=NOON))
    work()
    assert interval(one) == (OPENS, CLOSES - HOUR)  # every clock of the province must allow it


def test_a_closed_day_closes_tasks_and_its_removal_opens_them() -> None:
    one = task()
    set_closed_day(day=date(2026, 12, 15), province="ON", name="Stocktaking", act=Act("op"))
    assert waiting() == [("recompute_places", [["ON"], None])]
    work()
    assert interval(one) == TOMORROW
    remove_closed_day(day=date(2026, 12, 15), province="ON", act=Act("op"))
    work()
    assert interval(one) == TODAY
    set_closed_day(day=date(2026, 12, 15), name="Everywhere", act=Act("op"))
    assert waiting() == [("recompute_places", [None, None])]


def test_a_stricter_organisation_closes_unproven_tasks_and_a_consent_opens_them() -> None:
    jane()
    one, stranger = task(due_at=NOON - DAY, actionable_at=None), task("JOE")
    upsert(Organisation, consent="enforce", act=Act("op"))
    assert waiting() == [("recompute_places", [None, None])]
    work()
    assert (interval(one), interval(stranger)) == (NEVER, TODAY)
    record_consent(points=[PHONE], channel="SMS", basis="EXPRESS", obtained_at=NOON - DAY, evidence="form", act=Act("va1"))
    assert waiting() == [("recompute_leads", [["JANE"]])]
    assert PHONE[1] not in str(list(DBTaskResult.objects.values()))
    work()
    assert interval(one) == TODAY
    assert one.actionable_at == NOON  # it could not be known sooner


def test_a_scrub_opens_calls() -> None:
    jane()
    AreaCodeFactory.create(area_code="416")
    one = task(channel="CALL", open_from=None, open_until=None)
    upsert(Organisation, scrub="enforce", registration_number="1", registration_expires_on=date(2027, 1, 1), act=Act("op"))
    work()
    assert interval(one) == NEVER
    record_scrub(points=[PHONE], checked_at=NOON - DAY, evidence="list", act=Act("va1"))
    work()
    assert interval(one) == TODAY


def test_a_lift_reopens_tasks_closed_by_an_opt_out() -> None:
    jane()
    record_opt_out(points=[PHONE], channel="SMS", said_at=NOON - DAY, act=Act("va1", at=NOON - HOUR))
    one = task(open_from=None, open_until=None)
    recompute_leads(["JANE"])
    assert interval(one) == NEVER
    lift_opt_out(points=[PHONE], channel="SMS", act=Act("op", reason="mistaken"))
    work()
    assert interval(one) == (NOON, CLOSES)  # from the lift on


def test_an_opt_out_leaves_no_work_for_the_worker() -> None:
    jane()
    one = task()
    record_opt_out(points=[PHONE], channel="SMS", act=Act("va1"))
    one.refresh_from_db()
    assert one.cancelled_at == NOON
    assert waiting() == []


def test_a_lead_that_moves_takes_its_tasks_along() -> None:
    jane(market="ALL", province="BC", postal_code="V5K 0A1")
    one = task(open_from=OPENS + 2 * HOUR, open_until=CLOSES + 2 * HOUR)
    upsert_lead(lead_id="JANE", postal_code="V1C 1A1", act=Act())  # Cranbrook, which keeps Alberta's clock
    assert waiting() == [("recompute_leads", [["JANE"]])]
    work()
    assert interval(one) == (OPENS + HOUR, CLOSES + HOUR)


def test_a_lead_that_becomes_known_is_judged_by_its_known_facts() -> None:
    one = task("NEW")
    upsert_lead(lead_id="NEW", province="AB", market="CALGARY", act=Act())
    work()
    assert interval(one) == (OPENS + HOUR, CLOSES + HOUR)


def test_a_change_that_the_gate_ignores_costs_the_worker_nothing() -> None:
    jane()
    task()
    upsert_lead(lead_id="JANE", first_name="Janet", source="list 2", act=Act())
    upsert_lead(lead_id="JANE", postal_code="M5V 2T6", act=Act())
    upsert_lead(lead_id="NOBODY", province="ON", phone="+14165550199", act=Act())
    record_consent(
        points=[("PHONE", "+14165550199")], channel="SMS", basis="EXPRESS", obtained_at=NOON, evidence="form", act=Act("va1")
    )
    assert waiting() == []


def test_many_leads_go_to_the_worker_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("followups.tasks.minutes.tasks.LEADS_AT_ONCE", 3)
    for n in range(5):
        task(f"L{n}")
    upsert_leads([{"lead_id": f"L{n}", "province": "AB"} for n in range(5)], act=Act())
    assert sorted(waiting()) == [("recompute_leads", [["L0", "L1", "L2"]]), ("recompute_leads", [["L3", "L4"]])]


def test_a_new_rule_for_a_place_without_tasks_costs_the_worker_nothing() -> None:
    upsert_ontario(start="14:00")
    assert waiting() == []


def test_a_rolled_back_change_leaves_no_work_for_the_worker() -> None:
    task()
    with transaction.atomic():
        upsert_ontario(start="14:00")
        transaction.set_rollback(True)
    assert waiting() == []


def test_more_tasks_than_a_batch_are_each_recomputed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "BATCH", 4)
    same_time = [task(f"L{n}") for n in range(9)]
    others = [task(f"M{n}", due_at=NOON + n * MINUTE) for n in range(3)]
    MarketPolicy.objects.filter(province="ON").update(rules=rules("14:00", "20:00"))
    assert recompute_places(["ON"], ["TORONTO"]) == 12
    assert {interval(one) for one in (*same_time, *others)} == {(NOON + HOUR, CLOSES)}


def test_tasks_without_an_interval_are_recomputed_at_night() -> None:
    hopeless, known = task(open_from=None, open_until=None), task("JOE")
    no_first_minute = task("JIM", actionable_at=None)
    assert recompute_missing() == 2
    assert [interval(one) for one in (hopeless, known, no_first_minute)] == [TODAY] * 3
    assert no_first_minute.actionable_at == NOON


# Whether anybody rolls ----------------------------------------------------------------------------------------------------


def test_ten_minutes_without_a_roll_raise_no_warning(client: Client) -> None:
    task(open_until=NOON - 10 * MINUTE)
    assert permitted_minutes(NOON).ok
    assert client.get("/readyz").json()["warnings"] == {"permitted_minutes": "ok"}


def test_the_runbook_and_readyz_report_tasks_that_nobody_rolls(client: Client) -> None:
    task(open_until=NOON - HOUR)
    task("JOE", open_until=NOON - 11 * MINUTE)
    task("DONE", open_until=NOON - 2 * HOUR, completed_at=NOON, completed_by="va1")
    with CaptureQueriesContext(connection) as captured:
        found = permitted_minutes(NOON)
    assert counted(captured) == queries("count tasks that wait for their minutes")
    assert (found.ok, found.detail) == (False, {"tasks": 2, "since": "2026-12-15T17:00:00Z"})
    assert (
        found.message == "2 open tasks wait for the next permitted interval since Tue, Dec 15, 2026, 5:00 p.m. (UTC). "
        "Is a worker running?"
    )
    response = client.get("/readyz")
    assert (response.status_code, response.json()["ok"]) == (200, True)
    warning = "not kept up to date for more than 10 minutes: is a worker running?"
    assert response.json()["warnings"] == {"permitted_minutes": warning}
    roll()
    assert permitted_minutes(NOON).ok
    assert client.get("/readyz").json()["warnings"] == {"permitted_minutes": "ok"}
