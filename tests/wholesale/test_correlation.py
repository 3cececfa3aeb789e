"""The correlation id comes by header or parameter, is stored on every row, and is echoed (CONTRACT section 1)."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from rest_framework.test import APIClient

from buyers.models import BuyerFeedbackEvent
from followups.ladders.models import FollowupLadder
from followups.tasks.models import FollowupTask
from kpi.models import KPIEvent
from offers.models import OfferEvidence, OfferPolicy
from tests.conftest import attrs, codes
from tests.factories import NOON, TaskFactory
from wholesale.plumbing import correlation

CREATE = "/api/followups/ladder/create"
HEADER = correlation.HEADER


def stored(response: Any) -> str:
    """The one correlation id on all rows that the request wrote."""
    (found,) = {
        *FollowupLadder.objects.values_list("correlation_id", flat=True),
        *FollowupTask.objects.values_list("correlation_id", flat=True),
        *KPIEvent.objects.values_list("correlation_id", flat=True),
    }
    assert response[HEADER] == found
    return str(found)


@pytest.mark.parametrize(
    ("header", "parameter", "expected"),
    [
        ("H-1", None, "H-1"),
        (None, "P-1", "P-1"),
        ("H-1", "P-1", "P-1"),  # the parameter wins over the header
        ("H-1", "", "H-1"),
        (" H-1 ", None, "H-1"),
        ("x" * 128, None, "x" * 128),
        (None, " P-1 ", "P-1"),
    ],
)
def test_the_correlation_id_is_stored_on_every_row_and_echoed(
    operator: APIClient, header: Any, parameter: Any, expected: Any
) -> None:
    headers = {HEADER: header} if header else {}
    response = operator.post(CREATE, {"province": "ON", "correlation_id": parameter}, headers=headers)
    assert response.status_code == 201
    assert stored(response) == expected


def test_the_correlation_id_may_come_in_the_query_string(operator: APIClient) -> None:
    response = operator.post(f"{CREATE}?province=ON&correlation_id=Q-1", {})
    assert stored(response) == "Q-1"


def test_a_missing_correlation_id_is_created_anew_each_time(operator: APIClient) -> None:
    first = operator.post(CREATE, {"province": "ON"})
    made = stored(first)
    assert len(made) == 32
    assert operator.get("/api/followups/sla")[HEADER] not in ("", made)


@time_machine.travel(NOON)  # a contact at night leaves one more row
def test_feedback_offers_and_completions_carry_the_correlation_id_too(operator: APIClient) -> None:
    OfferPolicy.objects.filter(province="ON").update(enabled=True)
    task = TaskFactory.create()
    headers = {HEADER: "H-1"}
    operator.post("/api/buyers/liquidity/feedback", {"province": "ON", "event": "BOUGHT"}, headers=headers)
    operator.post("/api/deals/offers/compute", {"province": "ON", "arv": 1, "repairs": 0}, headers=headers)
    operator.post(f"/api/followups/task/{task.pk}/complete", headers=headers)
    assert BuyerFeedbackEvent.objects.get().correlation_id == "H-1"
    assert OfferEvidence.objects.get().correlation_id == "H-1"
    assert list(KPIEvent.objects.values_list("correlation_id", flat=True)) == ["H-1"] * 3


@pytest.mark.parametrize("header", ["x" * 129, "a\tb", "a\x7fb", "a\x01b"])
def test_an_unstorable_header_is_400_and_never_echoed(operator: APIClient, header: Any) -> None:
    response = operator.post(CREATE, {"province": "ON"}, headers={HEADER: header})
    assert (response.status_code, codes(response), attrs(response)) == (400, ["invalid"], [HEADER])
    assert response[HEADER] != header
    assert not FollowupLadder.objects.exists()


def test_a_parameter_outside_latin_1_is_stored_unchanged(operator: APIClient) -> None:
    response = operator.post(CREATE, {"province": "ON", "correlation_id": "\u6771"})
    assert response.status_code == 201
    assert FollowupLadder.objects.get().correlation_id == "\u6771"


@pytest.mark.parametrize("path", ["/healthz", "/api/nothing", "/api/schema"])
def test_every_answer_echoes_the_correlation_id(db: None, client: Client, path: Any) -> None:
    assert client.get(path, headers={HEADER: "H-1"})[HEADER] == "H-1"


def test_a_get_uses_correlation_id_as_a_filter_and_not_as_its_own(auditor: APIClient) -> None:
    response = auditor.get("/api/kpi/events", {"correlation_id": "P-1"}, headers={HEADER: "H-1"})
    assert response[HEADER] == "H-1"


def test_a_block_outside_of_requests_has_one_id() -> None:
    assert correlation.current() != correlation.current()
    with correlation.correlated() as made:
        assert correlation.current() == correlation.current() == made
        with correlation.correlated("inner"):
            assert correlation.current() == "inner"
        assert correlation.current() == made
    assert correlation.current() != made
