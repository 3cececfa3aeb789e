"""`/api/followups/inbound`: an opt-out counts at once, a doubtful message waits for a person, a reply stops nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.leads.errors import AlreadyDecided, MessageNotFound
from followups.leads.inbound.decisions import decide_inbound
from followups.leads.inbound.services import record_inbound
from followups.models import InboundDecision, InboundMessage, Lead
from followups.services import start_ladder
from followups.tasks.models import FollowupTask
from governance import gate
from governance.gate.reasons import Reason
from governance.golive.models import GoLiveState
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.reading import is_opted_out
from governance.people import PersonFacts
from kpi.models import KPIEvent
from tests.conftest import attrs, codes
from tests.factories import NOON, InboundFactory, LeadFactory, PoolAgentFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client_of: Callable[..., APIClient]) -> APIClient:
    """An agent who is in the pool."""
    PoolAgentFactory.create(agent="agent", market="ALL")
    return client_of("agent")


INBOUND = "/api/followups/inbound"
PHONE, MAIL = "+14165550123", "jane@example.ca"
ALL_CHANNELS = {"SMS", "CALL", "EMAIL"}


@pytest.fixture
def jane() -> Lead:
    """A lead with a number, an address and an open ladder."""
    lead: Lead = LeadFactory.create(lead_id="JANE", phone=PHONE, email=MAIL)
    start_ladder(lead_id="JANE", province="ON", act=Act(at=NOON))
    return lead


def send(client: Any, text: str = "STOP", **given: Any) -> Any:
    return client.post(INBOUND, {"channel": "SMS", "text": text, **given})


def closed_to(phone: str = PHONE, email: str = MAIL) -> set[str]:
    """The channels by which the gate refuses this number and address."""
    lead = PersonFacts(person_id="?", province="ON", market="ALL", phone=phone, email=email)
    contacts = [gate.Contact(lead, channel) for channel in ALL_CHANNELS]
    answers = gate.decide_contacts(contacts, at=timezone.now() + timedelta(seconds=1))
    return {answer.contact.channel for answer in answers if Reason.OPTED_OUT in answer.verdict.reasons}


def open_steps(lead_id: str) -> int:
    steps = FollowupTask.objects.open().filter(lead_id=lead_id).count()
    assert steps == sum(FollowupLadder.objects.filter(lead_id=lead_id).values_list("open_steps", flat=True))
    return steps


def test_an_opt_out_closes_the_channel_and_cancels_the_ladder(integrator: APIClient, jane: Lead) -> None:
    response = send(integrator, lead_id="JANE", correlation_id="C-1")

    assert response.status_code == 201
    message = InboundMessage.objects.get()
    assert response.json() == {
        "id": message.pk,
        "meaning": "OPT_OUT",
        "opted_out_channels": ["SMS", "EMAIL"],
        "cancelled_steps": 6,
        "held": False,
        "altered": [],
    }
    assert (message.lead_id, message.channel, message.text, message.meaning) == ("JANE", "SMS", "STOP", "OPT_OUT")
    assert (message.actor, message.correlation_id, message.decided_as) == ("integrator", "C-1", "")
    assert set(message.subjects.values_list("kind", "value")) == {("PHONE", PHONE), ("LEAD", "JANE")}
    assert set(ContactRecord.objects.values_list("point__value", "entry", "channel")) == {
        (PHONE, "OPT_OUT", "SMS"),
        ("JANE", "OPT_OUT", "SMS"),
        (MAIL, "OPT_OUT", "EMAIL"),
        ("JANE", "OPT_OUT", "EMAIL"),
    }
    record = ContactRecord.objects.first()
    assert record is not None
    assert (record.effective_at, record.evidence) == (message.received_at, f"inbound message {message.pk}")
    assert (record.actor, record.user, record.correlation_id) == ("integrator", message.user, "C-1")
    assert closed_to() == {"SMS", "EMAIL"}
    ladder = FollowupLadder.objects.get()
    assert (ladder.open_steps, ladder.closed_at) == (0, message.created_at)
    assert set(ladder.tasks.values_list("cancel_reason", "cancelled_at")) == {("opted_out", message.created_at)}


@pytest.mark.parametrize(
    ("given", "closed", "answered"),
    [
        ({"channel": "SMS", "text": "ARRÊT"}, {"SMS", "EMAIL"}, ["SMS", "EMAIL"]),
        ({"channel": "CALL", "text": "Stop."}, {"CALL"}, ["CALL"]),
        ({"channel": "EMAIL", "text": "unsubscribe"}, {"SMS", "EMAIL"}, ["SMS", "EMAIL"]),
        ({"channel": "SMS", "text": "STOP ALL"}, ALL_CHANNELS, ["SMS", "CALL", "EMAIL"]),
        ({"channel": "EMAIL", "text": "arrêt tout"}, ALL_CHANNELS, ["SMS", "CALL", "EMAIL"]),
    ],
)
def test_an_opt_out_closes_the_channels_it_is_about(
    integrator: APIClient, jane: Lead, given: dict[str, str], closed: set[str], answered: list[str]
) -> None:
    response = send(integrator, lead_id="JANE", **given)
    assert (response.json()["opted_out_channels"], response.json()["cancelled_steps"]) == (answered, 6)
    assert closed_to() == closed
    assert open_steps("JANE") == 0


@pytest.mark.parametrize("number", [PHONE, "416 555-0123", "(416) 555.0123", "1-416-555-0123"])
def test_a_number_is_known_in_any_spelling(integrator: APIClient, jane: Lead, number: str) -> None:
    assert send(integrator, phone=number).json()["cancelled_steps"] == 6
    assert InboundMessage.objects.get().lead_id == "JANE"
    assert closed_to() == {"SMS", "EMAIL"}


def test_an_address_is_known_in_any_case(integrator: APIClient, jane: Lead) -> None:
    response = send(integrator, channel="EMAIL", email="Jane@Example.CA")
    assert (response.json()["opted_out_channels"], response.json()["cancelled_steps"]) == (["SMS", "EMAIL"], 6)


def test_a_number_may_belong_to_several_leads(integrator: APIClient, jane: Lead) -> None:
    for lead_id in ("JOHN", "MARY"):
        LeadFactory.create(lead_id=lead_id)
        start_ladder(lead_id=lead_id, province="ON", act=Act())
    Lead.objects.filter(lead_id="JOHN").update(phone=PHONE)  # no verb leaves both ladders open

    response = send(integrator, phone=PHONE)

    assert response.json()["cancelled_steps"] == 12
    assert [open_steps(lead_id) for lead_id in ("JANE", "JOHN", "MARY")] == [0, 0, 6]
    assert InboundMessage.objects.get().lead_id is None  # either of the two may have sent it
    assert closed_to() == {"SMS", "EMAIL"}  # neither of them gets a message any more


def test_stop_all_of_a_number_closes_the_leads_address_too(integrator: APIClient, jane: Lead) -> None:
    assert send(integrator, "STOP ALL", phone=PHONE).json()["opted_out_channels"] == ["SMS", "CALL", "EMAIL"]
    assert closed_to() == ALL_CHANNELS


def test_an_unknown_number_is_closed_before_any_lead_has_it(integrator: APIClient) -> None:
    response = send(integrator, phone=PHONE)
    assert (response.status_code, response.json()["opted_out_channels"]) == (201, ["SMS"])
    assert response.json()["cancelled_steps"] == 0
    assert closed_to(PHONE, "") == {"SMS"}
    assert closed_to("+14165550124", "") == set()


def test_an_unknown_lead_loses_its_ladder_and_is_bound_under_any_later_number(integrator: APIClient) -> None:
    start_ladder(lead_id="L1", province="ON", act=Act())
    response = send(integrator, lead_id="L1")
    assert (response.json()["opted_out_channels"], response.json()["cancelled_steps"]) == (["SMS"], 6)
    assert open_steps("L1") == 0
    record = ContactRecord.objects.get()
    assert (record.point.kind, record.point.value, record.channel) == ("LEAD", "L1", "SMS")
    LeadFactory.create(lead_id="L1", phone=PHONE)
    assert gate.decide_lead("L1", "SMS", at=timezone.now()).verdict.code == Reason.OPTED_OUT
    assert closed_to(PHONE, "") == set()


def test_an_unknown_lead_is_closed_by_the_number_it_wrote_from(integrator: APIClient) -> None:
    start_ladder(lead_id="L1", province="ON", act=Act())
    response = send(integrator, lead_id="L1", phone=PHONE)
    assert (response.json()["opted_out_channels"], response.json()["cancelled_steps"]) == (["SMS"], 6)
    assert closed_to(PHONE, "") == {"SMS"}


def test_completed_and_cancelled_steps_stay_as_they_are(integrator: APIClient, jane: Lead) -> None:
    first, second, *_ = FollowupTask.objects.order_by("step")
    FollowupTask.objects.filter(pk=first.pk).update(completed_at=NOON)
    FollowupTask.objects.filter(pk=second.pk).update(cancelled_at=NOON, cancel_reason="by hand")
    FollowupLadder.objects.update(open_steps=4)

    assert send(integrator, lead_id="JANE").json()["cancelled_steps"] == 4

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.cancelled_at, first.cancel_reason) == (None, "")
    assert (second.cancelled_at, second.cancel_reason) == (NOON, "by hand")


@pytest.mark.parametrize(
    ("text", "meaning"), [("Yes, call me tomorrow", "REPLY"), ("please stop calling me", "DOUBTFUL"), ("Oui", "REPLY")]
)
def test_a_reply_or_a_doubtful_message_closes_and_cancels_nothing(
    integrator: APIClient, jane: Lead, text: str, meaning: str
) -> None:
    response = send(integrator, text, lead_id="JANE")
    assert response.json() == {
        "id": InboundMessage.objects.get().pk,
        "meaning": meaning,
        "opted_out_channels": [],
        "cancelled_steps": 0,
        "held": meaning == "DOUBTFUL",
        "altered": [],
    }
    assert closed_to() == set()
    assert open_steps("JANE") == 6
    assert set(ContactRecord.objects.values_list("entry", flat=True)) == ({"HOLD"} if meaning == "DOUBTFUL" else set())


def test_a_second_stop_is_kept_and_cancels_nothing_more(integrator: APIClient, jane: Lead) -> None:
    send(integrator, lead_id="JANE")
    assert send(integrator, lead_id="JANE").json()["cancelled_steps"] == 0
    assert InboundMessage.objects.count() == 2
    assert closed_to() == {"SMS", "EMAIL"}


def test_an_opt_out_counts_from_when_it_arrived(integrator: APIClient, jane: Lead) -> None:
    came = timezone.now() - timedelta(days=40)
    send(integrator, lead_id="JANE", received_at=came.isoformat())
    assert InboundMessage.objects.get().received_at == came
    assert set(ContactRecord.objects.values_list("effective_at", flat=True)) == {came}


@pytest.mark.parametrize("given", [{}, {"lead_id": " "}, {"lead_id": None, "phone": "", "email": []}, {"lead_id": {}}])
def test_a_message_from_nobody_is_refused_and_not_kept(integrator: APIClient, given: Any) -> None:
    response = send(integrator, **given)
    assert (response.status_code, attrs(response), codes(response)) == (400, ["lead_id"], ["required"])
    assert not InboundMessage.objects.exists()
    assert not ContactPoint.objects.exists()


def test_a_message_is_recorded_with_the_kill_switch_engaged(
    integrator: APIClient, jane: Lead, kill_switch: GoLiveState
) -> None:
    assert send(integrator, lead_id="JANE").json()["cancelled_steps"] == 6


def test_a_failing_ledger_leaves_no_message_and_no_cancelled_step(jane: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(gate, "write_opt_out", fail)
    with pytest.raises(RuntimeError):
        record_inbound(lead_id="JANE", channel="SMS", text="STOP", act=Act())
    assert not InboundMessage.objects.exists()
    assert open_steps("JANE") == 6


# A person decides --------------------------------------------------------------------------------------------------------


# Earlier than every decision of these tests, which use the real clock.
WRITTEN = datetime(2026, 1, 13, 18, 0, tzinfo=UTC)


@pytest.fixture
def doubtful(jane: Lead) -> InboundMessage:
    """A message of Jane's that a person must read."""
    return record_inbound(lead_id="JANE", channel="SMS", text="please stop calling me", act=Act(at=WRITTEN)).message


