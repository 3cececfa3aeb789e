"""A received message is a fact: only a message without a sender is refused, and every alteration is named."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from followups.leads.inbound.services import TEXT_MAX_LENGTH, record_inbound
from followups.models import InboundMessage, InboxItem
from followups.services import start_ladder
from followups.tasks.models import FollowupTask
from governance.ledger.models import ContactRecord
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory
from tests.traps.requests import FORM, JSON, post_json, send
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

INBOUND = "/api/followups/inbound"
PHONE = "+14165550123"
STOP = {"phone": PHONE, "channel": "SMS", "text": "STOP"}
BY_MAIL = ("EMAIL", "jane@example.ca", "EMAIL")  # a bare STOP closes text messages and e-mail


@pytest.fixture
def jane() -> None:
    """A lead with a number and an open ladder."""
    LeadFactory.create(lead_id="JANE", phone=PHONE, email="jane@example.ca")
    start_ladder(lead_id="JANE", province="ON", act=Act(at=NOON))


def opt_outs() -> set[tuple[str, str | None, str]]:
    lines = ContactRecord.objects.filter(entry="OPT_OUT")
    return set(lines.values_list("point__kind", "point__value", "channel"))


@pytest.mark.parametrize(
    ("text", "kept", "altered"),
    [
        ("STOP\x00", "STOP\ufffd", ["text_replaced"]),
        ("STOP\ud800", "STOP\ufffd", ["text_replaced"]),
        ("\x1bSTOP\x07", "\ufffdSTOP\ufffd", ["text_replaced"]),
        ("S\x00T\x00O\x00P\x00", "S\ufffdT\ufffdO\ufffdP\ufffd", ["text_replaced"]),
        (["STOP"], "STOP", ["text_not_text"]),
        (["STOP", "please"], "STOP\nplease", ["text_not_text"]),
        ("  STOP\n", "STOP", []),
    ],
)
def test_a_stop_counts_despite_odd_text(integrator: APIClient, jane: None, text: Any, kept: str, altered: list[str]) -> None:
    response = post_json(integrator, INBOUND, {**STOP, "text": text})
    assert response.status_code == 201
    assert (response.json()["meaning"], response.json()["altered"]) == ("OPT_OUT", altered)
    message = InboundMessage.objects.get()
    assert (message.text, message.altered) == (kept, altered)
    assert opt_outs() == {("PHONE", PHONE, "SMS"), BY_MAIL}
    assert not FollowupTask.objects.open().exists()


@pytest.mark.parametrize(
    ("text", "kept", "altered"),
    [
        (None, "", []),
        ("", "", []),
        (" ", "", []),
        (5, "5", ["text_not_text"]),
        (True, "true", ["text_not_text"]),
        ({"a": 1}, '{"a": 1}', ["text_not_text"]),
        ([], "", ["text_not_text"]),
    ],
)
def test_a_message_needs_no_text(integrator: APIClient, text: Any, kept: str, altered: list[str]) -> None:
    response = post_json(integrator, INBOUND, {**STOP, "text": text})
    assert (response.status_code, response.json()["meaning"], response.json()["altered"]) == (201, "REPLY", altered)
    assert InboundMessage.objects.get().text == kept


def test_a_long_text_is_read_whole_before_it_is_cut(integrator: APIClient, jane: None) -> None:
    quoted = "> would you sell your house?\n" * 4_000
    response = post_json(integrator, INBOUND, {**STOP, "text": f"STOP\n{quoted}"})
    assert (response.status_code, response.json()["meaning"], response.json()["altered"]) == (201, "OPT_OUT", ["text_cut"])
    assert len(InboundMessage.objects.get().text) == TEXT_MAX_LENGTH
    at_the_end = post_json(integrator, INBOUND, {**STOP, "text": "word " * 20_000 + "please leave me alone"})
    assert at_the_end.json()["meaning"] == "DOUBTFUL"


@pytest.mark.parametrize(
    ("came", "altered"),
    [
        ("2026-12-15T12:00:00", "received_at_unreadable"),
        ("yesterday", "received_at_unreadable"),
        ("1999-12-31T23:59:59Z", "received_at_unreadable"),
        (1_700_000_000, "received_at_unreadable"),
        ({"at": "now"}, "received_at_unreadable"),
        ("\x00", "received_at_unreadable"),
        ("2099-01-01T00:00:00Z", "received_at_ahead"),
    ],
)
def test_an_impossible_time_counts_as_now(integrator: APIClient, jane: None, came: Any, altered: str) -> None:
    response = post_json(integrator, INBOUND, {**STOP, "received_at": came})
    message = InboundMessage.objects.get()
    assert (response.status_code, response.json()["altered"]) == (201, [altered])
    assert message.received_at == message.created_at
    assert set(ContactRecord.objects.values_list("effective_at", flat=True)) == {message.created_at}


def test_a_time_slightly_in_the_future_delays_nothing(integrator: APIClient, jane: None) -> None:
    soon = timezone.now() + timedelta(minutes=2)
    response = post_json(integrator, INBOUND, {**STOP, "received_at": soon.isoformat()})
    assert (response.status_code, response.json()["altered"]) == (201, ["received_at_ahead"])
    assert opt_outs() == {("PHONE", PHONE, "SMS"), BY_MAIL}
    assert InboundMessage.objects.get().received_at < soon


@pytest.mark.parametrize("channel", ["MMS", "WHATSAPP", "", None, 5, ["SMS", "CALL"], "SMS\x00", "\ud800"])
def test_a_stop_by_an_unknown_channel_closes_every_channel_of_the_point(
    integrator: APIClient, jane: None, channel: Any
) -> None:
    response = post_json(integrator, INBOUND, {**STOP, "channel": channel})
    assert (response.status_code, response.json()["opted_out_channels"]) == (201, ["SMS", "CALL", "EMAIL"])
    assert "channel_unknown" in response.json()["altered"]
    message = InboundMessage.objects.get()
    assert message.channel == ""
    assert ("channel" in message.as_sent) is (channel not in ("", None))
    assert opt_outs() == {("PHONE", PHONE, ""), BY_MAIL}


def test_a_stop_by_a_channel_that_reaches_no_given_point_closes_every_channel(integrator: APIClient) -> None:
    response = post_json(integrator, INBOUND, {**STOP, "channel": "EMAIL"})
    assert response.json()["opted_out_channels"] == ["SMS", "CALL"]
    assert opt_outs() == {("PHONE", PHONE, "")}


@pytest.mark.parametrize("channel", ["sms", "sms ", " SMS", ["SMS"]])
def test_a_channel_is_known_in_any_spelling(integrator: APIClient, channel: Any) -> None:
    response = post_json(integrator, INBOUND, {**STOP, "channel": channel})
    assert (response.json()["opted_out_channels"], response.json()["altered"]) == (["SMS"], [])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("phone", value) for value in ("stop", "12", True, {"a": 1}, ["+14165550123", "+14165550124"])),
        *(("email", value) for value in ("jane", "@", "jane@", 5, {"a": 1}, "\x00", "a" * 400 + "@example.ca")),
        *(("lead_id", value) for value in ("a\x00b", "a\x1bb", "x" * 129, True, {"a": 1}, "\ud800")),
    ],
)
def test_an_unreadable_sender_waits_for_a_person(integrator: APIClient, name: str, value: Any) -> None:
    response = post_json(integrator, INBOUND, {name: value, "channel": "SMS", "text": "STOP"})
    assert (response.status_code, response.json()["meaning"]) == (201, "OPT_OUT")
    assert (response.json()["opted_out_channels"], response.json()["altered"]) == ([], [f"{name}_unreadable"])
    message = InboundMessage.objects.get()
    assert (list(message.subjects.all()), set(message.as_sent)) == ([], {name})
    item = InboxItem.objects.get()
    assert (item.kind, item.message, item.done_at) == ("SENDER", message, None)
    assert item.detail.startswith(f"{name}: ")
    assert item.due_by == message.created_at + timedelta(hours=4)


def test_an_opt_out_counts_at_once_if_one_name_of_the_sender_is_readable(integrator: APIClient, jane: None) -> None:
    given = {"lead_id": "JANE", "phone": "n/a", "channel": "SMS", "text": "STOP"}
    response = post_json(integrator, INBOUND, given)
    assert (response.json()["cancelled_steps"], response.json()["altered"]) == (6, ["phone_unreadable"])
    assert opt_outs() == {("PHONE", PHONE, "SMS"), ("LEAD", "JANE", "SMS"), BY_MAIL, ("LEAD", "JANE", "EMAIL")}
    assert InboxItem.objects.get().kind == "SENDER"


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("phone", "+1 416 555 0123\x00", ("PHONE", PHONE)),
        ("phone", "whatsapp:+14165550123", ("PHONE", PHONE)),
        ("phone", 14165550123, ("PHONE", PHONE)),
        ("phone", ["+14165550123"], ("PHONE", PHONE)),
        ("email", "Jane Roe <Jane@Example.ca>", ("EMAIL", "jane@example.ca")),
        ("lead_id", 77, ("LEAD", "77")),
        ("lead_id", "L1\x00", ("LEAD", "L1")),
    ],
)
def test_a_sender_is_read_in_any_spelling(integrator: APIClient, name: str, value: Any, read: tuple[str, str]) -> None:
    channel = "EMAIL" if name == "email" else "SMS"
    response = post_json(integrator, INBOUND, {name: value, "channel": channel, "text": "STOP"})
    assert response.status_code == 201
    assert opt_outs() == {(*read, channel)}
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize("correlation_id", [{"a": 1}, [], True, "x" * 129, "\x00", "\ud800"])
def test_an_invalid_correlation_id_is_replaced(integrator: APIClient, correlation_id: Any) -> None:
    response = post_json(integrator, INBOUND, {**STOP, "correlation_id": correlation_id})
    assert (response.status_code, response.json()["altered"]) == (201, ["correlation_id_replaced"])
    assert InboundMessage.objects.get().correlation_id


def test_an_invalid_correlation_header_is_replaced(integrator: APIClient) -> None:
    response = post_json(integrator, INBOUND, STOP, HTTP_X_CORRELATION_ID="c" * 129)
    assert (response.status_code, response.json()["altered"]) == (201, ["correlation_id_replaced"])
    assert response["X-Correlation-ID"] == InboundMessage.objects.get().correlation_id


@pytest.mark.parametrize("key", ["", " ", "k" * 129, "é", "a\x00b"])
def test_an_invalid_idempotency_key_refuses_nothing(integrator: APIClient, key: str) -> None:
    response = post_json(integrator, INBOUND, STOP, HTTP_IDEMPOTENCY_KEY=key)
    assert (response.status_code, response.json()["altered"]) == (201, ["idempotency_key_ignored"])


def test_a_key_used_by_another_message_refuses_nothing_and_a_repetition_is_replayed(
    integrator: APIClient, jane: None
) -> None:
    reply = {**STOP, "text": "hello"}
    first = post_json(integrator, INBOUND, reply, HTTP_IDEMPOTENCY_KEY="k1")
    again = post_json(integrator, INBOUND, reply, HTTP_IDEMPOTENCY_KEY="k1")
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    other = post_json(integrator, INBOUND, STOP, HTTP_IDEMPOTENCY_KEY="k1")
    assert (other.status_code, other.json()["altered"]) == (201, ["idempotency_key_ignored"])
    assert InboundMessage.objects.count() == 2
    assert opt_outs() == {("PHONE", PHONE, "SMS"), BY_MAIL}


def test_both_values_of_a_repeated_field_are_read(integrator: APIClient) -> None:
    twice = f'{{"phone": "{PHONE}", "phone": "{PHONE}", "channel": "SMS", "text": "STOP", "text": "thanks"}}'
    assert post_json(integrator, INBOUND, twice).json()["meaning"] == "OPT_OUT"
    form = urlencode([("phone", PHONE), ("channel", "SMS"), ("text", "hello"), ("text", "please stop")])
    assert send(integrator, INBOUND, form, FORM).json()["meaning"] == "DOUBTFUL"


def test_a_form_need_not_be_utf8_and_a_query_string_is_accepted(integrator: APIClient) -> None:
    latin = send(integrator, INBOUND, b"phone=%2B14165550123&channel=SMS&text=ARR\xcaT", FORM)
    assert (latin.status_code, latin.json()["meaning"]) == (201, "OPT_OUT")
    assert send(integrator, f"{INBOUND}?{urlencode(STOP)}", "{}", JSON).json()["meaning"] == "OPT_OUT"
    assert send(integrator, f"{INBOUND}?{urlencode(STOP)}", '{"text": null}', JSON).json()["meaning"] == "OPT_OUT"


def test_numbers_of_any_size_refuse_nothing(integrator: APIClient) -> None:
    body = (
        '{"phone": "+14165550123", "text": "STOP", "channel": "SMS", "n": 1e999, "m": '
        + "9" * 5_000
        + ', "received_at": 1e400}'
    )
    response = post_json(integrator, INBOUND, body)
    assert (response.status_code, response.json()["meaning"]) == (201, "OPT_OUT")
    assert post_json(integrator, INBOUND, '{"text": "STOP", "lead_id": ' + "9" * 5_000 + "}").status_code == 201


@pytest.mark.parametrize(
    "beside",
    [
        b'"score": NaN',
        b'"score": -Infinity',
        b'"note": "line\none"',
        b'"note": "caf\xe9"',
        b'"note": "\xed\xa0\x80"',
        b'"meta": ' + b"[" * 65 + b"]" * 65,
        b'"meta": ' + b"[" * 50_000 + b'"]"' + b"]" * 50_000,
        b'"meta": ' + b'{"a": ' * 5_000 + b"1" + b"}" * 5_000 + b', "more": [[1]]',
    ],
)
def test_other_json_beside_a_stop_refuses_nothing(integrator: APIClient, jane: None, beside: bytes) -> None:
    response = post_json(
        integrator, INBOUND, b'{"phone": "+14165550123", "channel": "SMS", ' + beside + b', "text": "STOP"}'
    )
    assert (response.status_code, response.json().get("meaning")) == (201, "OPT_OUT")
    assert opt_outs() == {("PHONE", PHONE, "SMS"), BY_MAIL}


def test_a_deeply_nested_text_is_read(integrator: APIClient) -> None:
    response = post_json(integrator, INBOUND, f'{{"phone": "{PHONE}", "text": {"[" * 90}"STOP"{"]" * 90}}}')
    assert (response.status_code, response.json()["meaning"]) == (201, "OPT_OUT")


PARTS = (
    "--x\r\nContent-Disposition: form-data; name={}\r\n\r\n{}\r\n"
    '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nSTOP\r\n'
    '--x\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\npng\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", json.dumps(STOP)),
        ("text/json", json.dumps(STOP)),
        ("nonsense", json.dumps(STOP)),
        ("text/plain", urlencode(STOP)),
        ("multipart/form-data; boundary=x", PARTS.format("phone", PHONE)),
    ],
)
def test_a_body_that_names_somebody_is_recorded_under_any_content_type(
    integrator: APIClient, jane: None, content_type: str, body: str
) -> None:
    response = send(integrator, INBOUND, body, content_type)
    assert (response.status_code, response.json().get("meaning")) == (201, "OPT_OUT")
    assert not FollowupTask.objects.open().exists()


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", "STOP"),
        ("application/xml", "<phone>+14165550123</phone>"),
        ("multipart/form-data; boundary=x", PARTS.format("who", PHONE)),
        ("multipart/form-data", PARTS.format("phone", PHONE)),
        ("image/png", b"\x89PNG\xff\x00"),
    ],
)
def test_a_body_of_another_type_that_names_nobody_is_refused(
    integrator: APIClient, content_type: str, body: str | bytes
) -> None:
    response = send(integrator, INBOUND, body, content_type)
    assert (response.status_code, codes(response)) == (415, ["unsupported_media_type"])
    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense"])
def test_a_message_is_recorded_under_any_accept_header(integrator: APIClient, accept: str) -> None:
    assert post_json(integrator, INBOUND, STOP, HTTP_ACCEPT=accept).status_code == 201
    assert integrator.get(INBOUND, HTTP_ACCEPT=accept).status_code == 406


def test_only_access_parse_size_and_a_missing_sender_refuse_a_message(integrator: APIClient, auditor: APIClient) -> None:
    assert post_json(APIClient(), INBOUND, STOP).status_code == 401
    assert post_json(auditor, INBOUND, STOP).status_code == 403
    for body in ("{", "[]", "[" * 100_000, '{"phone": "+14165550123", "x": ' + "[" * 100):
        response = post_json(integrator, INBOUND, body)
        assert (response.status_code, codes(response)) == (400, ["parse_error"])
    too_long = post_json(integrator, INBOUND, " " * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + "{}")
    assert (too_long.status_code, codes(too_long)) == (413, ["request_too_large"])
    nobody = post_json(integrator, INBOUND, {"text": "STOP", "channel": "SMS"})
    assert (nobody.status_code, attrs(nobody), codes(nobody)) == (400, ["lead_id"], ["required"])
    assert not InboundMessage.objects.exists()


def test_the_python_verb_refuses_nothing_either() -> None:
    recorded = record_inbound(
        phone=PHONE, channel="MMS", text="STOP\x00", received_at=timezone.now() + timedelta(days=9), act=Act()
    )
    assert recorded.message.altered == ["channel_unknown", "received_at_ahead", "text_replaced"]
    assert opt_outs() == {("PHONE", PHONE, "")}


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("lead_id", "phone", "email", "channel", "text", "received_at", "correlation_id", "actor", "")
READABLE = st.sampled_from([{"lead_id": "JANE"}, {"phone": PHONE}, {"email": "jane@example.ca"}])


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(others=st.dictionaries(st.sampled_from(NAMES), ANY_JSON), named=READABLE)
def test_any_object_that_names_somebody_is_recorded(
    client_of: Callable[..., APIClient], others: dict[str, Any], named: dict[str, str]
) -> None:
    client = client_of("integrator")
    response = post_json(client, INBOUND, json.dumps({**others, **named}))
    assert response.status_code == 201, response.content
    message = InboundMessage.objects.get(pk=response.json()["id"])
    assert message.altered == response.json()["altered"]
    assert client.get(f"{INBOUND}/{message.pk}").status_code == 200


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.sampled_from(("lead_id", "phone", "email")), ANY_JSON, st.text())
def test_every_named_sender_is_recorded_and_only_an_empty_one_is_refused(
    client_of: Callable[..., APIClient], name: str, value: Any, text: str
) -> None:
    response = post_json(client_of("integrator"), INBOUND, json.dumps({name: value, "text": text, "channel": "SMS"}))
    is_nobody = value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())
    assert response.status_code == (400 if is_nobody else 201), response.content
