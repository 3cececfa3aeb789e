"""`/api/kpi`: the log, newest first, and its summary compared with the span before."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from kpi.models import KPIEvent
from kpi.services import emit_kpi, kpi_fail, kpi_success, kpi_value, summarise
from tests.conftest import attrs
from tests.factories import NOON, KpiFactory
from wholesale.plumbing import correlation

EVENTS, SUMMARY = "/api/kpi/events", "/api/kpi/summary"
DAY = timedelta(days=1)


def test_the_api_shows_an_event(auditor: APIClient) -> None:
    event = KpiFactory.create(value=Decimal("1.2500"), province="ON", market="TORONTO", detail={"tasks": 6})
    shown = auditor.get(f"{EVENTS}/{event.pk}").json()
    assert shown == {
        "id": event.pk,
        "occurred_at": "2026-12-15T18:00:00Z",
        "domain": "WHOLESALE",
        "metric": "ladder_created",
        "success": True,
        "value": 1.25,
        "province": "ON",
        "market": "TORONTO",
        "subject_type": "",
        "subject_id": "",
        "correlation_id": "made",
        "actor": "factory",
        "user": None,
        "detail": {"tasks": 6},
        "lead_id": None,
    }
    assert auditor.get(EVENTS).json() == {"next": None, "previous": None, "results": [shown]}
    assert str(event) == "Wholesale: ladder started"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [2, 1, 0]),
        ({"domain": "buyer-match"}, [1]),
        ({"metric": "Buyer_Feedback"}, [1]),
        ({"success": "false"}, [2]),
        ({"success": "true"}, [1, 0]),
        ({"province": "on"}, [0]),
        ({"market": "toronto"}, [0]),
        ({"correlation_id": "C-1"}, [0]),
        ({"since": "2026-12-15T18:01:00Z"}, [2, 1]),
        ({"until": "2026-12-15T18:01:00Z"}, [0]),
    ],
)
def test_events_are_filtered(auditor: APIClient, given: Any, found: Any) -> None:
    minutes = [NOON + timedelta(minutes=n) for n in range(3)]
    rows: list[Any] = [
        KpiFactory.create(province="ON", market="TORONTO", correlation_id="C-1", occurred_at=minutes[0]),
        KpiFactory.create(domain="BUYER_MATCH", metric="buyer_feedback", occurred_at=minutes[1]),
        KpiFactory.create(success=False, occurred_at=minutes[2]),
    ]
    assert [row["id"] for row in auditor.get(EVENTS, given).json()["results"]] == [rows[n].pk for n in found]


def test_emitting_stores_domain_and_metric_in_one_spelling(db: None) -> None:
    event = emit_kpi("wholesale", "Offer_Accepted", now=NOON, detail={"a": 1}, subject_type="offer", subject_id="7")
    stored = KPIEvent.objects.get()
    assert (stored.domain, stored.metric, stored.occurred_at) == ("WHOLESALE", "offer_accepted", NOON)
    assert (stored.success, stored.value, stored.actor, stored.user) == (None, None, "system", None)
    assert (stored.detail, stored.subject_type, stored.subject_id) == ({"a": 1}, "offer", "7")
    assert stored == event
    assert len(stored.correlation_id) == 32


def test_emitting_uses_the_current_correlation_id_unless_one_is_given(db: None) -> None:
    with correlation.correlated("C-1"):
        assert emit_kpi("X", "y").correlation_id == "C-1"
        assert emit_kpi("X", "y", correlation_id="C-2").correlation_id == "C-2"


def test_each_helper_writes_its_kind_of_event(db: None) -> None:
    assert kpi_success("X", "y").success is True
    assert kpi_fail("X", "y").success is False
    event = kpi_value("X", "y", Decimal("2.5"), province="ON")
    assert (event.success, event.value, event.province) == (None, Decimal("2.5"), "ON")


def test_a_summary_without_events_is_empty(auditor: APIClient) -> None:
    assert auditor.get(SUMMARY).json() == []


def test_a_summary_compares_a_metric_with_the_span_before(auditor: APIClient) -> None:
    """The last seven days: a rate is over rows with a success value, a mean over rows with a value."""
    for days, success, value in ((1, True, "1.5"), (2, False, None), (3, None, "2"), (4, True, None)):
        KpiFactory.create(occurred_at=NOON - days * DAY, success=success, value=value and Decimal(value))
    KpiFactory.create(occurred_at=NOON - 10 * DAY, success=True)
    KpiFactory.create(occurred_at=NOON - 15 * DAY, success=True)
    KpiFactory.create(occurred_at=NOON - DAY, domain="BUYER_MATCH", metric="buyer_feedback", success=None)
    with time_machine.travel(NOON, tick=False):
        answer = auditor.get(SUMMARY).json()
    nothing = {"count": 0, "successes": 0, "rate": None, "mean_value": None, "first": None, "last": None}
    one_day_ago = "2026-12-14T18:00:00Z"
    assert answer == [
        {
            "domain": "BUYER_MATCH",
            "metric": "buyer_feedback",
            "current": {**nothing, "count": 1, "first": one_day_ago, "last": one_day_ago},
            "previous": nothing,
        },
        {
            "domain": "WHOLESALE",
            "metric": "ladder_created",
            "current": {
                "count": 4,
                "successes": 2,
                "rate": pytest.approx(2 / 3),
                "mean_value": 1.75,
                "first": "2026-12-11T18:00:00Z",
                "last": one_day_ago,
            },
            "previous": {
                "count": 1,
                "successes": 1,
                "rate": 1.0,
                "mean_value": None,
                "first": "2026-12-05T18:00:00Z",
                "last": "2026-12-05T18:00:00Z",
            },
        },
    ]


def test_a_metric_only_of_the_span_before_is_shown_too(db: None) -> None:
    KpiFactory.create(occurred_at=NOON - 8 * DAY)
    (only,) = summarise(now=NOON)
    assert (only["current"]["count"], only["previous"]["count"]) == (0, 1)


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        ({"since": NOON - DAY, "until": NOON}, (1, 1)),  # the end belongs to the next span
        ({"since": NOON - DAY, "until": NOON + timedelta(microseconds=1)}, (2, 1)),
        ({"until": NOON}, (3, 0)),
        ({"since": NOON - DAY, "now": NOON + DAY}, (2, 2)),
    ],
)
def test_a_span_includes_its_first_instant_and_excludes_its_last(db: None, given: Any, counts: Any) -> None:
    for days in (0, 1, 2, 3):
        KpiFactory.create(occurred_at=NOON - days * DAY)
    (only,) = summarise(**given)
    assert (only["current"]["count"], only["previous"]["count"]) == counts


def test_the_span_may_be_given_over_the_api(auditor: APIClient) -> None:
    KpiFactory.create(occurred_at=NOON - 2 * DAY)
    given = {"since": "2026-12-13T18:00:00Z", "until": "2026-12-14T13:00:00-05:00"}
    (only,) = auditor.get(SUMMARY, given).json()
    assert (only["current"]["count"], only["previous"]["count"]) == (1, 0)


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"since": "yesterday"}, "since"),
        ({"until": "2026-12-15T18:00:00"}, "until"),
        ({"until": "1999-12-31T23:59:59Z"}, "until"),
        ({"since": "2026-12-15T18:00:00Z", "until": "2026-12-15T18:00:00Z"}, "since"),
    ],
)
def test_the_summary_names_bad_input(auditor: APIClient, given: Any, attr: Any) -> None:
    response = auditor.get(SUMMARY, given)
    assert (response.status_code, attrs(response)) == (400, [attr])


def test_a_span_that_begins_in_the_future_is_empty(auditor: APIClient) -> None:
    KpiFactory.create(occurred_at=datetime.fromisoformat("2020-01-01T00:00:00Z"))
    assert auditor.get(SUMMARY, {"since": "2099-01-01T00:00:00Z"}).json() == []
