"""`contact/opt-outs` and `contact/do-not-call`: the lead itself is bound, and no bad detail refuses a wish."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from followups.models import Lead
from governance.ledger import reading
from governance.ledger.models import ContactRecord
from governance.ledger.rules import opted_out
from governance.ledger.signals import opt_outs_unreadable, opted_out_of
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory
from tests.telling import heard
from wholesale.plumbing.correlation import HEADER as CORRELATION
from wholesale.plumbing.idempotency import HEADER as KEY
from wholesale.plumbing.texts import iso_utc

pytestmark = pytest.mark.django_db

API = "/api/governance/contact"
PHONE, EMAIL, LEAD = ("PHONE", "+14165550123"), ("EMAIL", "ann@example.ca"), ("LEAD", "L1")
NEW_PHONE = ("PHONE", "+14165550199")
CONTROL = ["\x00", "\ud800", "\x1b", "\x07"]


@pytest.fixture(autouse=True)
def _a_lead(db: None) -> None:
    know("L1")


@pytest.fixture(autouse=True)
def _noon(time_machine: time_machine.TimeMachineFixture) -> None:
    time_machine.move_to(NOON, tick=False)


def know(lead_id: str, phone: str = PHONE[1], email: str = EMAIL[1]) -> None:
    values = {"phone": phone, "email": email}
    if not Lead.objects.filter(lead_id=lead_id).update(**values):
        LeadFactory.create(lead_id=lead_id, postal_code="", **values)


def post(client: Any, path: str, **given: Any) -> Any:
    answer = client.generic("POST", f"{API}/{path}", json.dumps(given), content_type="application/json")
    assert answer.status_code in (200, 201), answer.json()
    return answer.json()


def written() -> set[tuple[str, str | None, str, str]]:
    return set(ContactRecord.objects.values_list("point__kind", "point__value", "entry", "channel"))


def reason(client: Any, channel: str = "SMS", lead_id: str = "L1") -> str:
    answer = client.get(f"{API}/decide", {"lead_id": lead_id, "channel": channel, "at": iso_utc(NOON)})
    return str(answer.json()["reason"])


# The lead itself ------------------------------------------------------------------------------------------------------


def test_an_opt_out_by_lead_binds_the_lead_its_number_and_its_address(operator: APIClient) -> None:
    post(operator, "opt-outs", lead_id="L1")
    assert written() == {(*point, "OPT_OUT", "") for point in (LEAD, PHONE, EMAIL)}
    know("L1", phone=NEW_PHONE[1], email="new@example.ca")
    assert {reason(operator, channel) for channel in ("SMS", "CALL", "EMAIL")} == {"opted_out"}


def test_an_opt_out_of_a_channel_by_lead_binds_the_lead_for_that_channel(operator: APIClient) -> None:
    post(operator, "opt-outs", lead_id="L1", channel="SMS")
    assert written() == {(*LEAD, "OPT_OUT", "SMS"), (*PHONE, "OPT_OUT", "SMS")}
    know("L1", phone=NEW_PHONE[1])
    assert reason(operator, "SMS") == "opted_out"
    assert reason(operator, "CALL") != "opted_out"


def test_an_opt_out_by_number_alone_binds_every_lead_of_the_number_but_no_lead_id(operator: APIClient) -> None:
    know("L2")
    post(operator, "opt-outs", phone=PHONE[1])
    assert written() == {(*PHONE, "OPT_OUT", "")}
    assert reason(operator) == reason(operator, lead_id="L2") == "opted_out"
    know("L1", phone=NEW_PHONE[1])
    assert reason(operator) != "opted_out"


@pytest.mark.parametrize("channel", ["SMS", "CALL", "EMAIL", ""])
def test_a_lead_without_number_and_address_is_bound_by_its_id(operator: APIClient, channel: str) -> None:
    know("L1", phone="", email="")
    post(operator, "opt-outs", lead_id="L1", channel=channel)
    assert written() == {(*LEAD, "OPT_OUT", channel)}
    know("L1")
    assert reason(operator, channel or "SMS") == "opted_out"


def test_an_unknown_lead_is_bound_when_it_becomes_known(operator: APIClient) -> None:
    post(operator, "opt-outs", lead_id="LATER")
    assert written() == {("LEAD", "LATER", "OPT_OUT", "")}
    know("LATER", phone=NEW_PHONE[1])
    assert reason(operator, lead_id="LATER") == "opted_out"


def test_the_do_not_call_list_binds_the_lead_for_calls(operator: APIClient) -> None:
    assert post(operator, "do-not-call", lead_id="L1", phones=["902 555 0199"]) == {"recorded": 3}
    assert written() == {(*point, "DO_NOT_CALL", "CALL") for point in (LEAD, PHONE, ("PHONE", "+19025550199"))}
    know("L1", phone=NEW_PHONE[1])
    assert reason(operator, "CALL") == "opted_out"
    assert reason(operator, "SMS") != "opted_out"


def test_a_lift_by_lead_lifts_the_lead_its_number_and_its_address(operator: APIClient) -> None:
    post(operator, "opt-outs", lead_id="L1")
    lifted = post(operator, "opt-outs/lift", lead_id="L1", reason="a mistake")
    assert {(line["kind"], line["value"]) for line in lifted} == {LEAD, PHONE, EMAIL}
    assert reason(operator) != "opted_out"


def test_a_lift_of_the_number_leaves_the_lead_itself_bound(operator: APIClient) -> None:
    post(operator, "opt-outs", lead_id="L1")
    post(operator, "opt-outs/lift", phone=PHONE[1], reason="a mistake")
    assert reason(operator) == "opted_out"


def test_an_unknown_lead_is_lifted_and_listed(operator: APIClient) -> None:
    post(operator, "opt-outs", lead_id="LATER")
    assert [line["entry"] for line in post(operator, "opt-outs/lift", lead_id="LATER", reason="a mistake")] == ["LIFT"]
    rows = operator.get(f"{API}/records", {"lead_id": "LATER"}).json()["results"]
    assert [(row["kind"], row["value"], row["entry"]) for row in rows] == [
        ("LEAD", "LATER", "LIFT"),
        ("LEAD", "LATER", "OPT_OUT"),
    ]
    assert post(operator, "opt-outs/lift", lead_id="NOBODY", reason="a mistake") == []


def test_the_signal_names_who_is_bound(operator: APIClient) -> None:
    with heard(opted_out_of) as told:
        post(operator, "opt-outs", lead_id="L1", channel="CALL")
    assert [(set(one.facts["points"]), one.facts["channel"]) for one in told] == [({LEAD, PHONE}, "CALL")]


# No detail refuses it -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("character", CONTROL)
@pytest.mark.parametrize("name", ["reason", "evidence", "actor", "correlation_id"])
@pytest.mark.parametrize("path", ["opt-outs", "do-not-call"])
def test_unstorable_text_is_replaced(operator: APIClient, path: str, name: str, character: str) -> None:
    post(operator, path, phone=PHONE[1], **{name: f"a{character}b"})
    assert getattr(ContactRecord.objects.get(), name) == "a\ufffdb"


@pytest.mark.parametrize(
    ("name", "longest"), [("reason", 1000), ("evidence", 1000), ("actor", 128), ("correlation_id", 128)]
)
def test_too_long_text_is_cut_and_marked(operator: APIClient, name: str, longest: int) -> None:
    post(operator, "opt-outs", phone=PHONE[1], **{name: "a" * 5000})
    kept = getattr(ContactRecord.objects.get(), name)
    assert len(kept) == longest
    assert kept.endswith("a [cut]")


@pytest.mark.parametrize("came", [5, True, ["x"], {"x": "\x00"}])
@pytest.mark.parametrize("name", ["reason", "evidence", "actor", "said_at", "channel"])
def test_a_detail_of_another_type_refuses_nothing(operator: APIClient, name: str, came: Any) -> None:
    post(operator, "opt-outs", phone=PHONE[1], **{name: came})
    assert written() == {(*PHONE, "OPT_OUT", "")}


@pytest.mark.parametrize("said_at", [iso_utc(NOON + timedelta(seconds=2)), "2099-01-01T00:00:00Z"])
def test_a_time_in_the_future_counts_as_now(operator: APIClient, said_at: str) -> None:
    post(operator, "opt-outs", phone=PHONE[1], said_at=said_at)
    assert ContactRecord.objects.get().effective_at == NOON


@pytest.mark.parametrize(
    "said_at", ["yesterday", "2026-04-30T12:00:00", "1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "\x00"]
)
def test_an_unreadable_time_counts_as_now_and_the_reason_says_so(operator: APIClient, said_at: str) -> None:
    post(operator, "opt-outs", phone=PHONE[1], said_at=said_at, reason="asked")
    line = ContactRecord.objects.get()
    assert (line.effective_at, line.reason) == (NOON, f"asked Not taken as it came: said_at {said_at!r}.")


@pytest.mark.parametrize("channel", ["FAX", "\ud800"])
def test_an_unknown_channel_means_every_channel(operator: APIClient, channel: str) -> None:
    post(operator, "opt-outs", phone=PHONE[1], channel=channel)
    assert written() == {(*PHONE, "OPT_OUT", "")}
    assert ContactRecord.objects.get().reason == f"Not taken as it came: channel {channel!r}."


def test_a_channel_that_reaches_no_given_point_means_every_channel(operator: APIClient) -> None:
    post(operator, "opt-outs", phone=PHONE[1], channel="EMAIL")
    assert written() == {(*PHONE, "OPT_OUT", "")}
    assert ContactRecord.objects.get().reason == "Not taken as it came: channel 'EMAIL'."


@pytest.mark.parametrize("header", [CORRELATION, KEY])
def test_an_unreadable_header_refuses_nothing(operator: APIClient, header: str) -> None:
    answer = operator.post(f"{API}/opt-outs", {"phone": PHONE[1]}, headers={header: "a" * 129})
    assert answer.status_code == 201
    assert 0 < len(ContactRecord.objects.get().correlation_id) < 129


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"phone": "555 01"}, ("PHONE", "555 01")),
        ({"phone": "a friend\x00s"}, ("PHONE", "a friend\ufffds")),
        ({"phone": {"number": 1}}, ("PHONE", '{"number": 1}')),
        ({"phone": "5" * 500}, ("PHONE", "5" * 248 + " [cut]")),
        ({"email": "ann at example"}, ("EMAIL", "ann at example")),
        ({"lead_id": "L\x001"}, ("LEAD", "L\ufffd1")),
    ],
)
def test_an_unreadable_point_is_kept_as_sent_and_reported(operator: APIClient, given: Any, kept: Any) -> None:
    with heard(opt_outs_unreadable) as told, heard(opted_out_of) as closed:
        post(operator, "opt-outs", reason="asked", **given)
    assert written() == {(*kept, "OPT_OUT", "")}
    assert [[(line.point.kind, line.point.value) for line in one.facts["records"]] for one in told] == [[kept]]
    assert [(one.facts["channel"], one.act.actor, one.happened_at) for one in told] == [("", "operator", NOON)]
    assert [one.facts["points"] for one in closed] == [[kept]]


def test_an_unreadable_point_does_not_stop_the_others(operator: APIClient) -> None:
    post(operator, "opt-outs", phone="555", email="Ann@Example.CA", lead_id="L2")
    assert written() == {
        ("PHONE", "555", "OPT_OUT", ""),
        (*EMAIL, "OPT_OUT", ""),
        ("LEAD", "L2", "OPT_OUT", ""),
    }
    assert post(operator, "do-not-call", phones=["416 555 0123", "911", 4165550199]) == {"recorded": 3}
    assert opted_out(reading.ledgers([NEW_PHONE])[NEW_PHONE].lines, "CALL", NOON)


@pytest.mark.parametrize(
    "given",
    [
        {"phone": "+14165550123\x00"},
        {"phone": "tel:+1-416-555-0123"},
        {"phone": "0014165550123"},
        {"phone": "(416) 555-0123 poste 5"},
        {"phone": 4165550123},
    ],
)
def test_a_number_is_found_in_any_spelling(operator: APIClient, given: Any) -> None:
    with heard(opt_outs_unreadable) as told:
        post(operator, "opt-outs", **given)
    assert written() == {(*PHONE, "OPT_OUT", "")}
    assert told == []


@pytest.mark.parametrize("said", ["jean@québec-maisons.ca", "Jean <JEAN@xn--qubec-maisons-chb.ca.>"])
@pytest.mark.parametrize("kept", ["jean@québec-maisons.ca", "jean@xn--qubec-maisons-chb.ca"])
def test_an_address_is_found_in_any_spelling(operator: APIClient, said: str, kept: str) -> None:
    know("L1", email=kept)
    post(operator, "opt-outs", email=said)
    assert reason(operator, "EMAIL") == "opted_out"
    assert operator.get(f"{API}/records", {"email": kept}).json()["results"][0]["value"] == "jean@xn--qubec-maisons-chb.ca"


# Refusals -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["opt-outs", "do-not-call"])
@pytest.mark.parametrize("given", [{}, {"reason": "x"}, {"lead_id": "", "phone": " "}])
def test_an_opt_out_that_names_nobody_is_refused(operator: APIClient, path: str, given: Any) -> None:
    answer = operator.post(f"{API}/{path}", given, format="json")
    assert (answer.status_code, codes(answer), attrs(answer)) == (400, ["required"], ["lead_id"])
    assert not ContactRecord.objects.exists()


def test_unreadable_json_and_missing_authority_are_refused(operator: APIClient, agent: APIClient) -> None:
    answer = operator.generic("POST", f"{API}/opt-outs", '{"phone": ', content_type="application/json")
    assert (answer.status_code, codes(answer)) == (400, ["parse_error"])
    assert agent.post(f"{API}/opt-outs", {"phone": PHONE[1]}).status_code == 403
    assert not ContactRecord.objects.exists()
