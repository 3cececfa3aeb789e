"""The round trips of the verbs: they lock, read, decide and write, and wait for PostgreSQL four times at most."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine

from followups.ladders.services import cancel_ladder, reassign_ladder, restart_ladder
from followups.leads.inbound.services import record_inbound
from followups.leads.lookups import points_of_lead
from followups.models import Lead
from followups.services import complete_task, start_ladder
from followups.tasks.due.claims import claim_due, release_leases, renew_leases
from followups.tasks.models import FollowupTask
from followups.tasks.services import skip_task, snooze_task
from governance.ledger.opt_outs import record_do_not_call, record_opt_out
from tests.factories import NOON, LeadFactory, PoolAgentFactory
from tests.round_trips import round_trips
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

MOST = 4  # beside COMMIT
OUTCOMES = ("REACHED", "APPOINTMENT", "NOT_INTERESTED", "WRONG_NUMBER", "OPTED_OUT")
HER = Act("anna", reason="she asked for it")  # a reason in a person's words is stored in a row of its own


def a_lead() -> str:
    """The id of a new lead, who has a number and an address."""
    number = Lead.objects.count()
    return LeadFactory.create(phone=f"+1416555{number:04}", email=f"jane{number}@example.ca").lead_id


def started(**options: Any) -> list[FollowupTask]:
    """The tasks of a new ladder of a new lead."""
    return start_ladder(lead_id=a_lead(), province="ON", market="TORONTO", **options, act=Act()).tasks


def of_a_lead(**options: Any) -> Callable[[], object]:
    lead_id = a_lead()
    return lambda: start_ladder(lead_id=lead_id, province="ON", market="TORONTO", **options, act=Act())


def in_a_pool() -> Callable[[], object]:
    for market in ("TORONTO", "ALL"):
        PoolAgentFactory.create(market=market)
    return of_a_lead()


def of_a_task(verb: Callable[[int], object]) -> Callable[[], object]:
    task_id = started()[0].pk
    return lambda: verb(task_id)


def of_a_ladder(verb: Callable[[int], object]) -> Callable[[], object]:
    ladder_id = started(owner="anna")[0].ladder_id
    return lambda: verb(ladder_id)


def claimed(verb: Callable[[list[int]], object]) -> Callable[[], object]:
    started()
    task_ids = [one.task.id for one in claim_due(owner="anna", act=Act())]
    return lambda: verb(task_ids)


def of_a_lead_with_a_ladder(verb: Callable[[str], object]) -> Callable[[], object]:
    lead_id = str(started()[0].lead_id)
    return lambda: verb(lead_id)


def with_outcome(outcome: str) -> Callable[[], object]:
    return of_a_task(lambda pk: complete_task(pk, "anna", outcome=outcome))


def said(lead_id: str, text: str) -> object:
    return record_inbound(lead_id=lead_id, channel="SMS", text=text, act=Act())


def later() -> Any:
    return NOON + timedelta(days=3)


# Each makes the rows for one act, and returns the act.
VERBS: dict[str, Callable[[], Callable[[], object]]] = {
    "create a ladder of nobody": lambda: lambda: start_ladder(province="ON", act=Act()),
    "create a ladder": of_a_lead,
    "create a ladder of a given owner": lambda: of_a_lead(owner="anna"),
    "create a ladder in a pool": in_a_pool,
    "restart a ladder": lambda: of_a_ladder(lambda pk: restart_ladder(pk, act=HER)),
    "complete": lambda: of_a_task(lambda pk: complete_task(pk, "anna")),
    "complete with an outcome that goes on": lambda: of_a_task(lambda pk: complete_task(pk, "anna", outcome="NO_ANSWER")),
    **{f"complete with {outcome}": partial(with_outcome, outcome) for outcome in OUTCOMES},
    "opt out": lambda: of_a_lead_with_a_ladder(lambda lead: record_opt_out(points=points_of_lead(lead), act=HER)),
    "do not call": lambda: of_a_lead_with_a_ladder(lambda lead: record_do_not_call(points=points_of_lead(lead), act=HER)),
    "record a message": lambda: of_a_lead_with_a_ladder(lambda lead: said(lead, "how much do you pay")),
    "record a message that asks for help": lambda: of_a_lead_with_a_ladder(lambda lead: said(lead, "HELP")),
    "cancel a ladder": lambda: of_a_ladder(lambda pk: cancel_ladder(pk, act=HER)),
    "reassign a ladder": lambda: of_a_ladder(lambda pk: reassign_ladder(pk, "bob", act=HER)),
    "snooze": lambda: of_a_task(lambda pk: snooze_task(pk, later(), act=HER)),
    "skip": lambda: of_a_task(lambda pk: skip_task(pk, act=HER)),
    "claim": lambda: (started(), lambda: claim_due(owner="anna", act=Act()))[1],
    "renew": lambda: claimed(lambda pks: renew_leases(task_ids=pks, owner="anna", act=Act())),
    "release": lambda: claimed(lambda pks: release_leases(task_ids=pks, owner="anna", act=Act())),
}


# Those who hear of an opt-out in a message read what it has cancelled, so that is written first.
# A pause reads its steps, before and after.
MORE: dict[str, tuple[int, Callable[[], Callable[[], object]]]] = {
    "complete with REPLIED": (6, lambda: of_a_task(lambda pk: complete_task(pk, "anna", outcome="REPLIED"))),
    "record a stop": (7, lambda: of_a_lead_with_a_ladder(lambda lead: said(lead, "STOP"))),
    "record a stop of every channel": (6, lambda: of_a_lead_with_a_ladder(lambda lead: said(lead, "STOP ALL"))),
}


@pytest.mark.parametrize("name", MORE)
def test_a_few_verbs_take_more(name: str) -> None:
    most, verb = MORE[name]
    with time_machine.travel(NOON, tick=False):
        for _ in range(2):
            verb()()
        act = verb()
        with round_trips() as sent:
            act()
    assert MOST < len(sent) <= most, "\n".join(sent)


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_takes_at_most_four_round_trips_beside_its_commit(name: str) -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(2):  # the first contact point changes a row that governs; the second act keeps what it reads
            VERBS[name]()()
        act = VERBS[name]()
        with round_trips() as sent:
            act()
    assert 1 <= len(sent) <= MOST, "\n".join(sent)