def decide(client: Any, message: InboundMessage, **given: Any) -> Any:
    return client.post(f"{INBOUND}/{message.pk}/decide", {"reason": "read it", **given})


def test_deciding_an_opt_out_closes_from_when_it_arrived_and_cancels(agent: APIClient, doubtful: InboundMessage) -> None:
    response = decide(agent, doubtful, meaning="opt_out", correlation_id="C-2")

    assert response.status_code == 200
    assert response.json() == {
        "id": doubtful.pk,
        "meaning": "OPT_OUT",
        "opted_out_channels": ["SMS"],
        "cancelled_steps": 6,
        "held": False,
        "altered": [],
    }
    doubtful.refresh_from_db()
    assert (doubtful.meaning, doubtful.decided_as, doubtful.decided_reason) == ("DOUBTFUL", "OPT_OUT", "read it")
    assert doubtful.decided_at is not None
    assert (doubtful.decided_by, str(doubtful.decided_user)) == ("agent", "agent")
    records = ContactRecord.objects.filter(entry="OPT_OUT")
    assert {
        (one.point.kind, one.channel, one.effective_at, one.reason, one.actor, one.correlation_id) for one in records
    } == {(kind, "SMS", WRITTEN, "read it", "agent", "C-2") for kind in ("PHONE", "LEAD")}
    assert open_steps("JANE") == 0


