"""Completions with outcomes among renewals, releases, claims and wishes of the same tasks: no deadlock, and all acts
get an answer."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connections

from followups.ladders.models import FollowupLadder
from followups.leads.inbound.services import record_inbound
from followups.services import complete_task, start_ladder
from followups.tasks.due.claims import claim_due, release_leases, renew_leases
from followups.tasks.due.services import due_tasks
from followups.tasks.errors import TaskLeased
from followups.tasks.minutes.services import recompute_leads
from followups.tasks.models import FollowupTask, TaskEvent
from governance import gate
from governance.ledger.consents import record_consent
from governance.ledger.erasures import erase_point
from governance.ledger.models import ContactRecord, LastContact
from governance.ledger.proof import Proof
from governance.market.models import MarketPolicy
from governance.policies import upsert
from tests.factories import NOON, LeadFactory
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

WORKERS, ROUNDS = 12, 6
LATER = NOON + timedelta(days=8)  # all six steps are due
RunTogether = Callable[..., list[Any]]


def ladders(count: int, **lead: Any) -> list[FollowupTask]:
    """The tasks of so many ladders, all due and leased by va1. Each lead has its own number."""
    for n in range(count):
        LeadFactory.create(lead_id=f"L{FollowupLadder.objects.count()}-{n}", **lead)
        lead_id = f"L{FollowupLadder.objects.count()}-{n}"
        start_ladder(lead_id=lead_id, province="ON", market="TORONTO", act=Act(at=NOON))
    tasks = FollowupTask.objects.open()
    tasks.update(leased_by="va1", leased_until=LATER + timedelta(hours=1))
    return list(tasks.order_by("pk"))


def faults(answers: list[Any]) -> list[Any]:
    return [answer for answer in answers if isinstance(answer, Exception)]


def assert_ladders_count_right() -> None:
    for ladder in FollowupLadder.objects.all():
        open_tasks = ladder.tasks.open().count()
        assert (ladder.open_steps, ladder.closed_at is None) == (open_tasks, open_tasks > 0)
    completed = FollowupTask.objects.exclude(completed_at=None).count()
    assert TaskEvent.objects.filter(kind="COMPLETED").count() == completed


@pytest.mark.parametrize("outcomes", [("REPLIED",), ("APPOINTMENT", "NOT_INTERESTED"), ("REPLIED", "OPTED_OUT", "REACHED")])
def test_renewals_and_releases_do_not_deadlock_with_outcomes(run_together: RunTogether, outcomes: Any) -> None:
    for round_ in range(ROUNDS):
        tasks = [task.pk for task in ladders(3)]

        def act(number: int, tasks: list[int] = tasks, round_: int = round_) -> None:
            luck = Random(f"{round_}.{number}")
            if number % 3 == 0:
                renew_leases(task_ids=tasks[:: luck.choice((1, -1))], owner="va1", act=Act(at=LATER))
            elif number % 3 == 1:
                release_leases(task_ids=tasks[:: luck.choice((1, -1))], owner="va1", act=Act(at=LATER))
            else:
                # From the last step to the first, so that a task's own row is locked before those of earlier steps.
                for task in luck.sample(tasks, 4):
                    complete_task(task, "va1", outcome=luck.choice(outcomes), now=LATER)

        answers = run_together(WORKERS, act)
        assert faults(answers) == [], answers
        assert_ladders_count_right()
        FollowupTask.objects.open().update(leased_by=None, leased_until=None)


def test_claims_that_return_refused_tasks_do_not_deadlock_with_outcomes(run_together: RunTogether) -> None:
    tasks = [task.pk for task in ladders(6)]
    FollowupTask.objects.update(
        leased_by=None, leased_until=None, open_from=LATER - timedelta(hours=1), open_until=LATER + timedelta(hours=1)
    )
    upsert(MarketPolicy, province="ON", enabled=False, act=Act("test"))  # no worker has updated the intervals yet

    def act(number: int) -> None:
        if number % 2:
            for _ in range(3):
                assert claim_due(owner=f"va{number}", limit=20, act=Act(at=LATER)) == []
        else:
            for task in Random(number).sample(tasks, 6):
                complete_task(task, "va0", outcome="REPLIED", force=True, note="test", now=LATER)

    answers = run_together(WORKERS, act)
    assert faults(answers) == [], answers
    assert_ladders_count_right()


def test_contacts_and_wishes_of_new_numbers_do_not_deadlock(run_together: RunTogether) -> None:
    """A wish makes the point's row, then cancels the ladder. A completion locks the ladder, then records the contact."""
    for n in range(ROUNDS):
        phone = f"+1416555{n:04}"
        LeadFactory.create(lead_id=f"J{n}", phone=phone)
        steps = start_ladder(lead_id=f"J{n}", province="ON", market="TORONTO", act=Act(at=NOON)).tasks

        def act(number: int, n: int = n, phone: str = phone, steps: list[FollowupTask] = steps) -> None:
            if number % 4 == 0:
                record_inbound(lead_id=f"J{n}", channel="SMS", text="STOP ALL", act=Act(at=LATER))
            elif number % 4 == 1:
                gate.record_opt_out(points=[("PHONE", phone)], act=Act("test", at=LATER))
            else:
                complete_task(steps[number % 6].pk, "va1", outcome=(None, "OPTED_OUT", "REPLIED")[number % 3], now=LATER)

        answers = run_together(WORKERS, act)
        assert faults(answers) == [], answers
        assert_ladders_count_right()
        assert not FollowupLadder.objects.open().exists()


