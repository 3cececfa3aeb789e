"""The page of the inbox: what waits, the next item with the answer to the last, and the reply that is first in the queue."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from followups.ladders.services import reassign_ladder
from followups.leads.inbound.services import record_inbound
from followups.leads.models import Lead
from followups.models import FollowupLadder, InboundMessage, InboxItem
from followups.services import complete_task
from followups.tasks.models import FollowupTask
from governance.ledger.models import ContactRecord
from tests.factories import NOON, InboundFactory, InboxItemFactory, LeadFactory, PoolAgentFactory
from tests.followups.test_work_queue import QUEUE, due
from tests.query_counts import counted, queries
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
INBOX = "/admin/followups/followuptask/inbox/"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def va1(user_of: Callable[..., User]) -> Client:
    """A browser of the agent va1, who works in Toronto's pool."""
    PoolAgentFactory.create(agent="va1", province="ON", market="TORONTO")
    return signed_in(user_of("agent", username="va1"))


@pytest.fixture
def va2(user_of: Callable[..., User]) -> Client:
    """A browser of the agent va2, who works in the same pool."""
    PoolAgentFactory.create(agent="va2", province="ON", market="TORONTO")
    return signed_in(user_of("agent", username="va2"))


@pytest.fixture
def boss(user_of: Callable[..., User]) -> Client:
    """A browser of an operator."""
    return signed_in(user_of("operator", username="boss"))


def written(lead_id: str, text: str = "Yes, call me on Friday.", *, at: datetime = NOON) -> InboundMessage:
    """A text that a lead sent us."""
    return record_inbound(channel="SMS", lead_id=lead_id, text=text, act=Act(at=at)).message


def press(client: Client, act: str, item: InboxItem, **fields: Any) -> Any:
    """Press a button of the page. Return the part of the page that comes back."""
    return client.post(INBOX, {"act": act, "item": item.pk, **fields}, headers=HTMX)


def listed(page: Any) -> list[int]:
    return [item.pk for item, *_ in page.context["rows"]]


def open_at(page: Any) -> int | None:
    card = page.context["card"]
    return card and card.item.pk


def reply(lead_id: str, *, owner: str | None = None, minutes: int = 10) -> InboxItem:
    """The item of a reply that came so many minutes ago, for this owner or for anybody."""
    due(lead_id, owner=owner, minutes=60)
    written(lead_id, at=NOON - timedelta(minutes=minutes))
    InboxItem.objects.filter(lead_id=lead_id).update(owner=owner)  # the pool gives a ladder of nobody to one of its agents
    return InboxItem.objects.get(lead_id=lead_id)


# What waits -------------------------------------------------------------------------------------------------------------


def test_a_reply_waits_for_whoever_follows_up_the_lead_and_more_of_it_joins_the_thread(va1: Client) -> None:
    due("LEAD-1", owner="va1")
    written("LEAD-1", at=NOON - timedelta(minutes=10))
    written("LEAD-1", "Or on Saturday.")
    item = InboxItem.objects.get()

    page = va1.get(INBOX)

    assert (item.kind, item.owner, item.due_by) == ("REPLY", "va1", NOON + timedelta(minutes=20))
    assert [line.words for line in page.context["card"].thread] == ["Yes, call me on Friday.", "Or on Saturday."]


def test_a_reply_goes_with_its_ladder(va1: Client) -> None:
    item = reply("LEAD-1", owner="va1")

    reassign_ladder(FollowupLadder.objects.get(lead_id="LEAD-1").pk, "va2", act=Act(reason="holiday"))

    item.refresh_from_db()
    assert item.owner == "va2"


def test_an_agent_finds_its_own_items_and_nobodys_and_an_operator_all(va1: Client, boss: Client) -> None:
    own, others = reply("LEAD-1", owner="va1", minutes=10), reply("LEAD-2", owner="va2", minutes=20)
    nobodys = reply("LEAD-3", minutes=30)
    LeadFactory.create(lead_id="LEAD-4", province="BC", market="VICTORIA")
    elsewhere = InboxItemFactory.create(lead_id="LEAD-4", task=None, message=InboundFactory.create(lead_id="LEAD-4"))
    nobody = InboundFactory.create(lead_id=None)
    unknown = InboxItemFactory.create(task=None, message=nobody, due_by=NOON - timedelta(minutes=1))

    assert listed(va1.get(INBOX)) == [nobodys.pk, own.pk]
    assert listed(boss.get(INBOX)) == [unknown.pk, nobodys.pk, others.pk, own.pk, elsewhere.pk]
    assert open_at(va1.get(INBOX, {"item": others.pk})) == others.pk  # of the agent's pool, so it may be read
    assert va1.get(INBOX, {"item": others.pk}).context["card"].may_act is False
    assert open_at(va1.get(INBOX, {"item": elsewhere.pk})) == nobodys.pk


