"""The work queue, used by an agent in a browser."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from followups.services import complete_task, start_ladder
from followups.tasks.models import ContactAttempt, FollowupTask, TaskEvent
from governance.golive.models import GoLiveState
from tests.factories import NOON, LeadFactory, TaskFactory
from tests.query_counts import counted, queries
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

QUEUE = "/admin/followups/followuptask/queue/"
TOMORROW = NOON + timedelta(hours=20)


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


def due(lead_id: str = "LEAD-1", *, owner: str | None = None, minutes: int = 60, **lead: Any) -> FollowupTask:
    """The first step of a lead's ladder, due so many minutes ago and permitted now."""
    LeadFactory.create(lead_id=lead_id, **lead)
    now = NOON - timedelta(minutes=minutes)
    return start_ladder(lead_id=lead_id, province="ON", market="TORONTO", owner=owner, act=Act(at=now)).tasks[0]


def waiting(**values: Any) -> FollowupTask:
    """A due task that is permitted for an hour from now."""
    return TaskFactory.create(
        due_at=NOON - timedelta(minutes=5), **{"open_from": NOON, "open_until": NOON + timedelta(hours=1), **values}
    )


def press(client: Client, act: str, task: FollowupTask | None = None, **fields: Any) -> Any:
    """Press a button of the page. Return the next page."""
    return client.post(QUEUE, {"act": act, "task": task.pk if task else "", **fields}, follow=True)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)] or [
        str(message) for message in response.context["messages"]
    ]


def holders(*tasks: FollowupTask) -> list[str | None]:
    return [FollowupTask.objects.get(pk=task.pk).leased_by for task in tasks]


def events(task: FollowupTask) -> list[tuple[str, str, str]]:
    return [(line.kind, line.reason, line.actor) for line in TaskEvent.objects.filter(task=task).order_by("id")]


# Claiming -------------------------------------------------------------------------------------------------------------


def test_next_gives_the_agents_own_oldest_task_before_unowned_ones(va1: Client) -> None:
    unowned, others = due("LEAD-1", minutes=300), due("LEAD-2", owner="va2", minutes=400)
    later, own = due("LEAD-3", owner="va1", minutes=50), due("LEAD-4", owner="va1", minutes=60)

    page = press(va1, "next")

    assert holders(own, later, unowned, others) == ["va1", None, None, None]
    assert [card.task.pk for card in page.context["cards"]] == [own.pk]


def test_next_twice_gives_one_task(va1: Client) -> None:
    first, second = due("LEAD-1", minutes=60), due("LEAD-2", minutes=50)

    press(va1, "next")
    again = press(va1, "next")

    assert holders(first, second) == ["va1", None]
    assert said(again) == ["You hold a task already: say what came of it, or give it back."]


def test_opening_the_page_claims_nothing(va1: Client) -> None:
    task = due()

    page = va1.get(QUEUE)

    assert page.context["waiting"] == "Press Next to take the task that has waited longest: your own first, then nobody's."
    assert holders(task) == [None]


def test_the_page_shows_whom_to_contact_where_when_and_what_to_say(va1: Client) -> None:
    task = due(first_name="Zoé", last_name="L'Écuyer", phone="+14165550123", address="12 rue de l'Église", language="fr")

    page = press(va1, "next").content.decode()

    assert "Zoé L&#x27;Écuyer" in page
    assert 'href="sms:+14165550123?body=Bonjour%20' in page
    assert "12 rue de l&#x27;Église, Toronto, Ontario, M5V 2T6" in page
    assert "Tue, Dec 15, 2026, 1:00 p.m., America/Toronto" in page
    assert "What to say, in French" in page
    assert "Bonjour Zoé" in page
    assert f"Step {task.step} of 6" in page
    assert "15\xa0minutes left" in page


def test_names_and_notes_are_escaped(va1: Client) -> None:
    first = due(first_name="<b>Jane</b>", last_name="<script>x</script>")
    complete_task(first.pk, "va2", outcome="REACHED", note="<i>Rappeler à Noël</i>")
    with time_machine.travel(NOON + timedelta(minutes=30)):
        page = press(va1, "next").content.decode()

    assert "&lt;b&gt;Jane&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;" in page
    assert "&lt;i&gt;Rappeler à Noël&lt;/i&gt;" in page
    assert "<b>Jane" not in page
    assert "<script>x" not in page
    assert "<i>Rappeler" not in page


