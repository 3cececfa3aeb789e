"""Bodies that are no parameters: every POST refuses them with 400, 413 or 415, and never answers 500."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from followups.tasks.models import FollowupTask
from tests.documented import posts, texts
from tests.traps.requests import FORM, INBOUND, JSON, POSTS, TASK, assert_refused, is_as_at_first, post_json, send

pytestmark = pytest.mark.django_db

DEEP = 100_000
ToPost = Callable[[str], str]


def test_every_post_is_listed_with_every_text_it_takes() -> None:
    assert posts() == set(POSTS)
    for path, body in POSTS.items():
        either = {"buyer_id"} if "lead_id" in body else set()  # a request names a lead or a buyer
        assert texts(path) <= set(body) | either, path


@pytest.mark.parametrize("path", POSTS)
def test_the_listed_bodies_are_valid(operator: APIClient, to_post: ToPost, path: str) -> None:
    assert is_as_at_first(path, post_json(operator, to_post(path), POSTS[path]))


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        '["province"]',
        '"text"',
        '"\\ud800"',
        "5",
        "null",
        "true",
        "{",
        "{}}",
        "{'province': 'ON'}",
        '{"province": NaN}',
        '{"x": Infinity}',
        '{"x": -Infinity}',
        '{"x": 1e400}',
        '{"x": ' + "9" * 5_000 + "}",
        b"\xff\xfe{}",
        b'{"province": "\xc3\x28"}',
        b'{"province": "\xed\xa0\x80"}',
        "[" * DEEP + "]" * DEEP,
        '{"a":' * DEEP + "1" + "}" * DEEP,
        "[" * DEEP,
        '{"x": ' + "[" * 70 + "]" * 70 + "}",
    ],
    ids=lambda body: repr(body[:24]),
)
def test_every_post_refuses_a_body_that_is_no_object(operator: APIClient, to_post: ToPost, body: str | bytes) -> None:
    # A received message may be any JSON object, so these bodies name nobody.
    text = body.decode("latin-1") if isinstance(body, bytes) else body
    names_nobody = text.startswith('{"') and text.endswith("}")
    for path in POSTS:
        attr = "lead_id" if path == INBOUND and names_nobody else None
        assert_refused(post_json(operator, to_post(path), body), 400, attr=attr)


@pytest.mark.parametrize("content_type", [JSON, FORM])
def test_every_post_refuses_a_body_over_the_limit(operator: APIClient, to_post: ToPost, content_type: str) -> None:
    body = ("x=" if content_type == FORM else "") + " " * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + "{}"
    for path in POSTS:
        assert_refused(send(operator, to_post(path), body, content_type), 413, attr=None)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "nonsense",
        "/",
        "a/b/c",
        "",
    ],
)
def test_every_post_refuses_a_body_of_another_type(operator: APIClient, to_post: ToPost, content_type: str) -> None:
    for path in POSTS:
        answer = send(operator, to_post(path), '{"province": "ON"}', content_type)
        assert_refused(answer, 415, attr=None)


def test_a_byte_order_mark_before_json_causes_no_fault(operator: APIClient) -> None:
    answer = post_json(operator, "/api/followups/ladder/create", b'\xef\xbb\xbf{"province": "ON"}')
    assert answer.status_code == 201


def test_every_post_refuses_thousands_of_fields(operator: APIClient, to_post: ToPost) -> None:
    many = urlencode([(f"f{n}", "1") for n in range(5_000)])
    for path in POSTS:
        assert_refused(send(operator, to_post(path), many, FORM), 400, attr=None)
        assert_refused(send(operator, f"{to_post(path)}?{many}", "{}", JSON), 400, attr=None)


def test_invalid_utf8_in_a_form_is_refused_in_a_word(operator: APIClient) -> None:
    path = "/api/followups/ladder/create"
    assert_refused(send(operator, path, "province=%FF%FE", FORM), 400, attr="province")
    assert_refused(send(operator, path, b"province=ON&market=\xff", FORM), 400, attr=None)


def test_the_last_value_of_a_repeated_form_field_counts(operator: APIClient) -> None:
    answer = send(operator, "/api/followups/ladder/create", "province=XX&province=ON", FORM)
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("multipart/form-data; boundary=", 415), ("multipart/form-data; boundary=x", 415), (FORM, 400), (JSON, 400)],
)
def test_a_session_with_a_broken_body_is_refused_too(user_of: Callable[..., User], content_type: str, status: int) -> None:
    """The search for a session's CSRF token reads the body before the API's own parsers do."""
    browser = APIClient(raise_request_exception=False, enforce_csrf_checks=True)
    browser.force_login(user_of("operator"))
    browser.cookies["csrftoken"] = "a" * 32
    answer = send(browser, "/api/followups/ladder/create", b"--x\r\n\xff", content_type, HTTP_X_CSRFTOKEN="a" * 32)
    assert_refused(answer, status)


def test_a_broken_body_completes_no_task(operator: APIClient, to_post: ToPost) -> None:
    assert_refused(post_json(operator, to_post(TASK), '{"actor": "\\ud800"}'), 400, attr="actor")
    assert not FollowupTask.objects.exclude(completed_at=None).exists()
