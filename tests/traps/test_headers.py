"""Headers that no normal client sends."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from tests.traps.requests import assert_refused, post_json

pytestmark = pytest.mark.django_db

CREATE = "/api/followups/ladder/create"
LEAD = {"province": "ON"}


@pytest.mark.parametrize(
    "authorization",
    [
        "Token é",
        "Token \xff\xfe",
        "Token a\x00b",
        "Token \x00",
        "Token",
        "Token ",
        "Token a b",
        "Token " + "a" * 10_000,
        "Token %00",
        "Bearer abc",
        "é",
        "",
        "Token " + "0" * 64,
    ],
    ids=lambda text: repr(text[:16]),
)
def test_an_invalid_token_is_refused(db: None, authorization: str) -> None:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=authorization)
    assert_refused(client.get("/api/followups/due"), 401, attr=None)
    assert_refused(post_json(client, CREATE, LEAD), 401, attr=None)


@pytest.mark.parametrize("key", ["", " ", "k" * 129, "é", "a\x00b", "a\tb", "\x7f", "日本", "\xa0"])
def test_an_invalid_idempotency_key_is_refused(operator: APIClient, key: str) -> None:
    assert_refused(post_json(operator, CREATE, LEAD, HTTP_IDEMPOTENCY_KEY=key), 400, attr="Idempotency-Key")
    assert not FollowupLadder.objects.exists()


@pytest.mark.parametrize("correlation_id", ["c" * 129, "a\x00b", "a\tb", "\x7f", "a\x85b", "日本"])
def test_an_invalid_correlation_id_is_refused(operator: APIClient, correlation_id: str) -> None:
    assert_refused(post_json(operator, CREATE, LEAD, HTTP_X_CORRELATION_ID=correlation_id), 400, attr="X-Correlation-ID")
    assert_refused(operator.get("/api/followups/due", HTTP_X_CORRELATION_ID=correlation_id), 400, attr="X-Correlation-ID")
    assert not FollowupLadder.objects.exists()


@pytest.mark.parametrize("correlation_id", ["é", "日本", "a\u2028b", "😀" * 128, "=?utf-8?b?eA==?=", "a: b", "\xa0x"])
def test_a_correlation_id_in_any_script_is_kept(operator: APIClient, correlation_id: str) -> None:
    answer = post_json(operator, CREATE, {**LEAD, "correlation_id": correlation_id})
    assert answer.status_code == 201
    assert answer.headers["X-Correlation-ID"]
    assert FollowupLadder.objects.get().correlation_id == correlation_id.strip()


@pytest.mark.parametrize("correlation_id", [{"a": 1}, [], True, "x" * 129, "\x00"], ids=repr)
def test_a_correlation_id_of_another_type_is_refused(operator: APIClient, correlation_id: Any) -> None:
    assert_refused(post_json(operator, CREATE, {**LEAD, "correlation_id": correlation_id}), 400, attr="correlation_id")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:x", "", "a b", "é", "[::1", "localhost:99999999"])
def test_an_unknown_host_causes_no_fault(operator: APIClient, host: str) -> None:
    answer = operator.get("/api/followups/due", HTTP_HOST=host)
    if answer.status_code != 200:
        assert_refused(answer, 400, attr=None)
    assert answer.status_code == 400 or host in ("", "localhost:99999999")


@pytest.mark.parametrize("length", ["", "-1", "x", "٣", "0"])
def test_an_invalid_content_length_causes_no_fault(operator: APIClient, length: str) -> None:
    assert_refused(post_json(operator, CREATE, LEAD, CONTENT_LENGTH=length), 400)