def test_deciding_a_reply_closes_nothing(agent: APIClient, doubtful: InboundMessage) -> None:
    response = decide(agent, doubtful, meaning="REPLY")
    assert (response.json()["meaning"], response.json()["opted_out_channels"]) == ("REPLY", [])
    doubtful.refresh_from_db()
    assert (doubtful.decided_as, doubtful.decided_by, doubtful.decided_reason) == ("REPLY", "agent", "read it")
    assert open_steps("JANE") == 6
    assert list(ContactRecord.objects.order_by("id").values_list("entry", flat=True)) == [
        "HOLD",
        "HOLD",
        "RELEASE",
        "RELEASE",
    ]


def test_repeating_a_decision_changes_nothing(agent: APIClient, operator: APIClient, doubtful: InboundMessage) -> None:
    decide(agent, doubtful, meaning="OPT_OUT")
    again = decide(operator, doubtful, meaning="OPT_OUT", reason="me too")
    assert again.status_code == 200
    assert (again.json()["opted_out_channels"], again.json()["cancelled_steps"]) == (["SMS"], 0)
    doubtful.refresh_from_db()
    assert (doubtful.decided_by, doubtful.decided_reason) == ("agent", "read it")
    assert ContactRecord.objects.filter(entry="OPT_OUT").count() == 2
    assert ContactRecord.objects.filter(entry="RELEASE").count() == 2