def test_a_card_says_how_long_it_has_waited_and_until_when_and_what_was_tried(va1: Client) -> None:
    item = reply("LEAD-1", owner="va1", minutes=40)
    step = FollowupTask.objects.filter(lead_id="LEAD-1").earliest("step")
    complete_task(step.pk, "va1", outcome="LEFT_MESSAGE", note="sent <b>the offer</b>", now=NOON - timedelta(minutes=50))

    page = va1.get(INBOX).content.decode()

    assert "waits for 40\xa0minutes" in page
    assert ">late</strong>" in page
    assert "sent &lt;b&gt;the offer&lt;/b&gt;" in page
    assert "Yes, call me on Friday." in page
    assert f'href="tel:{item.lead.phone}"' in page
    assert reverse("admin:followups_lead_change", args=[item.lead.pk]) in page


def test_a_contact_that_the_gate_refuses_is_no_link_and_the_reason_speaks_of_a_lead(va1: Client) -> None:
    reply("LEAD-1", owner="va1")
    page = va1.get(INBOX)
    best = page.context["card"].best_way
    assert next(way.link for way in page.context["card"].ways if not way.refusal) == best.link
    assert f'class="press queue-call" href="{best.link}"' in page.content.decode()

    Lead.objects.update(status="CLOSED")
    page = va1.get(INBOX)
    text = page.content.decode()
    assert page.context["card"].best_way is None
    assert ": not now" in text
    assert "The lead is closed." in text
    assert "the buyer is blocked" not in text
    assert 'href="tel:' not in text
    assert 'href="sms:' not in text


def test_the_page_is_for_who_may_read_the_inbox(client: Client, user_of: Callable[..., User]) -> None:
    auditor = signed_in(user_of("auditor"))
    item = reply("LEAD-1")

    assert client.get(INBOX).status_code == 302
    assert auditor.get(INBOX).context["card"].may_act is False
    assert press(auditor, "answered", item, answer="call").status_code == 403
    assert signed_in(user_of(None, username="nobody")).get(INBOX).status_code == 403


def test_an_empty_inbox_says_so(va1: Client) -> None:
    assert "Nothing waits" in va1.get(INBOX).content.decode()


# Answers ----------------------------------------------------------------------------------------------------------------


def test_the_next_item_comes_with_the_answer_to_the_last(va1: Client) -> None:
    first, second, third = (reply(f"LEAD-{n}", owner="va1", minutes=30 - n) for n in range(3))

    part = press(va1, "answered", second, answer="call", note="Meets us on Friday.")

    assert (listed(part), open_at(part)) == ([first.pk, third.pk], third.pk)
    assert b"<html" not in part.content
    second.refresh_from_db()
    assert (second.done_by, second.done_reason) == ("va1", "answered by phone: Meets us on Friday.")
    assert open_at(press(va1, "answered", third, answer="none")) == first.pk


def test_an_answer_is_taken_back_within_ten_seconds_and_not_later(va1: Client, va2: Client) -> None:
    item, other = reply("LEAD-1", minutes=20), reply("LEAD-2", minutes=10)
    part = press(va1, "answered", item, answer="call")
    assert open_at(part) == other.pk
    assert 'value="undo"' in part.content.decode()

    assert "can no longer be taken back" in press(va2, "undo", item).content.decode()
    taken = press(va1, "undo", item)
    assert (open_at(taken), listed(taken)) == (item.pk, [item.pk, other.pk])

    press(va1, "answered", item, answer="call")
    with time_machine.travel(NOON + timedelta(seconds=14), tick=False):
        late = press(va1, "undo", item).content.decode()
    assert "can no longer be taken back" in late
    item.refresh_from_db()
    assert item.done_at == NOON


