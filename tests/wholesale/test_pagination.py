"""Pages of growing tables: newest first, by a cursor that neither repeats nor hides a row."""

from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

import pytest
from rest_framework.test import APIClient

from kpi.models import KPIEvent
from tests.conftest import codes
from tests.factories import KpiFactory, many

EVENTS = "/api/kpi/events"


def ids(page: dict[str, Any]) -> list[int]:
    return [row["id"] for row in page["results"]]


def test_pages_go_forward_and_back(auditor: APIClient) -> None:
    newest_first = [event.pk for event in reversed(many(KpiFactory, 7))]
    first = auditor.get(EVENTS, {"page_size": 3}).json()
    second = auditor.get(first["next"]).json()
    third = auditor.get(second["next"]).json()
    assert ids(first) + ids(second) + ids(third) == newest_first
    assert (first["previous"], third["next"]) == (None, None)
    assert ids(auditor.get(third["previous"]).json()) == ids(second)
    assert ids(auditor.get(second["previous"]).json()) == ids(first)


def test_a_row_written_meanwhile_neither_repeats_nor_hides_another(auditor: APIClient) -> None:
    newest_first = [event.pk for event in reversed(many(KpiFactory, 4))]
    first = auditor.get(EVENTS, {"page_size": 2}).json()
    KpiFactory.create()
    assert ids(first) + ids(auditor.get(first["next"]).json()) == newest_first


def test_a_page_keeps_its_filter(auditor: APIClient) -> None:
    for n in range(4):
        KpiFactory.create(metric=("a", "b")[n % 2])
    first = auditor.get(f"{EVENTS}?page_size=1&metric=b").json()
    second = auditor.get(first["next"]).json()
    wanted = KPIEvent.objects.filter(metric="b").values_list("pk", flat=True)
    assert ids(first) + ids(second) == list(wanted)
    assert second["next"] is None


@pytest.mark.parametrize(("page_size", "shown"), [(None, 100), (1, 1), (500, 500), (501, 500), (10**9, 500)])
def test_the_page_size_has_bounds(auditor: APIClient, page_size: Any, shown: Any) -> None:
    many(KpiFactory, 503)
    page = auditor.get(EVENTS if page_size is None else f"{EVENTS}?page_size={page_size}").json()
    assert len(page["results"]) == shown


def cursor(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "bad",
    [
        "x",
        "\u00e9",
        cursor("p=x"),
        cursor("p=-1"),
        cursor("p=1.0"),
        cursor("p=\u0661"),
        cursor(f"p={2**63}"),
        cursor(f"p={10**400}"),
        cursor(f"p={'9' * 5000}"),
        cursor("p=1&o=x"),
        cursor("p=\x00"),
        "A" * 3,
    ],
)
def test_an_invalid_cursor_is_404(auditor: APIClient, bad: Any) -> None:
    KpiFactory.create()
    response = auditor.get(f"{EVENTS}?{urlencode({'cursor': bad})}")
    assert (response.status_code, codes(response)) == (404, ["not_found"])


def test_a_cursor_beyond_the_last_row_gives_an_empty_page(auditor: APIClient) -> None:
    KpiFactory.create()
    page = auditor.get(EVENTS, {"cursor": cursor("p=0")}).json()
    assert (page["results"], page["next"]) == ([], None)


def test_a_client_cannot_order_the_pages(auditor: APIClient) -> None:
    newest_first = [event.pk for event in reversed(many(KpiFactory, 3))]
    assert ids(auditor.get(EVENTS, {"ordering": "id"}).json()) == newest_first