def test_the_page_shows_the_history_beside_the_task(va1: Client) -> None:
    first = due()
    complete_task(first.pk, "va2", outcome="NO_ANSWER", note="Rang out.", now=NOON - timedelta(minutes=40))

    page = press(va1, "next").content.decode()

    assert "Text message: No answer, 40\xa0minutes ago, va2" in page
    assert "Rang out." in page
    assert "Step 2 of 6" in page


def test_an_unknown_lead_is_named_by_its_id(va1: Client) -> None:
    start_ladder(lead_id="GHOST", province="ON", market="TORONTO", act=Act(at=NOON - timedelta(hours=1)))

    page = press(va1, "next").content.decode()

    assert "GHOST" in page
    assert "Nothing on file to reach this lead by text message." in page
    assert "tel:" not in page


def test_each_figure_counts_the_tasks_that_the_agent_may_take(va1: Client) -> None:
    waiting(ladder__owner="va1")
    waiting(ladder__owner="va2")
    waiting()
    waiting()
    waiting(leased_by="va2", leased_until=NOON + timedelta(minutes=5))
    waiting(open_from=NOON + timedelta(hours=1), open_until=NOON + timedelta(hours=2))
    waiting(open_from=None, open_until=None, ladder__owner="va1")
    waiting(open_from=None, open_until=None, ladder__owner="va2")

    figures = va1.get(QUEUE).context["figures"]

    assert (figures.yours, figures.unowned, figures.blocked) == (1, 2, 2)


@pytest.mark.parametrize(
    ("opens", "words"),
    [
        ([], "Nothing that you could do is due."),
        ([None], "Nothing may be done now, and nothing says when: of what is due no permitted minute is known."),
        ([3, 2, None], "Nothing may be done now; next at Tue, Dec 15, 2026, 8:00 p.m., in 2\xa0hours."),
    ],
)
def test_without_a_permitted_task_the_page_says_when_there_is_one(opens: list[int | None], words: str, va1: Client) -> None:
    for hours in opens:
        at = NOON + timedelta(hours=hours) if hours else None
        waiting(open_from=at, open_until=at)
    waiting(open_from=NOON + timedelta(hours=1), open_until=NOON + timedelta(hours=2), ladder__owner="va2")

    page = press(va1, "next")

    assert said(page) == [words]
    assert not FollowupTask.objects.filter(leased_by__isnull=False).exists()


def test_under_the_kill_switch_nothing_is_claimed_and_contacts_are_still_recorded(va1: Client, va2: Client) -> None:
    task, other = due("LEAD-1"), due("LEAD-2", minutes=50)
    press(va1, "next")
    GoLiveState.objects.update(kill_switch_engaged=True)

    refused = press(va2, "next")
    page = va1.get(QUEUE).content.decode()
    recorded = press(va1, "complete", task, outcome="REACHED")

    assert said(refused) == ["The kill switch is engaged: nothing acts until an operator releases it."]
    assert holders(other) == [None]
    assert "Do not make this contact now.</strong> The kill switch is engaged." in page
    assert said(recorded)[0].startswith("Step 1 of Jane Roe: Reached.")


# Outcomes -------------------------------------------------------------------------------------------------------------


def test_an_outcome_records_the_contact_and_the_page_says_what_follows(va1: Client) -> None:
    task = due()
    form = form_with(press(va1, "next"), "note")

    page = va1.post(QUEUE, {**form, "note": "Très aimable.", "outcome": "REACHED"}, follow=True)

    task.refresh_from_db()
    assert (task.completed_at, task.completed_by, task.outcome, task.note) == (NOON, "va1", "REACHED", "Très aimable.")
    assert ContactAttempt.objects.get(task=task).actor == "va1"
    assert events(task) == [("COMPLETED", "", "va1")]
    assert said(page) == ["Step 1 of Jane Roe: Reached. 5 steps are left, the next due Tue, Dec 15, 2026, 1:30 p.m. there."]
    assert page.context["cards"] == []


def test_the_page_says_when_an_outcome_ended_the_ladder(va1: Client) -> None:
    task = due()
    press(va1, "next")

    page = press(va1, "complete", task, outcome="NOT_INTERESTED")

    assert said(page) == ["Step 1 of Jane Roe: Not interested. The ladder is closed."]
    assert not FollowupTask.objects.open().exists()