def test_messages_with_a_referral_do_not_deadlock_with_wishes_and_erasures(run_together: RunTogether) -> None:
    """A use is recorded under the ladder's lock in a row that a wish and an erasure also lock."""
    proof = Proof(referrer_name="Ann Lee", referrer_to_lead="sister", referrer_to_us="sold to us")
    for n in range(ROUNDS):
        points = [("PHONE", f"+1416555{n:04}"), ("EMAIL", f"j{n}@example.ca")]
        LeadFactory.create(lead_id=f"J{n}", phone=points[0][1], email=points[1][1])
        told: dict[str, Any] = {"obtained_at": NOON, "evidence": "call 1", "proof": proof}
        made = record_consent(points=points, basis="REFERRAL", act=Act("test", at=NOON), **told)
        steps = start_ladder(lead_id=f"J{n}", province="ON", market="TORONTO", act=Act(at=NOON)).tasks

        def act(number: int, n: int = n, point: int = made[0].point_id, steps: list[FollowupTask] = steps) -> None:
            if number % 6 == 0:
                record_inbound(lead_id=f"J{n}", channel="SMS", text="STOP ALL", act=Act(at=LATER))
            elif number % 6 == 1:
                erase_point(point_id=point, act=Act("test", reason="test", at=LATER))
            else:
                complete_task(steps[number % 6].pk, "va1", outcome=(None, "OPTED_OUT")[number % 2], now=LATER)

        answers = run_together(WORKERS, act)
        assert faults(answers) == [], answers
        assert_ladders_count_right()
    assert ContactRecord.objects.filter(entry="USED").exists()


def test_contacts_of_one_number_at_several_ladders_are_recorded_one_after_another(run_together: RunTogether) -> None:
    steps = []
    for n in range(4):
        LeadFactory.create(lead_id=f"P{n}", phone="")
        steps.append(start_ladder(lead_id=f"P{n}", province="ON", market="TORONTO", act=Act(at=NOON)).tasks)
    for n in range(4):  # as the leads got one number, before the newer ladders are closed
        type(LeadFactory.build())._default_manager.filter(lead_id=f"P{n}").update(phone="+14165550123")

    def act(number: int) -> None:
        at = LATER + timedelta(seconds=number)
        complete_task(steps[number % 4][number // 4].pk, "va1", outcome=("REACHED", "NO_ANSWER")[number % 2], now=at)

    answers = run_together(WORKERS, act)
    assert faults(answers) == [], answers
    assert LastContact.objects.count() == 5  # the number and four leads
    last = LATER + timedelta(seconds=WORKERS - 1)
    assert max(LastContact.objects.values_list("contacted_at", flat=True)) == last


def test_concurrent_claims_never_hold_two_steps_of_one_ladder(run_together: RunTogether) -> None:
    tasks = ladders(8)
    FollowupTask.objects.update(
        leased_by=None, leased_until=None, open_from=LATER - timedelta(hours=1), open_until=LATER + timedelta(hours=9)
    )
    given: list[tuple[int, int]] = []

    def act(number: int) -> int:
        done = 0
        while got := claim_due(owner=f"va{number}", limit=2, act=Act(at=LATER)):
            for one in got:
                given.append((one.task.id, number))
                try:
                    complete_task(one.task.id, f"va{number}", now=LATER)
                except TaskLeased:
                    connections["default"].close_if_unusable_or_obsolete()
                    raise
                done += 1
        return done

    answers = run_together(WORKERS, act)
    assert faults(answers) == [], answers
    assert sum(answers) == len(given) == 8  # one step of each ladder: the next one waits for its gap
    assert set(FollowupTask.objects.exclude(completed_at=None).values_list("step", flat=True)) == {1}
    assert len(tasks) == 48
    assert due_tasks(500, now=LATER) == []
    recompute_leads([task.lead_id or "" for task in tasks], now=LATER)
    assert {task.step for task in due_tasks(500, now=LATER + timedelta(minutes=30))} == {2}