@pytest.mark.parametrize(("first", "second"), [("OPT_OUT", "REPLY"), ("REPLY", "OPT_OUT")])
def test_a_decision_stands(agent: APIClient, doubtful: InboundMessage, first: str, second: str) -> None:
    decide(agent, doubtful, meaning=first)
    lines = ContactRecord.objects.count()
    response = decide(agent, doubtful, meaning=second)
    assert (response.status_code, codes(response)) == (409, ["already_decided"])
    doubtful.refresh_from_db()
    assert doubtful.decided_as == first
    assert ContactRecord.objects.count() == lines


# Overruling --------------------------------------------------------------------------------------------------------------


def history(message: InboundMessage) -> list[Any]:
    return [(line.meaning, line.actor, line.reason) for line in message.decisions.all()]


def test_an_operator_turns_a_reply_into_an_opt_out(agent: APIClient, operator: APIClient, doubtful: InboundMessage) -> None:
    decide(agent, doubtful, meaning="REPLY")
    response = decide(operator, doubtful, meaning="OPT_OUT", reason="they said stop")

    assert response.status_code == 200
    answer = response.json()
    assert (answer["meaning"], answer["opted_out_channels"], answer["cancelled_steps"]) == ("OPT_OUT", ["SMS"], 6)
    doubtful.refresh_from_db()
    assert (doubtful.decided_as, doubtful.decided_by, doubtful.decided_reason) == ("OPT_OUT", "operator", "they said stop")
    assert history(doubtful) == [("REPLY", "agent", "read it"), ("OPT_OUT", "operator", "they said stop")]
    assert [line["meaning"] for line in agent.get(f"{INBOUND}/{doubtful.pk}").json()["decisions"]] == ["REPLY", "OPT_OUT"]
    entries = list(ContactRecord.objects.order_by("id").values_list("entry", flat=True))
    assert entries == ["HOLD"] * 2 + ["RELEASE"] * 2 + ["OPT_OUT"] * 2
    assert open_steps("JANE") == 0


