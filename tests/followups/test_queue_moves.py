"""The work queue as htmx asks it: the next task comes with the outcome of the last, and an outcome may be taken back."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from followups.services import complete_task
from followups.tasks.held.models import HeldAct
from followups.tasks.held.services import do_overdue
from followups.tasks.models import ContactAttempt, FollowupTask, TaskEvent
from governance.ledger.models import ContactRecord
from kpi.models import KPIEvent
from tests.factories import NOON, InboundFactory, PoolAgentFactory
from tests.followups.test_work_queue import QUEUE, due, events, holders
from tests.query_counts import counted, queries
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def va1(user_of: Callable[..., User]) -> Client:
    """A browser of the agent va1."""
    return signed_in(user_of("agent", username="va1"))


@pytest.fixture
def va2(user_of: Callable[..., User]) -> Client:
    """A browser of the agent va2."""
    return signed_in(user_of("agent", username="va2"))


def press(client: Client, act: str, task: FollowupTask | None = None, **fields: Any) -> Any:
    """Press a button of the page. Return the part of the page that comes back."""
    return client.post(QUEUE, {"act": act, "task": task.pk if task else "", **fields}, headers=HTMX)


def seconds(after: int) -> Any:
    return time_machine.travel(NOON + timedelta(seconds=after), tick=False)


def shown(part: Any) -> list[int]:
    return [card.task.pk for card in part.context["cards"]]


def state(task: FollowupTask) -> tuple[bool, str]:
    task.refresh_from_db()
    return task.completed_at is not None, task.outcome


# The next task ----------------------------------------------------------------------------------------------------------


def test_the_next_task_comes_with_the_outcome_of_the_last(va1: Client) -> None:
    first, second = due("LEAD-1", minutes=60), due("LEAD-2", minutes=50)
    press(va1, "next")

    part = press(va1, "complete", first, outcome="LEFT_MESSAGE")

    assert shown(part) == [second.pk]
    assert holders(second) == ["va1"]
    assert part.context["undo"].words == "Step 1 of Jane Roe: Sent."
    assert b"<html" not in part.content


def test_an_outcome_and_the_next_card_take_few_queries(va1: Client) -> None:
    tasks = [due(f"LEAD-{n}", minutes=60 - n) for n in range(4)]
    press(va1, "next")
    press(va1, "complete", tasks[0], outcome="LEFT_MESSAGE")
    press(va1, "complete", tasks[1], outcome="LEFT_MESSAGE")

    with CaptureQueriesContext(connection) as captured:
        part = press(va1, "complete", tasks[2], outcome="LEFT_MESSAGE")

    assert shown(part) == [tasks[3].pk]
    assert state(tasks[1]) == (True, "LEFT_MESSAGE")  # the outcome before is recorded in the same request
    assert counted(captured) <= queries("an outcome and the next card, at most")


def test_a_call_has_other_outcomes_than_a_text(va1: Client) -> None:
    first = due("LEAD-1", phone="+14165550123")
    text = press(va1, "next").content.decode()
    complete_task(first.pk, "va1", outcome="NO_ANSWER")
    with seconds(31 * 60):
        call = press(va1, "next").content.decode()

    assert "</kbd> Sent" in text
    assert "</kbd> Reached" not in text
    assert 'href="sms:+14165550123?body=' in text
    assert "</kbd> Reached" in call
    assert "</kbd> Sent" not in call
    assert 'href="tel:+14165550123"' in call


def test_the_card_shows_what_the_lead_wrote_last_and_where_the_lead_came_from(va1: Client) -> None:
    due("LEAD-1", score="0.8421", source="probate list")
    InboundFactory.create(lead_id="LEAD-1", text="Who is this?")
    InboundFactory.create(lead_id="LEAD-1", text="Call me on <b>Friday</b>.")

    card = press(va1, "next").content.decode()

    assert "Call me on &lt;b&gt;Friday&lt;/b&gt;." in card
    assert "Who is this?" not in card
    assert "84%, probate list" in card


# Ten seconds ------------------------------------------------------------------------------------------------------------


def test_within_ten_seconds_an_outcome_has_changed_nothing(va1: Client, va2: Client) -> None:
    task = due()
    press(va1, "next")
    rows = KPIEvent.objects.count()

    press(va1, "complete", task, outcome="NOT_INTERESTED", note="Sold it.")
    press(va2, "next")

    assert state(task) == (False, "")
    assert holders(task) == ["va1"]
    assert (ContactAttempt.objects.count(), KPIEvent.objects.count()) == (0, rows)
    assert HeldAct.objects.get().words == "Sold it."


def test_an_outcome_is_taken_back_and_the_history_says_so(va1: Client) -> None:
    task, other = due("LEAD-1", minutes=60), due("LEAD-2", minutes=50)
    press(va1, "next")
    press(va1, "complete", task, outcome="NOT_INTERESTED", note="Sold it.")

    with seconds(9):
        part = press(va1, "undo")
        press(va1, "complete", task, outcome="LEFT_MESSAGE")
    with seconds(30):
        press(va1, "settle")

    assert shown(part) == [task.pk, other.pk]
    assert state(task) == (True, "LEFT_MESSAGE")
    assert [kind for kind, _, _ in events(task)] == ["TAKEN_BACK", "COMPLETED"]
    line = TaskEvent.objects.get(kind="TAKEN_BACK")
    assert line.detail == {"act": "COMPLETE", "outcome": "NOT_INTERESTED", "said_at": "2026-12-15T18:00:00Z"}
    assert line.reason == ""


def test_later_it_cannot_be_taken_back(va1: Client) -> None:
    task = due()
    press(va1, "next")
    press(va1, "complete", task, outcome="NOT_INTERESTED")

    with seconds(14):
        part = press(va1, "undo")
        press(va1, "settle")

    assert "What you said last is recorded" in part.content.decode()
    assert state(task) == (True, "NOT_INTERESTED")


def test_the_contact_was_made_when_the_button_was_pressed(va1: Client) -> None:
    task = due()
    press(va1, "next")
    press(va1, "complete", task, outcome="LEFT_MESSAGE", note="n")

    with seconds(10):
        said = press(va1, "settle").content.decode()

    attempt = ContactAttempt.objects.get(task=task)
    assert (attempt.contacted_at, attempt.actor, str(attempt.user)) == (NOON, "va1", "va1")
    assert "Recorded: step 1 of Jane Roe. 5 steps are left, the next due" in said


def test_the_worker_records_what_a_closed_browser_left(va1: Client) -> None:
    task = due()
    press(va1, "next")
    press(va1, "complete", task, outcome="LEFT_MESSAGE", note="Wrote to her.")

    with seconds(12):
        assert do_overdue(act=Act()) == 0
    with seconds(13):
        assert do_overdue(act=Act()) == 1
        assert do_overdue(act=Act()) == 0

    assert state(task) == (True, "LEFT_MESSAGE")
    assert (task.completed_by, task.note) == ("va1", "Wrote to her.")


def test_an_outcome_is_recorded_even_if_the_ladder_went_to_somebody_else_meanwhile(va1: Client) -> None:
    task = due()
    press(va1, "next")
    press(va1, "complete", task, outcome="LEFT_MESSAGE")
    FollowupTask.objects.filter(ladder=task.ladder_id).update(owner="va2", leased_by=None, leased_until=None)

    with seconds(13):
        do_overdue(act=Act())

    assert state(task) == (True, "LEFT_MESSAGE")
    assert task.completed_by == "va1"


def test_a_wish_for_no_more_contact_is_recorded_at_once(va1: Client) -> None:
    task = due()
    page = press(va1, "next").content.decode()

    part = press(va1, "complete", task, outcome="OPTED_OUT")

    assert "data-confirm=" in page
    assert state(task) == (True, "OPTED_OUT")
    assert ContactRecord.objects.filter(entry="OPT_OUT").exists()
    assert part.context["undo"] is None


@pytest.mark.parametrize(
    ("act", "fields", "kind"),
    [
        ("snooze", {"until": "2026-12-16T10:00", "reason": "Tomorrow, she says."}, "SNOOZED"),
        ("skip", {"reason": "Of no use now"}, "SKIPPED"),
    ],
)
def test_a_snooze_and_a_skip_wait_too(act: str, fields: dict[str, str], kind: str, va1: Client) -> None:
    task = due()
    press(va1, "next")

    press(va1, act, task, **fields)
    before = events(task)
    with seconds(10):
        press(va1, "settle")

    assert before == []
    assert events(task) == [(kind, fields["reason"], "va1")]


def test_a_snooze_into_the_past_is_refused_at_the_card(va1: Client) -> None:
    task = due()
    press(va1, "next")

    part = press(va1, "snooze", task, until="2026-12-15T12:59", reason="x")

    assert "Must lie in the future, at most 90 days ahead." in part.content.decode()
    assert not HeldAct.objects.exists()


# Somebody else ----------------------------------------------------------------------------------------------------------


def test_a_task_that_was_given_back_goes_to_somebody_else(va1: Client, va2: Client) -> None:
    task, other = due("LEAD-1", minutes=60), due("LEAD-2", minutes=20)
    press(va1, "next")

    second = press(va1, "give_back", task)
    none = press(va1, "give_back", other)
    press(va2, "next")

    assert (shown(second), shown(none)) == ([other.pk], [])
    assert [help.task.pk for help in none.context["helps"]] == [task.pk, other.pk]
    assert holders(task, other) == ["va2", None]


def test_ones_own_ladder_goes_to_the_next_agent_of_the_pool(va1: Client) -> None:
    for agent in ("va1", "va2"):
        PoolAgentFactory.create(agent=agent, province="ON", market="TORONTO")
    task = due(owner="va1")
    press(va1, "next")

    press(va1, "give_back", task)

    task.refresh_from_db()
    assert (task.owner, task.ladder.owner, task.leased_by) == ("va2", "va2", None)
    assert set(task.ladder.tasks.values_list("owner", flat=True)) == {"va2"}
    assert TaskEvent.objects.filter(kind="REASSIGNED").count() == 6


def test_an_idle_agent_sees_what_it_may_help_with_and_takes_it(va1: Client) -> None:
    PoolAgentFactory.create(agent="va1", province="ON", market="TORONTO")
    late, new = due("LEAD-1", owner="va2", minutes=130), due("LEAD-2", owner="va2", minutes=20)

    idle = va1.get(QUEUE)
    refused = press(va1, "help", new)
    taken = press(va1, "help", late)

    assert [help.task.pk for help in idle.context["helps"]] == [late.pk]
    assert "Somebody else has it by now" in refused.content.decode()
    assert shown(taken) == [late.pk]
    late.refresh_from_db()
    assert (late.owner, late.leased_by) == ("va1", "va1")


def test_an_agent_of_no_pool_is_offered_nothing_of_others(va1: Client) -> None:
    late = due("LEAD-1", owner="va2", minutes=130)

    press(va1, "help", late)

    assert va1.get(QUEUE).context["helps"] == []
    assert holders(late) == [None]
