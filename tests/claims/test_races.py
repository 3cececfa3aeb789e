"""Many claim at once, while others renew, complete and opt out: no task is given twice, and nothing deadlocks."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from followups.ladders.cancellations import close_open_ladders
from followups.ladders.models import FollowupLadder
from followups.services import complete_task
from followups.tasks.due.claims import claim_due, release_leases, renew_leases
from followups.tasks.models import FollowupTask
from tests.claims.test_due import task_of
from tests.factories import NOON, LeadFactory
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

CLAIMANTS = 32


def test_no_two_of_32_claimants_get_the_same_task(run_together: Callable[..., list[Any]]) -> None:
    tasks = {task_of(LeadFactory.create()).pk for _ in range(150)}

    def claim(number: int) -> list[int]:
        got: list[int] = []
        while more := [one.task.id for one in claim_due(owner=f"va{number}", limit=3, act=Act(at=NOON))]:
            got += more
        return got

    given = run_together(CLAIMANTS, claim)
    assert Counter(pk for got in given for pk in got) == Counter(tasks)
    held = FollowupTask.objects.values_list("leased_by", "pk")
    assert sorted(held) == sorted((f"va{number}", pk) for number, got in enumerate(given) for pk in got)


def test_an_expired_lease_is_given_to_exactly_one_of_many(run_together: Callable[..., list[Any]]) -> None:
    task = task_of(LeadFactory.create(), leased_by="gone", leased_until=NOON)
    given = run_together(CLAIMANTS, lambda number: claim_due(owner=f"va{number}", act=Act(at=NOON)))
    assert sorted(map(len, given)) == [0] * (CLAIMANTS - 1) + [1]
    assert FollowupTask.objects.get(pk=task.pk).leased_until == NOON + timedelta(minutes=15)


def test_claims_among_renewals_completions_and_cancellations_do_not_deadlock(
    run_together: Callable[..., list[Any]],
) -> None:
    leads = [LeadFactory.create() for _ in range(40)]
    tasks = [task_of(lead).pk for lead in leads]

    def act(number: int) -> None:
        owner = f"va{number % 3}"
        for turn in range(5):
            if number % 5 == 0:
                renew_leases(task_ids=tasks[::-1], owner=owner, act=Act(at=NOON))
            elif number % 5 == 1:
                release_leases(task_ids=tasks, owner=owner, act=Act(at=NOON))
            elif number % 5 == 2:
                complete_task(tasks[(number + turn) % 40], owner, force=True, note="test", now=NOON)
            elif number % 5 == 3:
                with transaction.atomic():
                    theirs = [lead.lead_id for lead in leads[number % 8 :: 8]]
                    close_open_ladders(dict.fromkeys(theirs, "test"), Act("test", at=NOON))
            else:
                claim_due(owner=owner, limit=10, act=Act(at=NOON))

    assert run_together(20, act) == [None] * 20
    for ladder in FollowupLadder.objects.all():
        assert ladder.open_steps == ladder.tasks.open().count()