def test_an_opt_out_is_undone_only_by_a_lift(agent: APIClient, operator: APIClient, doubtful: InboundMessage) -> None:
    decide(agent, doubtful, meaning="OPT_OUT")
    for meaning in ("REPLY", "RESUME"):
        refused = decide(operator, doubtful, meaning=meaning)
        assert (refused.status_code, codes(refused)) == (409, ["already_decided"])
    assert "lift" in refused.json()["errors"][0]["detail"]
    lift = {"lead_id": "JANE", "channel": "SMS", "reason": "a mistake"}
    assert len(operator.post("/api/governance/contact/opt-outs/lift", lift).json()) == 2
    assert history(doubtful) == [("OPT_OUT", "agent", "read it")]


def test_an_operator_turns_an_automatic_reply_into_an_opt_out(operator: APIClient, jane: Lead) -> None:
    message = record_inbound(lead_id="JANE", channel="SMS", text="who is this", act=Act(at=WRITTEN)).message
    assert message.meaning == "REPLY"
    assert decide(operator, message, meaning="OPT_OUT").json()["opted_out_channels"] == ["SMS"]
    assert history(message) == [("OPT_OUT", "operator", "read it")]
    assert open_steps("JANE") == 0


def test_an_operator_turns_a_resume_into_an_opt_out_again(operator: APIClient, jane: Lead) -> None:
    record_inbound(lead_id="JANE", channel="SMS", text="STOP", act=Act(at=WRITTEN))
    message = record_inbound(lead_id="JANE", channel="SMS", text="START", act=Act(at=WRITTEN + timedelta(hours=1))).message
    assert decide(operator, message, meaning="RESUME").status_code == 200
    lead = ("LEAD", "JANE")
    assert not is_opted_out([lead], "SMS", timezone.now())
    assert decide(operator, message, meaning="OPT_OUT").status_code == 200
    assert is_opted_out([lead], "SMS", timezone.now())
    assert [meaning for meaning, *_ in history(message)] == ["RESUME", "OPT_OUT"]


def test_nobody_but_an_operator_overrules_a_decision(agent: APIClient, doubtful: InboundMessage) -> None:
    reply = InboundFactory.create(lead_id="JANE", meaning="REPLY")
    decide(agent, doubtful, meaning="REPLY")
    for message in (reply, doubtful):
        assert codes(decide(agent, message, meaning="OPT_OUT")) == ["already_decided"]
        with pytest.raises(AlreadyDecided):  # an act without a user does not overrule either
            decide_inbound(message.pk, "OPT_OUT", act=Act(reason="because"))
    assert InboundDecision.objects.count() == 1
    assert not ContactRecord.objects.filter(entry="OPT_OUT").exists()


