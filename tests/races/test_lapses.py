"""Steps lapse while others complete, cancel or record the ground: each step ends once, and each ladder counts right."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from followups.ladders.errors import LadderClosed
from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder
from followups.services import complete_task, start_ladder
from followups.tasks import services
from followups.tasks.errors import TaskClosed
from followups.tasks.lapses import lapse_steps
from followups.tasks.models import FollowupTask, TaskEvent
from governance.organisation.models import Organisation
from kpi.models import KPIEvent
from tests.factories import LeadFactory
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LEADS = 12


def test_lapses_completions_and_cancellations_end_each_step_once(run_together: Callable[..., list[Any]]) -> None:
    who = {"name": "Maple Homes", "mailing_address": "1 King Street, Toronto", "contact": "416-555-0100"}
    Organisation.objects.update(consent="enforce", scrub="enforce", **who, registration_number="R-1")
    Organisation.objects.update(registration_expires_on=timezone.now().date() + timedelta(days=365))
    begun = timezone.now() - timedelta(days=30)
    for n in range(LEADS):
        LeadFactory.create(lead_id=f"L{n}", province="ON", phone=f"+141655501{n:02}")
        start_ladder(lead_id=f"L{n}", province="ON", act=Act(at=begun))
    tasks = list(FollowupTask.objects.order_by("ladder", "-step").values_list("pk", flat=True))
    ladders = list(FollowupLadder.objects.order_by("-pk").values_list("pk", flat=True))

    def act(number: int) -> int:
        if number < 4:
            return lapse_steps(act=Act())
        for task in tasks[number::4]:
            with suppress(TaskClosed):
                complete_task(task, "va1") if number % 2 else services.skip_task(task, act=Act(reason="no"))
        for ladder in ladders[number - 4 :: 4]:
            with suppress(LadderClosed):
                cancel_ladder(ladder, act=Act(reason="sold"))
        return 0

    assert [answer for answer in run_together(8, act) if not isinstance(answer, int)] == []
    lapse_steps(act=Act())
    ended = Counter(TaskEvent.objects.exclude(kind="COMPLETED").values_list("task", flat=True))
    assert set(ended) == set(FollowupTask.objects.exclude(cancelled_at=None).values_list("pk", flat=True))
    assert set(ended.values()) == {1}
    lapsed = TaskEvent.objects.filter(kind="LAPSED").count()
    assert lapsed == KPIEvent.objects.filter(metric="followup_lapsed").count()
    for row in FollowupLadder.objects.all():
        assert (row.open_steps, row.closed_at is not None) == (0, True)