def test_an_answer_without_words_is_refused_and_what_was_written_is_kept(va1: Client) -> None:
    item = reply("LEAD-1", owner="va1")

    empty = press(va1, "answered", item)
    long = press(va1, "answered", item, answer="call", note="x" * 901).content.decode()

    assert empty.context["card"].refusal == "Say what was answered."
    assert "x" * 901 in long
    assert InboxItem.objects.filter(done_at__isnull=True).count() == 1


def test_somebody_elses_item_is_not_answered(va1: Client) -> None:
    item = reply("LEAD-1", owner="va2")

    part = press(va1, "answered", item, answer="call")

    assert "somebody else&#x27;s" in part.content.decode()
    item.refresh_from_db()
    assert item.done_at is None


def test_an_item_that_somebody_else_has_done_says_so(va1: Client, va2: Client) -> None:
    item, other = reply("LEAD-1"), reply("LEAD-2", minutes=5)
    press(va2, "answered", item, answer="call")

    part = press(va1, "answered", item, answer="text")

    assert "This waits no more" in part.content.decode()
    assert open_at(part) == other.pk


def test_without_javascript_a_button_is_a_form(va1: Client) -> None:
    item = reply("LEAD-1", owner="va1")

    page = va1.post(INBOX, {"act": "answered", "item": item.pk, "answer": "email"}, follow=True)

    assert page.redirect_chain == [(INBOX, 302)]
    assert "Jane Roe: done." in page.content.decode()


def test_an_appointment_is_the_outcome_of_the_next_step(va1: Client) -> None:
    item = reply("LEAD-1", owner="va1")

    said = press(va1, "appointment", item, note="Friday at ten.").content.decode()

    task = FollowupTask.objects.get(lead_id="LEAD-1", outcome="APPOINTMENT")
    item.refresh_from_db()
    assert "the appointment is recorded" in said
    assert (task.step, task.note, item.done_reason) == (1, "appointment made: Friday at ten.", task.note)
    assert Lead.objects.get(lead_id="LEAD-1").status == "APPOINTMENT"
    assert not FollowupTask.objects.open().exists()


def test_an_appointment_without_a_ladder_moves_the_lead_on(va1: Client) -> None:
    LeadFactory.create(lead_id="LEAD-1")
    written("LEAD-1")

    press(va1, "appointment", InboxItem.objects.get())

    assert Lead.objects.get(lead_id="LEAD-1").status == "APPOINTMENT"
    assert InboxItem.objects.get().done_by == "va1"


def test_an_appointment_at_a_step_that_somebody_else_owns_changes_nothing(va1: Client) -> None:
    item = reply("LEAD-1", owner="va2")
    InboxItem.objects.update(owner="va1")

    part = press(va1, "appointment", item)

    item.refresh_from_db()
    assert part.context["card"].refusal != ""
    assert item.done_at is None
    assert FollowupTask.objects.open().count() == 6


def test_another_time_puts_the_next_step_off(va1: Client) -> None:
    item = reply("LEAD-1", owner="va1")
    assert [key for key, *_ in va1.get(INBOX).context["card"].snoozes] == ["1", "2", "3", "4"]

    press(va1, "later", item, until="2026-12-18T10:00")

    step = FollowupTask.objects.get(lead_id="LEAD-1", step=1)
    item.refresh_from_db()
    assert step.due_at == datetime(2026, 12, 18, 15, tzinfo=UTC)  # ten in Toronto
    assert item.done_reason == "answered, another time suits better"


def test_a_wish_for_no_more_contact_binds_the_lead_and_ends_its_ladder(va1: Client) -> None:
    item, other = reply("LEAD-1", owner="va1"), reply("LEAD-2", owner="va1", minutes=5)

    part = press(va1, "opt_out", item)

    assert open_at(part) == other.pk
    assert "data-confirm" in part.content.decode()
    assert not FollowupTask.objects.open().filter(lead_id="LEAD-1").exists()
    assert FollowupTask.objects.open().filter(lead_id="LEAD-2").exists()
    lines = ContactRecord.objects.filter(entry="OPT_OUT", channel="")
    assert set(lines.values_list("point__kind", flat=True)) == {"LEAD", "PHONE"}
    item.refresh_from_db()
    assert item.done_reason == "wants no more contact"


