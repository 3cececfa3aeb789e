"""Lateness equals a plain count of the permitted minutes, however the rules change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django_tasks_db.models import DBTaskResult
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from followups.models import SlaBreach, SlaPolicy
from followups.services import complete_task, create_ladder
from followups.sla.breaches import at_risk, find_breaches
from followups.sla.lateness import late_at, late_for
from followups.tasks.due.claims import claim_due
from followups.tasks.minutes.services import recompute_leads, recompute_missing, recompute_places, recompute_watched, roll
from followups.tasks.models import FollowupTask
from followups.tasks.services import snooze_task
from governance import gate
from governance.gate.facts import Situation
from governance.gate.verdict import decide
from governance.golive.services import enable_go_live
from governance.ledger.holds import release_points
from governance.market.models import MarketPolicy
from governance.people import PersonFacts
from governance.policies import upsert
from tests.factories import LeadFactory, hold_points
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

PHONE = ("PHONE", "+14165550123")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Friday 11 December 2026, 19:55 in Toronto. The safe default is Monday to Friday 09:00 to 20:00, Saturday 10:00 to 18:00.
FRIDAY_EVENING = datetime(2026, 12, 12, 0, 55, tzinfo=UTC)
CLOSES = FRIDAY_EVENING + 6 * MINUTE
SATURDAY = datetime(2026, 12, 12, 15, 0, tzinfo=UTC)  # it opens
TUESDAY = datetime(2026, 12, 15, 14, 0, tzinfo=UTC)  # 09:00


@pytest.fixture(autouse=True)
def _it_is_then() -> Iterator[None]:
    with time_machine.travel(FRIDAY_EVENING, tick=False):
        yield


def begun(at: datetime, **values: Any) -> FollowupTask:
    """Start a ladder in Toronto. Return its first step, a text message due at once."""
    return create_ladder("L1", province="ON", market="TORONTO", now=at, **values)[0]


def stored(task: FollowupTask) -> FollowupTask:
    return FollowupTask.objects.get(pk=task.pk)


def contact_rules(*, now: datetime, **changes: Any) -> None:
    """Change Ontario's rules, and run the worker."""
    upsert(MarketPolicy, province="ON", market="ALL", act=Act("op", reason="test", at=now), **changes)
    recompute_places(["ON"], None, now)


def windows(start: str, end: str) -> dict[str, Any]:
    rules = MarketPolicy.objects.get(province="ON", market="ALL").rules
    return {**rules, "contact_windows_local": [{"days": list(range(7)), "start": start, "end": end}]}


# What lateness means ------------------------------------------------------------------------------------------------------


def test_a_ladder_of_friday_evening_breaches_on_saturday_and_not_at_night() -> None:
    task = begun(FRIDAY_EVENING)
    assert (task.warns_at, task.breaches_at) == (SATURDAY + 24 * MINUTE, SATURDAY + 114 * MINUTE)
    assert find_breaches(act=Act(at=FRIDAY_EVENING + 3 * HOUR)) == 0
    roll(CLOSES + MINUTE)
    assert not at_risk(SATURDAY + 24 * MINUTE).exists()
    assert list(at_risk(SATURDAY + 25 * MINUTE)) == [task]
    assert [find_breaches(act=Act(at=SATURDAY + n * MINUTE)) for n in (114, 115)] == [0, 1]
    breach = SlaBreach.objects.get()
    assert (breach.counted_from, breach.breached_at) == (FRIDAY_EVENING, SATURDAY + 114 * MINUTE)
    assert breach.lateness == 121 * MINUTE


def test_a_policy_that_was_off_for_three_hours_counts_none_of_them() -> None:
    task = begun(TUESDAY)
    contact_rules(enabled=False, now=TUESDAY + 20 * MINUTE)
    assert late_for(stored(task), TUESDAY + 2 * HOUR) == 20 * MINUTE
    assert stored(task).breaches_at is None
    contact_rules(enabled=True, now=TUESDAY + 3 * HOUR)
    assert stored(task).breaches_at == TUESDAY + 3 * HOUR + 100 * MINUTE
    complete_task(task.pk, "va1", now=TUESDAY + 4 * HOUR)
    assert stored(task).late_for == 80 * MINUTE


def test_a_wider_window_does_not_count_the_hours_before_it_was_set() -> None:
    contact_rules(rules=windows("09:00", "10:00"), now=TUESDAY)
    task = begun(TUESDAY)
    roll(TUESDAY + 62 * MINUTE)
    contact_rules(rules=windows("09:00", "20:00"), now=TUESDAY + 3 * HOUR)
    assert late_for(stored(task), TUESDAY + 4 * HOUR) == 121 * MINUTE


def test_the_lateness_of_a_moved_task_begins_again() -> None:
    task = begun(TUESDAY)
    later = TUESDAY + 5 * HOUR
    snooze_task(task.pk, later, act=Act(reason="asked for it", at=TUESDAY + HOUR))
    assert stored(task).breaches_at == later + 2 * HOUR
    complete_task(task.pk, "va1", now=later + 10 * MINUTE)
    assert stored(task).late_for == 10 * MINUTE


