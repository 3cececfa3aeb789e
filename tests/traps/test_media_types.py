"""Odd Content-Type and Accept headers, sent through the WSGI wrapper, since Django reads Content-Type very early."""

from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from tests.traps.requests import FORM, JSON, assert_refused
from wholesale.plumbing.http.content_type import reading_utf8

pytestmark = pytest.mark.django_db

FEEDBACK = "/api/buyers/liquidity/feedback?property_type=d%C3%BBplex"
PLACE = {"province": "QC", "market": "Montréal", "event": "BOUGHT"}
CLAIMS = ["base64", "utf-16", "nonsense", "rot13", "", '"', "\xff", "utf-8; charset=hex", "utf-8; x*=nonsense''y"]


@pytest.fixture
def wire(operator: APIClient) -> APIClient:
    """The operator's client, with the WSGI wrapper in front of Django."""
    django = operator.handler
    wrapped = reading_utf8(lambda environ, start_response: django(environ))

    def handler(environ: dict[str, Any]) -> Any:
        return wrapped(environ, lambda *_: None)

    operator.handler = handler  # type: ignore[assignment]
    return operator


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("kind", [JSON, FORM])
def test_a_claimed_charset_changes_nothing(wire: APIClient, kind: str, claim: str) -> None:
    text = '{"province": "QC", "market": "Montréal", "event": "BOUGHT"}' if kind == JSON else urlencode(PLACE)
    answer = wire.generic("POST", FEEDBACK, text, content_type=f"{kind}; charset={claim}")
    assert answer.status_code == 201
    assert (answer.json()["market"], answer.json()["property_type"]) == ("MONTREAL", "DUPLEX")


@pytest.mark.parametrize("path", ["/api/followups/due", "/healthz", "/admin/login/"])
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_charset_on_a_get_causes_no_fault(wire: APIClient, path: str, claim: str) -> None:
    assert wire.get(path, CONTENT_TYPE=f"{JSON}; charset={claim}").status_code == 200


def test_a_charset_beside_thousands_of_query_fields_causes_no_fault(wire: APIClient) -> None:
    """If the query string were read in that charset, it would be refused before the API can shape the answer."""
    many = urlencode([(f"f{n}", "1") for n in range(5_000)])
    answer = wire.get(f"/api/followups/due?{many}", CONTENT_TYPE=f"{JSON}; charset=utf-8")
    assert_refused(answer, 400, attr=None)


@pytest.mark.parametrize("boundary", ["x", '"x y"', "", '"', "\xff", "x; charset=base64", "x; y*=nonsense''z"])
def test_a_multipart_body_is_refused_under_any_content_type(wire: APIClient, boundary: str) -> None:
    answer = wire.generic("POST", FEEDBACK, "--x\r\n", content_type=f"multipart/form-data; boundary={boundary}")
    assert_refused(answer, 415, attr=None)


@pytest.mark.parametrize(
    "accept", ["application/xml", "text/html", "nonsense", "a/b/c", "application/json; x*=nonsense''y, text/html"]
)
def test_an_unsupported_accept_header_is_refused(wire: APIClient, accept: str) -> None:
    assert_refused(wire.get("/api/followups/due", HTTP_ACCEPT=accept), 406, attr=None)


@pytest.mark.parametrize(
    "accept", ["", "*/*", "/", ";;;", "application/*; q=0", "application/json; indent=9999999", "application/json; indent=٣"]
)
def test_an_odd_accept_header_causes_no_fault(wire: APIClient, accept: str) -> None:
    assert wire.get("/api/followups/due", HTTP_ACCEPT=accept).status_code in (200, 406)
