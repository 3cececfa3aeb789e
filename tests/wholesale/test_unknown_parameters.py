"""Unknown parameters are named in the answer, or refused if the client asks for that (`Prefer`)."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from tests.conftest import attrs, codes
from tests.factories import LadderFactory, TaskFactory
from tests.wholesale.api_walk import ENDPOINTS, call, make_everything_possible
from wholesale.plumbing.unknown_parameters import HEADER_MAX_LENGTH, NAMES_MAX

IGNORED, APPLIED = "X-Ignored-Parameters", "Preference-Applied"
STRICT = {"Prefer": "handling=strict"}
CREATE, BULK = "/api/followups/ladder/create", "/api/followups/ladder/bulk"
# A received message is recorded with any other parameters (CONTRACT section 10).
RECEIVING = ("/api/followups/inbound", "/api/governance/contact/opt-outs", "/api/governance/contact/do-not-call")
received_endpoints = [endpoint for endpoint in ENDPOINTS if endpoint.method == "post" and endpoint.path in RECEIVING]
every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
every_strict_endpoint = pytest.mark.parametrize(
    "endpoint", [endpoint for endpoint in ENDPOINTS if endpoint not in received_endpoints], ids=str
)
every_receiving_endpoint = pytest.mark.parametrize("endpoint", received_endpoints, ids=str)


@every_endpoint
def test_every_endpoint_names_the_parameters_it_ignores(operator: APIClient, endpoint: Any) -> None:
    make_everything_possible()
    response = call(operator, endpoint, {**endpoint.good, "ownr": "x", "colour": "blue"})
    assert (response.status_code, response[IGNORED]) == (endpoint.status, "colour, ownr")


@every_endpoint
def test_every_endpoint_names_ignored_query_parameters(operator: APIClient, endpoint: Any) -> None:
    make_everything_possible()
    response = call(operator, endpoint, url=f"{endpoint.url()}?ownr=x") if endpoint.method == "post" else None
    assert response is None or (response.status_code, response[IGNORED]) == (endpoint.status, "ownr")


@every_strict_endpoint
def test_every_endpoint_refuses_unknown_parameters_under_strict(operator: APIClient, endpoint: Any) -> None:
    make_everything_possible()
    response = getattr(operator, endpoint.method)(endpoint.url(), {**endpoint.good, "ownr": "x", "a b": 1}, headers=STRICT)
    assert (response.status_code, codes(response)) == (400, ["unknown_parameter"] * 2)
    assert attrs(response) == ["a%20b", "ownr"]
    assert response[APPLIED] == "handling=strict"
    assert IGNORED not in response


@every_strict_endpoint
def test_every_endpoint_accepts_known_parameters_under_strict(operator: APIClient, endpoint: Any) -> None:
    make_everything_possible()
    response = getattr(operator, endpoint.method)(endpoint.url(), endpoint.good, headers=STRICT)
    assert (response.status_code, response[APPLIED]) == (endpoint.status, "handling=strict")
    assert IGNORED not in response


@every_receiving_endpoint
def test_a_message_is_recorded_under_strict_too(operator: APIClient, endpoint: Any) -> None:
    make_everything_possible()
    response = operator.post(endpoint.url(), {**endpoint.good, "ownr": "x", "a b": 1}, headers=STRICT)
    assert (response.status_code, response[IGNORED]) == (201, "a%20b, ownr")
    assert APPLIED not in response


def test_an_opt_out_at_a_task_is_recorded_under_strict_too(operator: APIClient) -> None:
    task = TaskFactory.create(ladder__open_steps=1)
    given = {"outcome": "OPTED_OUT", "colour": "blue"}
    response = operator.post(f"/api/followups/task/{task.pk}/complete", given, headers=STRICT)
    assert (response.status_code, response[IGNORED]) == (200, "colour")
    task.refresh_from_db()
    assert task.outcome == "OPTED_OUT"
    reached = operator.post(
        f"/api/followups/task/{TaskFactory.create().pk}/complete", {**given, "outcome": "REACHED"}, headers=STRICT
    )
    assert (reached.status_code, codes(reached)) == (400, ["unknown_parameter"])


def test_an_unknown_filter_is_named(operator: APIClient) -> None:
    TaskFactory.create(owner="anna")
    TaskFactory.create(owner="bryan")
    response = operator.get("/api/followups/tasks?ownr=anna")
    assert (len(response.json()["results"]), response[IGNORED]) == (2, "ownr")
    refused = operator.get("/api/followups/tasks?ownr=anna", headers=STRICT)
    assert (codes(refused), attrs(refused)) == (["unknown_parameter"], ["ownr"])
    assert "owner" in refused.json()["errors"][0]["detail"]


def test_paging_parameters_are_known(operator: APIClient) -> None:
    LadderFactory.create_batch(3)
    first = operator.get("/api/followups/ladders?page_size=1", headers=STRICT)
    second = operator.get(first.json()["next"], headers=STRICT)
    assert [response.status_code for response in (first, second)] == [200, 200]
    one = first.json()["results"][0]["id"]
    assert codes(operator.get(f"/api/followups/ladders/{one}?page_size=1", headers=STRICT)) == ["unknown_parameter"]


@pytest.mark.parametrize("path", [f"{CREATE}?province=ON&leadid=L1", CREATE])
def test_a_refused_verb_does_not_act(operator: APIClient, path: str) -> None:
    body = {} if "?" in path else {"province": "ON", "leadid": "L1"}
    response = operator.post(path, body, headers=STRICT)
    assert (response.status_code, attrs(response)) == (400, ["leadid"])
    assert not FollowupLadder.objects.exists()
    assert operator.post(path, body)[IGNORED] == "leadid"
    assert FollowupLadder.objects.get().lead_id is None


def test_a_form_names_unknown_parameters_but_not_its_csrf_token(operator: APIClient) -> None:
    form = "province=ON&leadid=L1&csrfmiddlewaretoken=x"
    response = operator.generic("POST", CREATE, form, content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response[IGNORED]) == (201, "leadid")


@pytest.mark.parametrize("as_text", [False, True])
def test_unknown_keys_within_a_list_of_rows_are_named(operator: APIClient, as_text: Any) -> None:
    rows = [{"lead_id": "L1", "province": "ON", "ownr": "x"}, {"lead_id": "L2", "province": "ON"}, {"lead_id": "L3", "z": 1}]
    given = {"ladders": json.dumps(rows) if as_text else rows}
    refused = operator.post(BULK, given, headers=STRICT)
    assert (refused.status_code, attrs(refused)) == (400, ["ladders.0.ownr", "ladders.2.z"])
    assert not FollowupLadder.objects.exists()
    assert operator.post(BULK, given)[IGNORED] == "ladders.0.ownr, ladders.2.z"


def test_a_replay_names_unknown_parameters_again(operator: APIClient) -> None:
    given = {"province": "ON", "leadid": "L1"}
    headers = {"Idempotency-Key": "K-1"}
    first, again = (operator.post(CREATE, given, headers=headers) for _ in range(2))
    assert (first[IGNORED], again[IGNORED], again["Idempotency-Replayed"]) == ("leadid", "leadid", "true")
    assert codes(operator.post(CREATE, given, headers={**headers, **STRICT})) == ["unknown_parameter"]


def test_a_refusal_for_another_reason_names_them_too(operator: APIClient) -> None:
    response = operator.post(CREATE, {"provinc": "ON"})
    assert (response.status_code, attrs(response), response[IGNORED]) == (400, ["province"], "provinc")


def test_a_get_ignores_its_body_and_says_so(operator: APIClient) -> None:
    TaskFactory.create(owner="anna")
    ask: Callable[..., Any] = operator.generic
    response = ask("GET", "/api/followups/tasks", '{"owner": "bryan"}', content_type="application/json")
    assert (len(response.json()["results"]), response[IGNORED]) == (1, "owner")
    for body, status in (("{", 400), ("[]", 400), ('"owner"', 400)):
        assert ask("GET", "/api/followups/tasks", body, content_type="application/json").status_code == status
    assert ask("GET", "/api/followups/tasks", "owner", content_type="text/plain").status_code == 415
    assert ask("GET", "/api/followups/tasks", "{}", content_type="application/json").status_code == 200


@pytest.mark.parametrize("name", ["é", "a\r\nSet-Cookie: x", "\x00", "\ud800", "日本" * 99, "a,b", '"', "%", "x" * 5_000])
def test_an_unknown_name_of_any_characters_causes_no_fault(operator: APIClient, name: str) -> None:
    body = json.dumps({"province": "ON", name: 1})
    response = operator.generic("POST", CREATE, body, content_type="application/json")
    assert response.status_code == 201
    assert response[IGNORED].isascii()
    assert unquote(response[IGNORED]) == name[:64].replace("\ud800", "?")
    refused = operator.generic("POST", CREATE, body, content_type="application/json", headers=STRICT)
    assert (codes(refused), attrs(refused)) == (["unknown_parameter"], [response[IGNORED]])


def test_as_many_unknown_names_are_listed_as_a_header_holds(operator: APIClient) -> None:
    many = {"province": "ON", **{f"p{n:04}": 1 for n in range(900)}}
    assert operator.post(CREATE, many)[IGNORED].split(", ") == [f"p{n:04}" for n in range(NAMES_MAX)]
    assert len(codes(operator.post(CREATE, many, headers=STRICT))) == NAMES_MAX
    long = {"province": "ON", **{f"{n}{'é' * 60}": 1 for n in range(30)}}
    named = operator.post(CREATE, long)[IGNORED]
    assert len(named) <= HEADER_MAX_LENGTH + len(", ...")
    assert named.endswith(", ...")


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("handling=strict", "handling=strict"),
        ("respond-async, HANDLING = Strict; x=1", "handling=strict"),
        ('handling="strict"', "handling=strict"),
        ("handling=lenient", "handling=lenient"),
        ("handling=lenient, handling=strict", "handling=lenient"),
        ("handling=stricter", None),
        ("xhandling=strict", None),
        ("return=minimal", None),
        ("", None),
        ("é=\x01", None),
    ],
)
def test_the_prefer_header_is_read_by_its_standard(operator: APIClient, prefer: str, applied: str | None) -> None:
    response = operator.get("/api/followups/sla?x=1", headers={"Prefer": prefer})
    assert response.status_code == (400 if applied == "handling=strict" else 200)
    assert response.headers.get(APPLIED) == applied