def test_an_outcome_sent_twice_is_recorded_once(va1: Client) -> None:
    task = due()
    press(va1, "next")

    press(va1, "complete", task, outcome="REACHED", note="first")
    again = press(va1, "complete", task, outcome="NO_ANSWER", note="second")

    task.refresh_from_db()
    assert (task.outcome, task.note) == ("REACHED", "first")
    assert len(events(task)) == 1
    assert said(again) == ["Step 1 of Jane Roe was recorded already."]


def test_without_an_outcome_nothing_is_recorded_and_the_note_stays(va1: Client) -> None:
    task = due()
    press(va1, "next")

    page = press(va1, "complete", task, note="half a line")

    assert events(task) == []
    assert form_with(page, "note")["note"] == ["half a line"]
    assert "This field is required." in page.content.decode()


def test_a_task_under_anothers_claim_is_refused_in_words_and_then_recorded_with_force(va1: Client, va2: Client) -> None:
    task = due()
    press(va2, "next")

    refused = press(va1, "complete", task, outcome="REPLIED", note="She called me.")

    form = form_with(refused, "note")
    assert "va2 holds this task until 2026-12-15T18:15:00Z." in refused.content.decode()
    assert (form["note"], form["force"]) == (["She called me."], ["on"])
    assert events(task) == []

    va1.post(QUEUE, {**form, "outcome": "REPLIED"})

    task.refresh_from_db()
    assert (task.completed_by, task.outcome) == ("va1", "REPLIED")
    event = TaskEvent.objects.get(task=task, kind="COMPLETED")
    assert (event.detail["forced"], event.detail["leased_by"]) == (True, "va2")


def test_force_without_a_note_is_refused(va1: Client, va2: Client) -> None:
    task = due()
    press(va2, "next")

    page = press(va1, "complete", task, outcome="REPLIED", force="on")

    assert page.context["cards"][0].asks["complete"].errors["note"]
    assert events(task) == []


def test_another_owners_task_is_refused_in_words(va1: Client) -> None:
    task = due(owner="va2")

    page = press(va1, "complete", task, outcome="REACHED")

    assert "There is no task with this id" in page.content.decode()
    assert events(task) == []


def test_a_task_stays_at_hand_for_an_hour_after_its_claim_ended(va1: Client) -> None:
    task = due()
    press(va1, "next")

    with time_machine.travel(NOON + timedelta(minutes=16), tick=False):
        page = va1.get(QUEUE)
        renewed = press(va1, "renew", task)
    with time_machine.travel(NOON + timedelta(minutes=76), tick=False):
        later = va1.get(QUEUE)

    assert "It has ended" in page.content.decode()
    assert said(renewed) == ["Your claim of Jane Roe has ended: with Next you may get it again."]
    assert later.context["cards"] == []
    assert said(press(va1, "complete", task, outcome="REACHED"))[0].startswith("Step 1 of Jane Roe: Reached.")


def test_a_task_held_past_its_permitted_hours_shows_a_warning(va1: Client) -> None:
    task = due()
    press(va1, "next")

    with time_machine.travel(NOON + timedelta(hours=12), tick=False):  # 01:00 there
        FollowupTask.objects.filter(pk=task.pk).update(leased_until=NOON + timedelta(hours=13))
        page = va1.get(QUEUE).content.decode()

    assert "Do not make this contact now." in page
    assert "data-reach" not in page
    assert 'href="tel:' not in page
    assert 'href="sms:' not in page
    assert "Permitted again Wed, Dec 16, 2026," in page


# Snoozing and giving back ---------------------------------------------------------------------------------------------


def test_a_snooze_uses_the_leads_own_clock(va1: Client) -> None:
    task = due()
    press(va1, "next")

    page = press(va1, "snooze", task, until="2026-12-16T09:00", reason="Back from work then")

    task.refresh_from_db()
    assert (task.due_at, task.leased_by) == (datetime(2026, 12, 16, 14, 0, tzinfo=UTC), None)
    assert events(task) == [("SNOOZED", "Back from work then", "va1")]
    assert said(page) == ["Step 1 of Jane Roe is put off until Wed, Dec 16, 2026, 9:00 a.m. there."]


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("2027-03-14T02:30", "be interpreted in time zone America/Toronto"),
        ("2026-12-15T12:59", "Must lie in the future, at most 90 days ahead."),
        ("", "This field is required."),
    ],
)
def test_an_impossible_time_is_refused_in_words(until: str, words: str, va1: Client) -> None:
    task = due()
    press(va1, "next")

    page = press(va1, "snooze", task, until=until, reason="x")

    assert words in str(page.context["cards"][0].asks["snooze"].errors["until"])
    assert form_with(page, "until")["until"] == [until]
    assert events(task) == []