def test_a_hold_adds_no_lateness() -> None:
    """No task is late until a person has decided about the doubtful message."""
    LeadFactory.create(lead_id="L1", phone=PHONE[1])
    task = begun(TUESDAY)
    hold_points([PHONE, ("LEAD", "L1")], evidence="message 1", act=Act("system", at=TUESDAY + HOUR))
    recompute_leads(["L1"], TUESDAY + HOUR)
    assert (stored(task).open_from, stored(task).breaches_at) == (None, None)
    assert late_for(stored(task), TUESDAY + 3 * HOUR) == HOUR
    release_points(
        points=[PHONE, ("LEAD", "L1")], evidence="message 1", act=Act("op", reason="harmless", at=TUESDAY + 3 * HOUR)
    )
    recompute_leads(["L1"], TUESDAY + 3 * HOUR)
    assert stored(task).breaches_at == TUESDAY + 4 * HOUR


def test_a_changed_sla_policy_has_the_worker_judge_its_tasks_again() -> None:
    task = begun(TUESDAY)
    upsert(SlaPolicy, province="ON", channel="SMS", breach_after_minutes=60, act=Act("op", at=TUESDAY))
    [waiting] = DBTaskResult.objects.filter(task_path__endswith="recompute_watched")
    assert waiting.args_kwargs["args"] == ["ON", "ALL", "SMS"]
    with time_machine.travel(TUESDAY + 20 * MINUTE, tick=False):
        waiting.task.call(*waiting.args_kwargs["args"], **waiting.args_kwargs["kwargs"])
    assert stored(task).breaches_at == TUESDAY + HOUR
    upsert(SlaPolicy, province="ON", channel="SMS", enabled=False, act=Act("op", at=TUESDAY))
    recompute_watched("ON", "ALL", "SMS", TUESDAY + 30 * MINUTE)
    assert (stored(task).warns_at, stored(task).breaches_at) == (None, None)
    find_breaches(act=Act(at=TUESDAY + 3 * HOUR))
    assert not SlaBreach.objects.filter(task=task).exists()


def test_a_stricter_policy_counts_from_now_on_and_a_markets_own_for_its_tasks_alone() -> None:
    task, elsewhere = begun(TUESDAY), create_ladder("L2", province="ON", market="OTTAWA", now=TUESDAY)[0]
    then = TUESDAY + 100 * MINUTE
    times: dict[str, Any] = {"warn_after_minutes": 10, "breach_after_minutes": 20}
    upsert(SlaPolicy, province="ON", market="TORONTO", channel="SMS", act=Act("op", at=then), **times)
    recompute_watched("ON", "TORONTO", "SMS", then)
    assert (stored(task).warns_at, stored(task).breaches_at) == (TUESDAY + 30 * MINUTE, then)
    assert stored(elsewhere).breaches_at == TUESDAY + 2 * HOUR
    assert find_breaches(act=Act(at=then + MINUTE)) == 1
    assert SlaBreach.objects.get().breached_at == then


def test_an_older_open_task_is_judged_after_the_next_night() -> None:
    task = begun(TUESDAY)
    FollowupTask.objects.update(warns_at=None, breaches_at=None)
    assert find_breaches(act=Act(at=TUESDAY + 3 * HOUR)) == 0
    recompute_missing(TUESDAY + HOUR)
    assert stored(task).breaches_at == TUESDAY + 2 * HOUR


def test_a_claim_refused_by_the_gate_keeps_the_lateness() -> None:
    """The claim applies the rule before the worker does, and replaces the interval that was counted."""
    enable_go_live(act=Act("op", reason="test"))
    task = begun(TUESDAY)
    upsert(MarketPolicy, province="ON", market="ALL", enabled=False, act=Act("op", reason="test", at=TUESDAY + HOUR))
    assert claim_due(owner="va1", act=Act(at=TUESDAY + HOUR)) == []
    assert stored(task).open_from is None
    assert late_for(stored(task), TUESDAY + 2 * HOUR) == HOUR
    recompute_places(["ON"], None, TUESDAY + 2 * HOUR)
    contact_rules(enabled=True, now=TUESDAY + 3 * HOUR)
    assert stored(task).breaches_at == TUESDAY + 4 * HOUR


# While nobody rolls -------------------------------------------------------------------------------------------------------


def test_nothing_counts_while_no_worker_renews_the_intervals() -> None:
    """From Friday evening until Tuesday the task was listed for nobody."""
    task = begun(FRIDAY_EVENING)
    back = TUESDAY + 5 * HOUR
    assert find_breaches(act=Act(at=back)) == 0
    assert not at_risk(back).exists()
    roll(back)
    assert late_for(stored(task), back) == 6 * MINUTE
    assert (stored(task).warns_at, stored(task).breaches_at) == (back + 24 * MINUTE, back + 114 * MINUTE)
    assert [find_breaches(act=Act(at=back)), find_breaches(act=Act(at=back + 115 * MINUTE))] == [0, 1]


