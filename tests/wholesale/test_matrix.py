"""Every endpoint follows the common rules (CONTRACT sections 1, 5 and 9)."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from tests.conftest import attrs, codes
from tests.documented import optional
from tests.traps.requests import RECEIVED
from tests.wholesale.api_walk import ENDPOINTS, ROLES, Endpoint, call, make_everything_possible, routes
from wholesale.plumbing.idempotency import HEADER, REPLAYED_HEADER

METHODS = ("get", "post", "put", "patch", "delete")
POSTS = [endpoint for endpoint in ENDPOINTS if endpoint.method == "post"]
every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)
every_post = pytest.mark.parametrize("endpoint", POSTS, ids=str)


@pytest.fixture(autouse=True)
def _everything_is_possible(db: None) -> None:
    make_everything_possible()


def test_the_table_names_exactly_the_endpoints_that_exist() -> None:
    routed = {(method, route.path) for route in routes() for method in route.actions}
    assert {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS} == routed
    assert len(ENDPOINTS) == len(routed)


@every_endpoint
def test_a_request_without_credentials_is_401(endpoint: Any) -> None:
    response = call(APIClient(), endpoint)
    assert (response.status_code, codes(response)) == (401, ["not_authenticated"])
    assert response["WWW-Authenticate"] == "Token"


@every_endpoint
@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_table_says(client_of: Callable[..., APIClient], endpoint: Any, role: Any) -> None:
    response = call(client_of(role), endpoint)
    if role in endpoint.roles:
        assert response.status_code == endpoint.status
    else:
        assert (response.status_code, codes(response)) == (403, ["permission_denied"])


@every_endpoint
def test_a_user_without_a_role_may_do_nothing(client_of: Callable[..., APIClient], endpoint: Any) -> None:
    response = call(client_of(), endpoint)
    assert (response.status_code, codes(response)) == (403, ["permission_denied"])


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in ENDPOINTS if endpoint.bad], ids=str)
def test_bad_input_is_400_and_names_the_field(operator: APIClient, endpoint: Any) -> None:
    given, attr = endpoint.bad
    response = call(operator, endpoint, given)
    assert response.status_code == 400
    assert response.json()["type"] == "validation_error"
    assert attrs(response) == [attr]


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in ENDPOINTS if endpoint.row], ids=str)
@pytest.mark.parametrize("id", ["0", "999999999999999999", "9999999999999999999", "-1", "1.0", "x"])
def test_an_unknown_id_is_404(operator: APIClient, endpoint: Any, id: Any) -> None:
    response = call(operator, endpoint, url=endpoint.path.replace("{id}", id))
    assert (response.status_code, codes(response)) == (404, ["not_found"])
    detail = response.json()["errors"][0]["detail"]
    is_an_id = id.isdigit() and len(id) <= 18
    assert detail.endswith(f": {id}.") if is_an_id else detail == "There is no such path."


@every_endpoint
def test_other_methods_are_405(operator: APIClient, endpoint: Any) -> None:
    allowed = {e.method for e in ENDPOINTS if e.path == endpoint.path}
    url = endpoint.url()
    for method in set(METHODS) - allowed:
        response = getattr(operator, method)(url)
        assert (response.status_code, codes(response)) == (405, ["method_not_allowed"])
        assert set(response["Allow"].lower().split(", ")) - {"head"} == allowed
        would_do = " or ".join(name.upper() for name in sorted(allowed))
        assert response.json()["errors"][0]["detail"].endswith(f"Use {would_do}.")


@every_endpoint
def test_options_is_405(operator: APIClient, endpoint: Any) -> None:
    response = operator.options(endpoint.url())
    assert (response.status_code, codes(response)) == (405, ["method_not_allowed"])


@every_endpoint
def test_a_trailing_slash_is_accepted(operator: APIClient, endpoint: Any) -> None:
    assert call(operator, endpoint, url=endpoint.url() + "/").status_code == endpoint.status


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in ENDPOINTS if endpoint.method == "get"], ids=str)
def test_a_get_endpoint_accepts_head(operator: APIClient, endpoint: Any) -> None:
    response = operator.head(endpoint.url(), endpoint.good)
    assert (response.status_code, response.content) == (200, b"")


def query(endpoint: Endpoint, url: str) -> str:
    texts = {
        name: json.dumps(value) if isinstance(value, bool | dict | list) else value for name, value in endpoint.good.items()
    }
    return f"{url}?{urlencode(texts)}"


@every_post
def test_parameters_of_a_post_may_come_as_json_as_form_and_in_the_query(operator: APIClient, endpoint: Any) -> None:
    url = endpoint.url()
    sent = [
        lambda: operator.post(url, endpoint.good, format="json"),
        lambda: operator.post(query(endpoint, url)),
        lambda: operator.generic(
            "POST",
            url,
            query(endpoint, "").removeprefix("?"),
            content_type="application/x-www-form-urlencoded",
        ),
    ]
    statuses = [send().status_code for send in sent]
    # A repetition keeps the open ladder, the lead or the buyer (200), and is refused (409) for a closed row or a sent offer.
    again = 200 if endpoint.path.endswith(("ladder/create", "leads/upsert", "book/upsert")) else endpoint.status
    again = 409 if endpoint.path.endswith(("task/{id}/skip", "ladder/{id}/cancel", "offers/{id}/send")) else again
    assert statuses == [endpoint.status, again, again]


@every_post
def test_the_body_wins_over_the_query(operator: APIClient, endpoint: Any) -> None:
    wrong = urlencode(dict.fromkeys(endpoint.good, "\x7f"))
    assert call(operator, endpoint, url=f"{endpoint.url()}?{wrong}").status_code == endpoint.status


@every_post
def test_json_null_counts_as_absent_and_the_query_is_used(operator: APIClient, endpoint: Any) -> None:
    url = query(endpoint, endpoint.url())
    assert call(operator, endpoint, dict.fromkeys(endpoint.good), url=url).status_code == endpoint.status


@every_post
@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_null_and_empty_count_as_absent_for_optional_parameters(operator: APIClient, endpoint: Any, nothing: Any) -> None:
    response = call(operator, endpoint, {**dict.fromkeys(optional(endpoint.path), nothing), **endpoint.good})
    assert response.status_code == endpoint.status


@every_post
@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null", "true"])
def test_a_body_that_is_no_object_is_400(operator: APIClient, endpoint: Any, body: Any) -> None:
    response = operator.generic("POST", endpoint.url(), body, content_type="application/json")
    assert (response.status_code, codes(response)) == (400, ["parse_error"])


@every_post
def test_every_post_may_be_repeated_under_a_key(operator: APIClient, endpoint: Any) -> None:
    url = endpoint.url()
    first = operator.post(url, endpoint.good, headers={HEADER: "K-1"})
    again = operator.post(url, endpoint.good, headers={HEADER: "K-1"})
    assert (first.status_code, again.status_code) == (endpoint.status, endpoint.status)
    assert (first.content, REPLAYED_HEADER in first.headers) == (again.content, False)
    assert again[REPLAYED_HEADER] == "true"
    other = operator.post(url, {**endpoint.good, "reason": "other", "actor": "other"}, headers={HEADER: "K-1"})
    if endpoint.path in RECEIVED:  # no bad detail refuses it: it is recorded beside the first
        assert (other.status_code, REPLAYED_HEADER in other.headers) == (endpoint.status, False)
    else:
        assert (other.status_code, codes(other)) == (409, ["idempotency_key_reused"])


@every_endpoint
def test_the_answer_echoes_the_correlation_id(operator: APIClient, endpoint: Any) -> None:
    response = getattr(operator, endpoint.method)(endpoint.url(), endpoint.good, headers={"X-Correlation-ID": "C-1"})
    assert (response.status_code, response["X-Correlation-ID"]) == (endpoint.status, "C-1")


@every_endpoint
def test_an_unstorable_correlation_id_is_400(operator: APIClient, endpoint: Any) -> None:
    response = getattr(operator, endpoint.method)(endpoint.url(), endpoint.good, headers={"X-Correlation-ID": "x" * 129})
    if endpoint.method == "post" and endpoint.path in RECEIVED:  # no bad detail refuses it: it gets an id of ours
        assert response.status_code == endpoint.status
        assert response["X-Correlation-ID"] != "x" * 129
    else:
        assert (response.status_code, attrs(response)) == (400, ["X-Correlation-ID"])
    assert FollowupLadder.objects.filter(lead_id="L1").count() == 0


@every_endpoint
def test_an_unknown_parameter_is_ignored(operator: APIClient, endpoint: Any) -> None:
    assert call(operator, endpoint, {**endpoint.good, "colour": "blue"}).status_code == endpoint.status


@every_endpoint
def test_numbers_are_json_numbers_and_times_are_utc(operator: APIClient, endpoint: Any) -> None:
    def check(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                check(key, item)
        elif isinstance(value, list):
            for item in value:
                check(name, item)
        elif isinstance(value, str):
            # Texts that look like numbers: versions and area codes.
            is_text = name in ("tz_version", "law_version", "area_code")
            assert is_text or not value.replace(".", "", 1).replace("-", "", 1).isdigit(), (name, value)
            if name.endswith(("_at", "first", "last")):
                assert value.endswith("Z"), (name, value)

    response = call(operator, endpoint)
    assert response["Content-Type"].split(";")[0] == endpoint.media_type
    if endpoint.media_type == "application/json":
        check("", response.json())