# Doubtful messages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("meaning", ["OPT_OUT", "REPLY"])
def test_a_doubtful_message_is_decided_and_a_reply_then_waits_for_its_answer(meaning: str, va1: Client) -> None:
    due("LEAD-1", owner="va1")
    message = written("LEAD-1", "please stop calling me so early, call after ten")
    item = InboxItem.objects.get(kind="MESSAGE")
    page = va1.get(INBOX)
    assert [one.key for one in page.context["card"].decisions] == ["1", "2"]  # lifting needs another permission

    part = press(va1, "decide", item, meaning=meaning)

    message.refresh_from_db()
    assert (message.decided_as, message.decided_by, message.decided_reason) == (meaning, "va1", "read in the inbox")
    follows = InboxItem.objects.filter(kind="REPLY")
    assert [(one.owner, one.message_id) for one in follows] == ([("va1", message.pk)] if meaning == "REPLY" else [])
    assert open_at(part) == (follows.get().pk if meaning == "REPLY" else None)
    assert FollowupTask.objects.open().exists() is (meaning == "REPLY")


def test_a_wrong_meaning_is_refused(va1: Client) -> None:
    LeadFactory.create(lead_id="LEAD-1")
    written("LEAD-1", "please stop calling me so early, call after ten")
    item = InboxItem.objects.get()

    for meaning in ("HELP", "RESUME", ""):
        assert press(va1, "decide", item, meaning=meaning).context["card"].refusal != ""
    assert press(va1, "answered", item, answer="call").context["card"].refusal != ""
    assert InboxItem.objects.filter(done_at__isnull=True).count() == 1


# The queue --------------------------------------------------------------------------------------------------------------


def test_a_reply_is_first_in_its_owners_queue_and_in_no_others(va1: Client, va2: Client, boss: Client) -> None:
    due("LEAD-0", owner="va1", minutes=600)
    item = reply("LEAD-1", owner="va1")

    idle = va1.get(QUEUE)
    working = va1.post(QUEUE, {"act": "next"}, headers=HTMX).content.decode()

    assert idle.context["reply"].item == item
    assert f"{INBOX}?item={item.pk}" in idle.content.decode()
    assert 0 < working.index("data-reply") < working.index("data-card")
    assert [client.get(QUEUE).context["reply"] for client in (va2, boss)] == [None, None]

    press(va1, "answered", item, answer="call")
    assert va1.get(QUEUE).context["reply"] is None


# Cost -------------------------------------------------------------------------------------------------------------------


def test_the_page_and_an_answer_take_few_queries_however_much_waits(va1: Client) -> None:
    items = [reply(f"LEAD-{n}", owner="va1" if n % 2 else None, minutes=40 - n) for n in range(12)]
    va1.get(INBOX)

    with CaptureQueriesContext(connection) as page:
        va1.get(INBOX)
    with CaptureQueriesContext(connection) as answer:
        press(va1, "answered", items[0], answer="call")

    assert counted(page) <= queries("the inbox's page, at most")
    assert counted(answer) <= queries("an answer and the next item, at most")


def test_what_an_agent_may_read_is_found_behind_much_that_it_may_not(va1: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("followups.tasks.admin.inbox.items.LOOKED_AT", 3)
    for n in range(4):
        LeadFactory.create(lead_id=f"FAR-{n}", province="BC", market="VICTORIA")
        far = InboundFactory.create(lead_id=f"FAR-{n}")
        InboxItemFactory.create(lead_id=f"FAR-{n}", task=None, message=far, due_by=NOON - timedelta(days=1))
    item = reply("LEAD-1")

    assert listed(va1.get(INBOX)) == [item.pk]


def test_own_items_and_nobodys_stand_in_one_order_however_many_of_both_there_are(
    va1: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("followups.tasks.admin.inbox.items.LOOKED_AT", 2)
    monkeypatch.setattr("followups.tasks.admin.inbox.items.SHOWN", 5)
    items = [reply(f"LEAD-{n}", owner="va1" if n % 2 else None, minutes=40 - n // 3) for n in range(16)]
    expected = sorted(items, key=lambda item: (item.due_by, item.pk))[:5]

    assert listed(va1.get(INBOX)) == [item.pk for item in expected]
