"""Query strings and cursors that no normal client sends."""

import base64
from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from followups.services import create_ladder
from tests.documented import lists
from tests.traps.requests import assert_refused

pytestmark = pytest.mark.django_db


def cursor(**parts: Any) -> str:
    return base64.b64encode(urlencode(parts).encode()).decode()


BAD_CURSORS = [
    "garbage",
    "é",
    "%00",
    "a" * 5_000,
    base64.b64encode(b"\xff\xfe\x00garbage").decode(),
    base64.b64encode(b"p=%00").decode(),
    cursor(p="text"),
    cursor(p="1.5"),
    cursor(p="-1"),
    cursor(p="٣"),
    cursor(p="9" * 400),
    cursor(p="9" * 5_000),
    cursor(p="\x00"),
    cursor(p="2026-01-01"),
    cursor(o="x", p="1"),
    cursor(o="-1"),
]
ODD_CURSORS = [
    "",
    "====",
    "\x00",
    cursor(p="1"),
    cursor(o="9" * 30, p="1"),
    cursor(o="1000", p="1"),
    cursor(r="1", p="0"),
    cursor(r="x", p="1"),
]


@pytest.mark.parametrize("text", BAD_CURSORS, ids=lambda text: repr(text[:20]))
def test_a_forged_cursor_is_404(operator: APIClient, text: str) -> None:
    for path in lists():
        assert_refused(operator.get(path, {"cursor": text}), 404, attr=None)


@pytest.mark.parametrize("text", ODD_CURSORS, ids=lambda text: repr(text[:20]))
def test_an_odd_cursor_causes_no_fault(operator: APIClient, text: str) -> None:
    create_ladder(province="ON")
    for path in lists():
        assert operator.get(path, {"cursor": text}).status_code in (200, 404)


@pytest.mark.parametrize("size", ["0", "-1", "9" * 400, "x", "٣", "1e3", "\x00"])
def test_an_odd_page_size_causes_no_fault(operator: APIClient, size: str) -> None:
    create_ladder(province="ON")
    for path in lists():
        answer = operator.get(path, {"page_size": size})
        assert answer.status_code in (200, 400)
        assert len(answer.json().get("results", ())) <= 500


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ("province=%FF%FE", "province"),
        ("province=%ED%A0%80", "province"),
        ("province=ON%00", "province"),
        ("market=%FF", "market"),
        ("owner=%00", "owner"),
        ("province=ON&province=XX", "province"),
        ("limit=5&limit=x", "limit"),
        ("channel=%F0%9F%98%80", "channel"),
    ],
)
def test_a_query_that_is_not_text_is_refused(operator: APIClient, query: str, attr: str) -> None:
    assert_refused(operator.get(f"/api/followups/due?{query}"), 400, attr=attr)


def test_the_last_value_of_a_repeated_query_key_counts(operator: APIClient) -> None:
    assert operator.get("/api/followups/due?province=XX&province=on").status_code == 200


@pytest.mark.parametrize("query", ["%", "%zz", "&&&", "=", "=x", "a[b]=c", "a.b=c", "owner", "%00=%00", "x=" + "y" * 60_000])
def test_an_odd_query_causes_no_fault(operator: APIClient, query: str) -> None:
    for path in (*lists(), "/api/followups/due", "/api/followups/sla", "/api/kpi/summary"):
        assert operator.get(f"{path}?{query}").status_code == 200


def test_thousands_of_query_fields_are_refused(operator: APIClient) -> None:
    many = urlencode([(f"f{n}", "1") for n in range(5_000)])
    for path in (*lists(), "/api/followups/due", "/api/governance/market/policies"):
        assert_refused(operator.get(f"{path}?{many}"), 400, attr=None)


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01",
        "2026-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-13-01T00:00:00Z",
        "٢٠٢٦-01-01T00:00:00Z",
        "1e9",
        "now",
    ],
)
def test_an_invalid_time_is_refused(operator: APIClient, name: str, text: str) -> None:
    for path in ("/api/kpi/events", "/api/kpi/summary", "/api/deals/offers/evidence"):
        assert_refused(operator.get(path, {name: text}), 400, attr=name)


@pytest.mark.parametrize(
    "path", ["/api/%00", "/api/nothing", "/api/%FF", "/api//", "/api/" + "x" * 8_000, "/api/followups/due/x"]
)
def test_an_unknown_path_is_not_found(operator: APIClient, path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert_refused(operator.generic(method, path), 404, attr=None)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE"])
def test_another_method_is_refused(operator: APIClient, method: str) -> None:
    for path in (*lists(), "/api/followups/due", "/api/followups/ladder/create"):
        assert_refused(operator.generic(method, path), 405, attr=None)