def test_a_completion_while_no_worker_rolls_is_no_breach() -> None:
    find_breaches(act=Act(at=FRIDAY_EVENING))
    task = begun(FRIDAY_EVENING)
    complete_task(task.pk, "va1", now=TUESDAY)
    assert stored(task).late_for == 6 * MINUTE
    assert find_breaches(act=Act(at=TUESDAY + MINUTE)) == 0


def test_rolling_each_minute_loses_no_lateness_where_contact_is_always_permitted() -> None:
    contact_rules(rules=windows("00:00", "23:59"), now=TUESDAY)
    upsert(SlaPolicy, province="ON", channel="SMS", breach_after_minutes=10_000, act=Act("op"))
    task = begun(TUESDAY)
    for n in range(5 * 24 * 60 // 7):
        roll(TUESDAY + n * 7 * MINUTE)
    assert late_for(stored(task), TUESDAY + 5 * DAY) == 5 * DAY


# Costs --------------------------------------------------------------------------------------------------------------------


def test_a_new_rule_writes_only_the_tasks_that_it_affects(monkeypatch: pytest.MonkeyPatch) -> None:
    begun(TUESDAY)
    recompute_places(["ON"], None, TUESDAY + HOUR)
    written: list[Any] = []
    monkeypatch.setattr("wholesale.plumbing.writes.update", lambda model, columns, rows: written.extend(rows))
    recompute_places(["ON"], None, TUESDAY + 2 * HOUR)
    assert written == []


# Against a plain count ----------------------------------------------------------------------------------------------------

# The event, and the minutes before it.
ACTS = st.sampled_from(["off", "on", "09:00-20:00", "12:00-12:59", "00:00-23:59", "again", "sla 30", "sla 240"])
HAPPENINGS = st.lists(st.tuples(st.integers(1, 900), ACTS), max_size=10)
# Two of the starts are evenings before a change of clocks.
BEGINNINGS = [FRIDAY_EVENING, TUESDAY, datetime(2026, 11, 1, 2, 0, tzinfo=UTC), datetime(2027, 3, 13, 20, 0, tzinfo=UTC)]
EVERY = 9  # minutes between two runs of the worker


def situation() -> Situation:
    """The situation of the lead under the present rules."""
    contact = gate.Contact(PersonFacts(person_id="L1", province="ON", market="TORONTO"), "SMS", is_known=False)
    return gate.decide_contacts([contact], at=FRIDAY_EVENING, standing_counts=False)[0].situation


def happens(what: str, now: datetime) -> None:
    if what == "again":
        recompute_leads(["L1"], now)
    elif what.startswith("sla"):
        times: dict[str, Any] = {"warn_after_minutes": 10, "breach_after_minutes": int(what[4:])}
        upsert(SlaPolicy, province="ON", channel="SMS", act=Act("op", at=now), **times)
        recompute_watched("ON", "ALL", "SMS", now)
    elif what in ("on", "off"):
        contact_rules(enabled=what == "on", now=now)
    else:
        contact_rules(rules=windows(*what.split("-")), now=now)


def by_sql(now: datetime) -> timedelta:
    late: timedelta = FollowupTask.objects.order_by("id").annotate(late=late_at(now)).values_list("late", flat=True)[0]
    return late


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begins=st.sampled_from(BEGINNINGS), happenings=HAPPENINGS, lasts=st.integers(1, 2000))
@example(begins=FRIDAY_EVENING, happenings=[(60, "off"), (900, "on"), (100, "12:00-12:59")], lasts=3000)
def test_lateness_is_the_number_of_permitted_minutes(begins: datetime, happenings: Any, lasts: int) -> None:
    with transaction.atomic():
        task, late, allows = begun(begins), 0, situation()
        after = accumulate(minutes for minutes, _ in happenings)
        acts = [(begins + minutes * MINUTE, what) for minutes, (_, what) in zip(after, happenings, strict=True)]
        is_on_record = False
        for n in range(lasts):
            now = begins + n * MINUTE
            while acts and acts[0][0] == now:
                happens(acts.pop(0)[1], now)
                allows = situation()
            if n % EVERY == 0:
                roll(now)
                assert late_for(stored(task), now) == by_sql(now) == late * MINUTE
                allowed = SlaPolicy.objects.get(province="ON", market="ALL", channel="SMS").breach_after_minutes
                # A stricter policy makes a breach from then on.
                is_breach = late > allowed and stored(task).breaches_at != now
                find_breaches(act=Act(at=now))
                is_on_record |= is_breach
                assert SlaBreach.objects.filter(task=task).exists() == is_on_record
            late += decide(allows, "SMS", now).allowed
        now = begins + lasts * MINUTE
        complete_task(task.pk, "va1", now=now)
        assert stored(task).late_for == late * MINUTE
        transaction.set_rollback(True)
