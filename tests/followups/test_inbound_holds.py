"""A doubtful message holds its sender until a person decides. A request to begin again waits for a person too."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.leads.inbound.decisions import decide_inbound
from followups.leads.inbound.services import record_inbound
from followups.models import InboundMessage, InboxItem, Lead
from followups.services import complete_task, start_ladder
from followups.tasks.due.claims import claim_due
from followups.tasks.due.services import due_tasks
from followups.tasks.minutes.services import recompute_leads
from followups.tasks.models import FollowupTask
from governance import gate
from governance.gate.reasons import Reason
from governance.ledger.erasures import erase_point
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.opt_outs import record_opt_out
from tests.conftest import codes
from tests.factories import NOON, LeadFactory, PoolAgentFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client_of: Callable[..., APIClient]) -> APIClient:
    """An agent who is in the pool."""
    PoolAgentFactory.create(agent="agent", market="ALL")
    return client_of("agent")


INBOUND, INBOX = "/api/followups/inbound", "/api/followups/inbox"
PHONE, MAIL = "+14165550123", "jane@example.ca"
AT = NOON + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _soon_after(time_machine: Any) -> None:
    """Acts without a given time happen after those with one."""
    time_machine.move_to(AT + timedelta(minutes=5))


@pytest.fixture
def jane() -> Lead:
    """A lead with a number, an address and an open ladder, whose first step is due at noon."""
    lead: Lead = LeadFactory.create(lead_id="JANE", phone=PHONE, email=MAIL)
    start_ladder(lead_id="JANE", province="ON", act=Act(at=NOON))
    return lead


def doubt(text: str = "stop texting me, I told you twice", **given: Any) -> InboundMessage:
    return record_inbound(**{"lead_id": "JANE", "channel": "SMS", "text": text, "act": Act(at=AT), **given}).message


def reasons(lead_id: str = "JANE", channel: str = "SMS", at: datetime = AT) -> set[str]:
    return set(gate.decide_lead(lead_id, channel, at=at).verdict.reasons)


def is_held(lead_id: str = "JANE", at: datetime = AT) -> bool:
    """Whether the lead is held by every channel. It must be by every one or by none."""
    held = {Reason.INBOUND_UNDECIDED in reasons(lead_id, channel, at) for channel in ("SMS", "CALL", "EMAIL")}
    assert len(held) == 1
    return held.pop()


def entries() -> list[tuple[str, str]]:
    return list(ContactRecord.objects.order_by("id").values_list("entry", "point__kind"))


def decide(client: APIClient, message: InboundMessage, meaning: str, reason: str = "read it") -> Any:
    return client.post(f"{INBOUND}/{message.pk}/decide", {"meaning": meaning, "reason": reason})


def test_a_doubtful_message_holds_the_lead_by_every_channel_and_waits_in_the_inbox(
    integrator: APIClient, jane: Lead
) -> None:
    assert not is_held()
    response = integrator.post(INBOUND, {"phone": PHONE, "channel": "SMS", "text": "stop texting me, I told you twice"})
    assert (response.json()["meaning"], response.json()["held"]) == ("DOUBTFUL", True)
    assert is_held(at=timezone.now())
    assert sorted(entries()) == [("HOLD", "LEAD"), ("HOLD", "PHONE")]
    message = InboundMessage.objects.get()
    assert list(message.subjects.values_list("kind", flat=True)) == ["PHONE"]  # an opt-out by number alone binds no lead id
    item = InboxItem.objects.get()
    assert (item.kind, item.message, item.lead_id, item.owner) == ("MESSAGE", message, "JANE", None)
    assert item.due_by == message.created_at + timedelta(hours=4)
    assert not FollowupTask.objects.exclude(cancelled_at=None).exists()
    assert FollowupLadder.objects.get().open_steps == 6


def test_claim_due_the_card_and_the_stored_minutes_follow_the_hold(
    jane: Lead, user_of: Callable[..., User], time_machine: Any
) -> None:
    time_machine.move_to(AT, tick=False)
    assert len(due_tasks(now=AT)) == 1
    doubt()
    assert due_tasks(now=AT) == []
    assert claim_due(owner="va1", act=Act(at=AT)) == []
    [blocked] = due_tasks(include_blocked=True, now=AT)
    assert (blocked.allowed, blocked.reason) == (False, "inbound_undecided")
    recompute_leads(["JANE"], AT)
    assert set(FollowupTask.objects.values_list("open_from", flat=True)) == {None}
    task = FollowupTask.objects.get(step=1)
    FollowupTask.objects.filter(pk=task.pk).update(leased_by="agent", leased_until=AT + timedelta(minutes=15))
    page = signed_in(user_of("agent")).get("/admin/followups/followuptask/queue/").content.decode()
    assert str(Reason.INBOUND_UNDECIDED.label) in page


def test_the_worker_is_told_of_a_hold_and_of_its_release(jane: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[list[str]] = []
    monkeypatch.setattr("followups.tasks.minutes.tasks.recompute_leads", SimpleNamespace(enqueue=told.append))
    message = doubt()
    assert told == [["JANE"]]
    decide_inbound(message.pk, "REPLY", act=Act(reason="read it", at=AT))
    assert told == [["JANE"], ["JANE"]]


@pytest.mark.parametrize("text", ["wrong number", "Mauvais numéro", "not interested", "🚫"])
def test_a_doubtful_message_without_a_stop_word_holds_too(jane: Lead, text: str) -> None:
    assert doubt(text).meaning == "DOUBTFUL"
    assert is_held()


@pytest.mark.parametrize("text", ["stop by at noon", "arrêt d'autobus", "bonne fin de semaine", "I won't stop you", "👍"])
def test_a_harmless_reply_holds_nobody_and_waits_to_be_answered(jane: Lead, text: str) -> None:
    assert doubt(text).meaning == "REPLY"
    assert not is_held()
    assert InboxItem.objects.get().kind == "REPLY"


@pytest.mark.parametrize("meaning", ["REPLY", "OPT_OUT"])
def test_a_decision_releases_and_closes_the_inbox_item(agent: APIClient, jane: Lead, meaning: str) -> None:
    message = doubt()
    assert decide(agent, message, meaning).status_code == 200
    assert not is_held(at=timezone.now())
    assert (Reason.OPTED_OUT in reasons(at=timezone.now())) is (meaning == "OPT_OUT")
    item = InboxItem.objects.get(kind="MESSAGE")
    assert (item.done_by, item.done_reason, str(item.done_user)) == ("agent", "read it", "agent")
    assert InboxItem.objects.filter(kind="REPLY", done_at=None).count() == (meaning == "REPLY")
    before = entries()
    assert decide(agent, message, meaning, "again").status_code == 200
    assert entries() == before
    item.refresh_from_db()
    assert item.done_reason == "read it"


def test_two_doubtful_messages_hold_until_both_are_decided(jane: Lead) -> None:
    first, second = doubt(), doubt("take me off your list")
    decide_inbound(first.pk, "REPLY", act=Act(reason="read it", at=AT))
    assert is_held()
    decide_inbound(second.pk, "REPLY", act=Act(reason="read it", at=AT))
    assert not is_held()


def test_a_shared_number_is_held_and_its_leads_are_not(jane: Lead) -> None:
    LeadFactory.create(lead_id="JOHN", phone=PHONE, email="john@example.ca")
    message = doubt(lead_id=None, phone=PHONE)
    assert message.lead_id is None
    assert entries() == [("HOLD", "PHONE")]
    assert Reason.INBOUND_UNDECIDED in reasons("JOHN")
    assert Reason.INBOUND_UNDECIDED not in reasons("JOHN", "EMAIL")


def test_an_unknown_lead_is_held_by_its_id(integrator: APIClient) -> None:
    start_ladder(lead_id="L1", province="ON", act=Act(at=NOON))
    message = doubt(lead_id="L1")
    assert claim_due(owner="va1", act=Act(at=AT)) == []
    decide_inbound(message.pk, "REPLY", act=Act(reason="read it", at=AT))
    recompute_leads(["L1"], AT)
    assert len(claim_due(owner="va1", act=Act(at=AT))) == 1


def test_a_contact_under_a_hold_is_recorded_as_outside_the_rules(jane: Lead) -> None:
    doubt()
    task = complete_task(FollowupTask.objects.get(step=1).pk, "va1", now=AT + timedelta(minutes=1))
    assert task.attempt.reasons[0] == "inbound_undecided"
    assert not task.attempt.legal_ok


def test_the_hold_follows_the_lead_to_its_next_number(jane: Lead) -> None:
    message = doubt()
    Lead.objects.update(phone="+14165550199")
    assert is_held()
    decide_inbound(message.pk, "REPLY", act=Act(reason="read it", at=AT))
    assert not is_held()


# Erased points ----------------------------------------------------------------------------------------------------------


def test_deciding_an_opt_out_after_the_number_was_erased_binds_its_digest_and_the_lead(agent: APIClient, jane: Lead) -> None:
    message = doubt()
    for point in ContactPoint.objects.filter(kind="PHONE"):
        erase_point(point_id=point.pk, act=Act("me", reason="asked for it"))
    Lead.objects.update(phone="")
    response = decide(agent, message, "OPT_OUT")
    assert (response.status_code, response.json()["opted_out_channels"]) == (200, ["SMS"])
    assert response.json()["cancelled_steps"] == 6
    lines = ContactRecord.objects.filter(entry="OPT_OUT")
    assert set(lines.values_list("point__kind", "point__value", "channel")) == {
        ("PHONE", None, "SMS"),
        ("LEAD", "JANE", "SMS"),
    }
    LeadFactory.create(lead_id="AGAIN", phone=PHONE)
    assert Reason.OPTED_OUT in reasons("AGAIN", at=timezone.now())
    assert Reason.INBOUND_UNDECIDED not in reasons("AGAIN", at=timezone.now())


# Whom an opt-out binds --------------------------------------------------------------------------------------------------


BY_MAIL = {("EMAIL", MAIL, "EMAIL"), ("LEAD", "JANE", "EMAIL")}  # a bare STOP closes text messages and e-mail


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        ({"phone": PHONE}, {("PHONE", PHONE, "SMS"), ("EMAIL", MAIL, "EMAIL")}),
        ({"lead_id": "JANE"}, {("PHONE", PHONE, "SMS"), ("LEAD", "JANE", "SMS"), *BY_MAIL}),
        (
            {"lead_id": "JANE", "phone": "+14165550199"},
            {("PHONE", "+14165550199", "SMS"), ("LEAD", "JANE", "SMS"), *BY_MAIL},
        ),
        ({"lead_id": "NOBODY"}, {("LEAD", "NOBODY", "SMS")}),
        ({"lead_id": "NOBODY", "phone": "+14165550199"}, {("PHONE", "+14165550199", "SMS"), ("LEAD", "NOBODY", "SMS")}),
        (
            {"phone": PHONE, "text": "STOP ALL"},
            {
                ("PHONE", PHONE, ""),
                ("EMAIL", MAIL, ""),
                ("LEAD", "JANE", ""),
                ("LEAD", "JOHN", ""),
            },
        ),
        ({"lead_id": "NOBODY", "text": "STOP ALL"}, {("LEAD", "NOBODY", "")}),
        ({"lead_id": "JANE", "channel": "WHATSAPP"}, {("PHONE", PHONE, ""), ("EMAIL", MAIL, ""), ("LEAD", "JANE", "")}),
    ],
)
def test_a_stop_binds_the_points_it_came_from(jane: Lead, given: dict[str, Any], bound: set[tuple[str, str, str]]) -> None:
    LeadFactory.create(lead_id="JOHN", phone=PHONE)
    said: dict[str, Any] = {"lead_id": None, "text": "STOP", **given}
    doubt(**said)
    lines = ContactRecord.objects.filter(entry="OPT_OUT")
    assert set(lines.values_list("point__kind", "point__value", "channel")) == bound


def test_a_stop_by_number_alone_leaves_the_leads_next_number_free(jane: Lead) -> None:
    doubt("STOP", lead_id=None, phone=PHONE)
    Lead.objects.update(phone="+14165550199")
    assert Reason.OPTED_OUT not in reasons()


def test_an_opt_out_recorded_elsewhere_cancels_the_ladder_of_an_unknown_lead() -> None:
    start_ladder(lead_id="L1", province="ON", act=Act(at=NOON))
    record_opt_out(points=[("LEAD", "L1")], act=Act("me", at=AT))
    assert not FollowupTask.objects.open().exists()


def test_an_opt_out_of_an_unreadable_number_waits_in_the_inbox(integrator: APIClient) -> None:
    response = integrator.post("/api/governance/contact/opt-outs", {"phone": "call me maybe"})
    assert response.status_code == 201
    item = InboxItem.objects.get()
    assert (item.kind, item.message, item.task) == ("SENDER", None, None)
    assert "call me maybe" in item.detail


# Beginning again --------------------------------------------------------------------------------------------------------


@pytest.fixture
def stopped(jane: Lead) -> Lead:
    """Jane, who sent STOP ALL."""
    doubt("STOP ALL", act=Act(at=NOON))
    return jane


@pytest.mark.parametrize("text", ["START", "unstop", "COMMENCER", "Resubscribe please"])
@pytest.mark.parametrize("given", [{"lead_id": "JANE"}, {"lead_id": None, "phone": PHONE}])
def test_start_after_an_opt_out_waits_for_a_person(stopped: Lead, text: str, given: dict[str, Any]) -> None:
    assert doubt(text, **given).meaning == "DOUBTFUL"
    assert InboxItem.objects.get().kind == "MESSAGE"


def test_start_without_an_opt_out_of_that_channel_is_a_reply(jane: Lead) -> None:
    assert doubt("START").meaning == "REPLY"
    doubt("STOP", channel="CALL")
    assert doubt("START").meaning == "REPLY"
    assert InboxItem.objects.get().kind == "REPLY"


def test_a_resume_lifts_its_own_channel_with_the_message_as_evidence(operator: APIClient, stopped: Lead) -> None:
    message = doubt("START", lead_id=None, phone=PHONE)
    response = decide(operator, message, "RESUME", "asked to")
    assert (response.status_code, response.json()["meaning"]) == (200, "RESUME")
    now = timezone.now()
    assert Reason.OPTED_OUT not in reasons(at=now)
    assert {Reason.OPTED_OUT} <= reasons(channel="CALL", at=now) & reasons(channel="EMAIL", at=now)
    assert not is_held(at=now)
    lifted = ContactRecord.objects.filter(entry="LIFT")
    assert {(one.point.kind, one.channel, one.evidence, one.reason, one.actor) for one in lifted} == {
        (kind, "SMS", f"inbound message {message.pk}", "asked to", "operator") for kind in ("PHONE", "LEAD")
    }
    assert decide(operator, message, "RESUME").status_code == 200
    assert lifted.count() == 2


def test_a_resume_needs_a_user_who_may_lift_an_opt_out(agent: APIClient, stopped: Lead) -> None:
    message = doubt("START")
    before = entries()
    response = decide(agent, message, "RESUME")
    assert (response.status_code, codes(response)) == (403, ["permission_denied"])
    message.refresh_from_db()
    assert (message.decided_as, entries()) == ("", before)
    assert decide(agent, message, "REPLY").status_code == 200
    assert Reason.OPTED_OUT in reasons(at=timezone.now())


def test_a_resume_of_a_message_by_an_unknown_channel_is_refused(operator: APIClient, stopped: Lead) -> None:
    message = doubt("START", channel="WHATSAPP")
    assert message.meaning == "DOUBTFUL"
    response = decide(operator, message, "RESUME")
    assert (response.status_code, codes(response)) == (409, ["channel_unknown"])
    assert not ContactRecord.objects.filter(entry__in=("LIFT", "RELEASE")).exists()


@pytest.mark.parametrize(("channel", "status"), [("SMS", 409), ("EMAIL", 409), ("CALL", 200)])
def test_an_opt_out_that_arrived_after_the_message_is_not_lifted(
    operator: APIClient, stopped: Lead, channel: str, status: int
) -> None:
    message = doubt("START")
    doubt("STOP", channel=channel, act=Act(at=AT + timedelta(seconds=1)))
    response = decide(operator, message, "RESUME")
    assert response.status_code == status
    assert (Reason.OPTED_OUT in reasons(at=timezone.now())) is (status == 409)
    if status == 409:
        assert codes(response) == ["opted_out_since"]
        assert decide(operator, message, "REPLY").status_code == 200


def test_the_admin_offers_a_lift_to_users_who_may_lift(
    stopped: Lead, user_of: Callable[..., User], admin_client: Client
) -> None:
    message = doubt("START")
    page = f"/admin/followups/inboundmessage/{message.pk}"
    agent = signed_in(user_of("agent"))
    assert "as-resume" not in agent.get(f"{page}/change/").content.decode()
    assert agent.post(f"{page}/as-resume/", {"reason": "asked to"}).status_code == 403
    assert "as-resume" in admin_client.get(f"{page}/change/").content.decode()
    assert admin_client.post(f"{page}/as-resume/", {"reason": "asked to"}).status_code == 302
    message.refresh_from_db()
    assert message.decided_as == "RESUME"