@pytest.mark.parametrize("meaning", ["OPT_OUT", "REPLY"])
def test_a_message_that_was_never_doubtful_is_not_decided(meaning: str) -> None:
    message = InboundFactory.create(meaning=meaning)
    with pytest.raises(AlreadyDecided):
        decide_inbound(message.pk, "REPLY", act=Act(reason="because"))
    message.refresh_from_db()
    assert (message.decided_as, message.decided_at) == ("", None)


def test_an_unknown_message_is_not_found(agent: APIClient) -> None:
    response = agent.post(f"{INBOUND}/999999999/decide", {"meaning": "REPLY", "reason": "because"})
    assert (response.status_code, codes(response)) == (404, ["not_found"])
    with pytest.raises(MessageNotFound):
        decide_inbound(999_999_999, "REPLY", act=Act(reason="because"))


@pytest.mark.parametrize(
    ("given", "attr", "code"),
    [
        ({"meaning": "DOUBTFUL"}, "meaning", "invalid_choice"),
        ({"meaning": None}, "meaning", "required"),
        ({"meaning": "REPLY", "reason": " "}, "reason", "blank"),
    ],
)
def test_a_decision_has_a_meaning_and_a_reason(
    agent: APIClient, doubtful: InboundMessage, given: Any, attr: str, code: str
) -> None:
    given = {name: value for name, value in given.items() if value is not None}
    response = decide(agent, doubtful, **given)
    assert (response.status_code, attrs(response), codes(response)) == (400, [attr], [code])
    doubtful.refresh_from_db()
    assert doubtful.decided_at is None


# Rows to read ------------------------------------------------------------------------------------------------------------


def test_the_api_shows_a_message(auditor: APIClient) -> None:
    message = InboundFactory.create(lead_id="L1")
    shown = auditor.get(f"{INBOUND}/{message.pk}").json()
    assert shown == {
        "id": message.pk,
        "lead_id": "L1",
        "channel": "SMS",
        "text": "please stop calling me",
        "altered": [],
        "as_sent": {},
        "meaning": "DOUBTFUL",
        "received_at": "2026-12-15T18:00:00Z",
        "actor": "factory",
        "user": None,
        "correlation_id": "made",
        "created_at": "2026-12-15T18:00:00Z",
        "decided_as": "",
        "decided_reason": "",
        "decided_by": "",
        "decided_at": None,
        "decisions": [],
    }
    assert auditor.get(INBOUND).json() == {"next": None, "previous": None, "results": [shown]}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [2, 1, 0]),
        ({"lead_id": "A"}, [0]),
        ({"channel": "email"}, [1]),
        ({"meaning": "REPLY"}, [1]),
        ({"decided": "false"}, [1, 0]),
        ({"decided": "true"}, [2]),
        ({"correlation_id": "C-1"}, [2]),
        ({"since": "2026-12-15T18:00:01Z"}, [2]),
        ({"until": "2026-12-15T18:00:01Z"}, [1, 0]),
    ],
)
def test_messages_are_filtered(auditor: APIClient, given: Any, found: list[int]) -> None:
    rows = [
        InboundFactory.create(lead_id="A"),
        InboundFactory.create(channel="EMAIL", meaning="REPLY"),
        InboundFactory.create(
            decided_as="REPLY", decided_at=NOON, correlation_id="C-1", received_at=NOON + timedelta(minutes=1)
        ),
    ]
    response = auditor.get(INBOUND, given)
    assert [row["id"] for row in response.json()["results"]] == [rows[n].pk for n in found]


def test_no_message_is_a_kpi(integrator: APIClient, jane: Lead) -> None:
    before = KPIEvent.objects.count()
    send(integrator, lead_id="JANE")
    assert KPIEvent.objects.count() == before