@pytest.mark.parametrize(("act", "fields"), [("snooze", {"until": "2026-12-16T09:00"}), ("skip", {})])
def test_a_task_snoozed_twice_has_one_line_of_history(act: str, fields: Any, va1: Client) -> None:
    task = due()
    press(va1, "next")

    first = press(va1, act, task, reason="why", **fields)
    again = press(va1, act, task, reason="why", **fields)

    assert len(events(task)) == 1
    assert said(first) != said(again)
    assert said(again)[0].startswith(("You do not hold step 1", "Step 1 of Jane Roe is no longer open", "There is no task"))


def test_a_skipped_step_leaves_the_next(va1: Client) -> None:
    task = due()
    press(va1, "next")

    page = press(va1, "skip", task, reason="The number is a fax")

    assert events(task) == [("SKIPPED", "The number is a fax", "va1")]
    assert said(page) == [
        "Step 1 of Jane Roe is skipped. 5 steps are left, the next due Tue, Dec 15, 2026, 1:00 p.m. there."
    ]


@pytest.mark.parametrize("act", ["snooze", "skip", "renew", "give_back"])
def test_a_task_under_anothers_claim_is_not_snoozed_or_skipped(act: str, va1: Client, va2: Client) -> None:
    task = due()
    press(va2, "next")

    page = press(va1, act, task, reason="x", until="2026-12-16T09:00")

    assert holders(task) == ["va2"]
    assert events(task) == []
    assert said(page)[0].startswith(("You do not hold step 1", "Your claim"))


def test_a_claim_is_renewed_and_given_back(va1: Client, va2: Client) -> None:
    task = due()
    press(va1, "next")

    with time_machine.travel(NOON + timedelta(minutes=10), tick=False):
        renewed = press(va1, "renew", task)
        task.refresh_from_db()
        given = press(va1, "give_back", task)
        press(va2, "next")

    assert task.leased_until == NOON + timedelta(minutes=25)
    assert said(renewed) == ["Jane Roe is yours until Tue, Dec 15, 2026, 1:25 p.m. there."]
    assert said(given) == ["Jane Roe is given back: somebody else has it next."]
    assert holders(task) == ["va2"]


# Who, and at what cost --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [("agent", 200), ("operator", 200), ("integrator", 200), ("auditor", 403)])
def test_only_users_who_may_claim_open_the_queue(role: str, status: int, user_of: Callable[..., User]) -> None:
    client = signed_in(user_of(role))

    assert client.get(QUEUE).status_code == status
    assert client.post(QUEUE, {"act": "next"}, follow=True).status_code == status
    assert (QUEUE in client.get(reverse("admin:index"), follow=True).content.decode()) is (status == 200)


def test_an_unknown_button_does_nothing(va1: Client) -> None:
    assert va1.post(QUEUE, {"act": "delete"}).status_code == 403
    for task in ("", "x", "999999", "²"):
        answer = va1.post(QUEUE, {"act": "complete", "task": task, "outcome": "REACHED"}, follow=True)
        assert said(answer) == ["There is no task with this id."]


def test_a_form_from_another_site_is_refused(user_of: Callable[..., User]) -> None:
    task = due()
    user = user_of("agent", username="va1")
    signed_in(user)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    assert client.post(QUEUE, {"act": "next"}).status_code == 403
    assert holders(task) == [None]


def test_the_page_takes_as_many_queries_for_five_tasks_as_for_one(va1: Client) -> None:
    def shown() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert va1.get(QUEUE).status_code == 200
        return counted(captured)

    def hold(number: int) -> None:
        task = due(f"LEAD-{number}")
        FollowupTask.objects.filter(pk=task.pk).update(leased_by="va1", leased_until=NOON + timedelta(minutes=15))

    hold(0)
    shown()
    with_one = shown()
    for number in range(1, 5):
        hold(number)

    assert shown() == with_one
    assert with_one <= queries("the work queue's page, at most")
