"""Every verb of ladders at once, on leads that share a number: no deadlock, and every invariant holds."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from django.db import connections
from django.db.models import F

from followups.ladders.errors import LadderClosed, NoLadder
from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder, reassign_ladder, restart_ladder
from followups.leads.inbound.services import record_inbound
from followups.models import Lead
from followups.services import complete_task, start_ladder
from followups.tasks import services
from followups.tasks.errors import TaskClosed
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.outcomes.rules import Outcome
from governance import gate
from governance.ledger import opt_outs
from kpi.models import KPIEvent
from tests.factories import LeadFactory
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

PHONE, EMAIL = "+14165550123", "jane@example.ca"
LEADS = ("A", "B", "C")
WORKERS = 8
ROUNDS = 8
ACTS_EACH = 6
REFUSALS = (LadderClosed, TaskClosed, NoLadder)


def some_act(luck: Random) -> Callable[[], Any]:
    """One of the verbs, on one of the present rows."""
    tasks = list(FollowupTask.objects.order_by("-pk").values_list("pk", flat=True)[:18])
    task, lead = luck.choice(tasks), luck.choice(LEADS)
    ladder = FollowupTask.objects.values_list("ladder_id", flat=True).get(pk=task)
    outcome = luck.choice((None, *Outcome))
    later = FollowupTask.objects.values_list("created_at", flat=True).get(pk=task).replace(microsecond=0)
    return luck.choice(
        (
            lambda: complete_task(task, "va1", outcome=outcome),
            lambda: complete_task(task, "va1", outcome="OPTED_OUT"),
            lambda: start_ladder(lead_id=lead, province="ON", market="TORONTO", restart=True, act=Act(reason="again")),
            lambda: restart_ladder(ladder, act=Act(reason="again")),
            lambda: services.snooze_task(task, later.replace(year=later.year, month=12, day=31), act=Act(reason="later")),
            lambda: services.skip_task(task, act=Act(reason="no")),
            lambda: cancel_ladder(ladder, act=Act(reason="sold")),
            lambda: reassign_ladder(ladder, luck.choice(("anna", "bob")), act=Act(reason="holidays")),
            lambda: gate.record_opt_out(points=[("PHONE", PHONE), ("EMAIL", EMAIL)], act=Act("va1")),
            lambda: record_inbound(lead_id=lead, channel="SMS", text="STOP ALL", act=Act()),
            lambda: opt_outs.lift_opt_out(points=[("PHONE", PHONE), ("EMAIL", EMAIL)], act=Act("va1", reason="a mistake")),
        )
    )


def assert_all_holds() -> None:
    for ladder in FollowupLadder.objects.all():
        open_tasks = ladder.tasks.open().count()
        assert (ladder.open_steps, ladder.closed_at is None) == (open_tasks, open_tasks > 0)
    completed = sorted(FollowupTask.objects.exclude(completed_at=None).values_list("pk", flat=True))
    told = KPIEvent.objects.filter(metric="followup_completed").values_list("subject_id", flat=True)
    assert sorted(map(int, told)) == completed
    followed = Lead.objects.filter(ladders__closed_at=None, ladders__isnull=False).values_list("phone", flat=True)
    assert len(followed) == len(set(followed))
    lines = Counter(TaskEvent.objects.values_list("task_id", "kind"))
    assert sorted(task for task, kind in lines if kind == "COMPLETED") == completed
    ended = {task: times for (task, kind), times in lines.items() if kind in ("CANCELLED", "SKIPPED")}
    cancelled = FollowupTask.objects.exclude(cancelled_at=None).exclude(cancelled_at=F("created_at"))  # not made cancelled
    assert set(ended) == set(cancelled.values_list("pk", flat=True))
    assert all(times == 1 for (_, kind), times in lines.items() if kind in ("COMPLETED", "CANCELLED", "SKIPPED"))


def test_all_verbs_at_once_on_leads_of_one_number_neither_deadlock_nor_miscount(
    run_together: Callable[..., list[Any]],
) -> None:
    for lead in LEADS:
        LeadFactory.create(lead_id=lead, phone=PHONE, email=EMAIL if lead != "C" else "")
    start_ladder(lead_id="A", province="ON", market="TORONTO", act=Act())

    for round_ in range(ROUNDS):
        for lead in LEADS:
            opt_outs.lift_opt_out(points=[("PHONE", PHONE), ("EMAIL", EMAIL)], act=Act("va1", reason="a mistake"))
            with suppress(NoLadder):  # one of the three leads with one number is followed up
                start_ladder(lead_id=lead, province="ON", market="TORONTO", restart=True, act=Act(reason="again"))

        def work(number: int, round_: int = round_) -> int:
            luck = Random(f"{round_}.{number}")
            done = 0
            for _ in range(ACTS_EACH):
                try:
                    some_act(luck)()
                    done += 1
                except REFUSALS:
                    connections["default"].close_if_unusable_or_obsolete()
            return done

        answers = run_together(WORKERS, work)
        assert [answer for answer in answers if isinstance(answer, Exception)] == []
        assert sum(answers) > 0
        assert_all_holds()
