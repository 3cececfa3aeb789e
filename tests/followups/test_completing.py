"""The SQL statements of completing agree with the querysets of follow-up."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction

from followups.services import complete_task, start_ladder
from followups.tasks import leases
from followups.tasks.cancellations import close_steps
from followups.tasks.completions import reading
from followups.tasks.completions.services import record_completion
from followups.tasks.contacts import contact_for
from followups.tasks.errors import TaskLeased
from followups.tasks.locking import locking_task
from followups.tasks.models import FollowupTask
from tests.factories import NOON, LadderFactory, LeadFactory, TaskFactory
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import together

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def test_an_open_task_may_be_completed_by_whoever_its_lease_allows(user_of: Callable[..., User]) -> None:
    anna, bryan = user_of("agent"), user_of("operator")
    states: tuple[dict[str, Any], ...] = (
        {},
        {"cancelled_at": NOON},
    )
    names = (anna.get_username(), bryan.get_username(), "a dialer")
    untils = (NOON - MINUTE, NOON, NOON + timedelta(microseconds=1), NOON + MINUTE)
    claims = [
        {"leased_by": name, "leased_user": user, "leased_until": until}
        for name, user, until in product(names, (None, anna, bryan), untils)
    ]
    whose: list[tuple[str, User | None]] = [("a dialer", None), (anna.get_username(), None), ("a dialer", anna), ("x", None)]
    answers = set()
    for state, claim, (actor, user) in product(states, [leases.NO_LEASE, *claims], whose):
        task = TaskFactory.create(lead_id=None, **state, **claim)
        act = Act(actor, user, at=NOON)
        is_free = not leases.is_live(task, NOON) or leases.is_held_by(task, act)
        expected = is_free or task.cancelled_at is not None
        try:
            found = leases.taken_over(task, act, force=False)
        except TaskLeased:
            found = None
        assert found == ({} if expected else None), (state, claim, actor, user)
        answers.add(found is not None)
    assert answers == {True, False}


def test_only_the_task_itself_is_completed() -> None:
    task, other = TaskFactory.create(), TaskFactory.create()
    record_completion(task.pk, outcome="REACHED", note="Déjà vu", act=Act("va1", at=NOON))
    other.refresh_from_db()
    task.refresh_from_db()
    assert other.completed_at is None
    assert (task.completed_at, task.completed_by, task.outcome, task.note) == (NOON, "va1", "REACHED", "Déjà vu")


@pytest.mark.parametrize(
    "lead",
    [
        {},
        {"score": Decimal("0.35"), "zone": "America/Toronto", "postal_code": "M5V 2T6", "language": "fr"},
        {"score": Decimal(1), "phone": "+14165550123", "email": "a@example.ca", "market": "TORONTO"},
    ],
)
def test_a_task_is_read_as_by_the_queryset(lead: dict[str, Any]) -> None:
    LeadFactory.create(lead_id="L1", **lead)
    time = NOON + timedelta(microseconds=20)
    for values in ({"lead_id": "L1", "owner": "anna"}, {"lead_id": "NOBODY", "completed_at": time}, {"lead_id": None}):
        stored = FollowupTask.objects.select_related("lead", "ladder").get(pk=TaskFactory.create(**values).pk)
        with transaction.atomic():
            found = reading.locked(*together(locking_task(stored.pk)))
        assert found is not None
        assert found.contact == contact_for(stored)
        for read, row in ((found.task, stored), (found.task.ladder, stored.ladder)):
            loaded = {name for name in read.__dict__ if not name.startswith("_")}
            assert {name: getattr(read, name) for name in loaded} == {name: getattr(row, name) for name in loaded}


def test_a_closed_ladder_is_read_with_its_time() -> None:
    steps = start_ladder(lead_id="L1", province="ON", act=Act(at=NOON)).tasks
    for task in steps:
        complete_task(task.pk, "va1", now=NOON)
    with transaction.atomic():
        found = reading.locked(*together(locking_task(steps[0].pk)))
    assert found is not None
    assert (found.task.ladder.open_steps, found.task.ladder.closed_at) == (0, NOON)


def test_closing_the_last_step_closes_the_ladder(db: None) -> None:
    ladder = LadderFactory.create(open_steps=3)
    close_steps([ladder], {ladder.pk: 1}, NOON)
    ladder.refresh_from_db()
    assert (ladder.open_steps, ladder.closed_at) == (2, None)
    close_steps([ladder], {ladder.pk: 2}, NOON)
    ladder.refresh_from_db()
    assert (ladder.open_steps, ladder.closed_at) == (0, NOON)
