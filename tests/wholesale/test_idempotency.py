"""`Idempotency-Key`: a POST repeated under its key gets the same answer without a second act (CONTRACT section 1)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.query import QuerySet
from django.utils import timezone
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from kpi.models import KPIEvent
from offers.models import OfferEvidence, OfferPolicy
from tests.conftest import attrs, codes
from tests.factories import TaskFactory
from wholesale.plumbing.models import IdempotencyKey

CREATE, COMPUTE = "/api/followups/ladder/create", "/api/deals/offers/compute"
LADDER = {"province": "ON"}  # without a lead each act is a new ladder
KEY, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"


def post(client: Any, given: Any = None, key: str = "K-1", path: str = CREATE, **headers: str) -> Any:
    return client.post(path, LADDER if given is None else given, headers={KEY: key, **headers})


def test_a_repeated_post_gets_the_same_answer_without_a_second_act(operator: APIClient) -> None:
    first, again = post(operator), post(operator)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert REPLAYED not in first.headers
    assert again[REPLAYED] == "true"
    assert (FollowupLadder.objects.count(), KPIEvent.objects.count()) == (1, 1)


def test_a_replay_has_its_own_correlation_id(operator: APIClient) -> None:
    first = post(operator, {**LADDER, "correlation_id": "C-1"})
    by_parameter = post(operator, {**LADDER, "correlation_id": "C-2"})
    by_header = post(operator, **{"X-Correlation-ID": "C-3"})
    assert [r["X-Correlation-ID"] for r in (first, by_parameter, by_header)] == ["C-1", "C-2", "C-3"]
    assert by_parameter[REPLAYED] == by_header[REPLAYED] == "true"
    assert FollowupLadder.objects.get().correlation_id == "C-1"


def test_the_key_is_stored_with_the_answer(operator: APIClient) -> None:
    first = post(operator, key=" K-1 ")
    row = IdempotencyKey.objects.get()
    assert (row.key, row.status, row.body.encode(), row.user.username) == ("K-1", 201, first.content, "operator")
    assert str(row) == "K-1"


@pytest.mark.parametrize(
    "other",
    [{"province": "QC"}, {"province": "ON", "owner": "bryan"}, {"province": "on"}, {"province": "ON", "colour": "blue"}],
)
def test_the_same_key_with_other_parameters_is_409(operator: APIClient, other: Any) -> None:
    post(operator)
    response = post(operator, other)
    assert (response.status_code, codes(response)) == (409, ["idempotency_key_reused"])
    assert FollowupLadder.objects.count() == 1


def test_the_same_key_on_another_path_is_409(operator: APIClient) -> None:
    task = TaskFactory.create()
    post(operator)
    response = post(operator, path=f"/api/followups/task/{task.pk}/complete")
    assert (response.status_code, codes(response)) == (409, ["idempotency_key_reused"])
    task.refresh_from_db()
    assert task.completed_at is None


def test_parameters_count_the_same_from_body_form_and_query(operator: APIClient) -> None:
    post(operator)
    response = operator.post(f"{CREATE}?province=ON", {"owner": None}, headers={KEY: "K-1"})
    assert (response.status_code, response.headers.get(REPLAYED)) == (201, "true")


def test_another_user_gets_no_replay(operator: APIClient, integrator: APIClient) -> None:
    first = post(operator)
    response = post(integrator)
    assert response.status_code == 201
    assert REPLAYED not in response.headers
    assert FollowupLadder.objects.count() == 2
    assert post(operator).content == first.content  # its own answer, though the other came later


def test_another_key_is_another_act(operator: APIClient) -> None:
    post(operator)
    post(operator, key="K-2")
    assert FollowupLadder.objects.count() == 2


def test_without_a_key_nothing_is_stored(operator: APIClient) -> None:
    operator.post(CREATE, LADDER)
    assert not IdempotencyKey.objects.exists()


def test_a_domain_refusal_is_not_stored(operator: APIClient) -> None:
    given = {"province": "ON", "arv": 450000, "repairs": 50000}
    assert post(operator, given, path=COMPUTE).status_code == 409
    assert not IdempotencyKey.objects.exists()
    OfferPolicy.objects.filter(province="ON").update(enabled=True)
    response = post(operator, given, path=COMPUTE)
    assert response.status_code == 201
    assert REPLAYED not in response.headers
    assert OfferEvidence.objects.count() == 1


def test_a_bad_input_answer_is_not_stored(operator: APIClient) -> None:
    assert post(operator, {"province": "XX"}).status_code == 400
    assert not IdempotencyKey.objects.exists()
    assert post(operator).status_code == 201


def test_a_fault_is_not_stored_and_undoes_the_act(operator: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from followups.ladders import api

    with monkeypatch.context() as patched:
        patched.setattr(api, "shown", lambda *args: 1 / 0)
        assert post(operator).status_code == 500
    assert not IdempotencyKey.objects.exists()
    assert not FollowupLadder.objects.exists()
    assert not KPIEvent.objects.exists()


def test_a_forbidden_post_stores_nothing(auditor: APIClient) -> None:
    assert post(auditor).status_code == 403
    assert not IdempotencyKey.objects.exists()


def test_a_replay_is_answered_with_the_kill_switch_engaged_too(operator: APIClient) -> None:
    first = post(operator)
    operator.post("/api/governance/go-live/kill-switch/engage", {"reason": "test"})
    again = post(operator)
    assert (again.status_code, again.content, again[REPLAYED]) == (201, first.content, "true")
    refused = post(operator, key="K-2")
    assert (refused.status_code, codes(refused)) == (503, ["KILL_SWITCH_ENGAGED"])
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize(("age", "acts"), [(timedelta(hours=23, minutes=59), 1), (timedelta(hours=24, seconds=1), 2)])
def test_a_key_is_kept_for_24_hours(operator: APIClient, age: Any, acts: Any) -> None:
    post(operator)
    IdempotencyKey.objects.update(created_at=timezone.now() - age)
    response = post(operator)
    assert response.status_code == 201
    assert (REPLAYED in response.headers) is (acts == 1)
    assert FollowupLadder.objects.count() == acts
    assert post(operator)[REPLAYED] == "true"


def test_an_expired_key_may_be_used_for_another_request(operator: APIClient) -> None:
    post(operator)
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert post(operator, {"province": "QC"}).status_code == 201
    assert post(operator).status_code == 409


@pytest.mark.parametrize("key", ["", "   ", "x" * 129, "a\tb", "a\u00e9", "a\x7f"])
def test_an_invalid_key_is_400(operator: APIClient, key: Any) -> None:
    response = post(operator, key=key)
    assert (response.status_code, attrs(response)) == (400, [KEY])
    assert not FollowupLadder.objects.exists()


def test_a_get_ignores_the_key(operator: APIClient) -> None:
    assert operator.get("/api/followups/sla", headers={KEY: "K-1"}).status_code == 200
    assert not IdempotencyKey.objects.exists()


def test_a_200_is_replayed_as_200(operator: APIClient) -> None:
    lead = {"province": "ON", "lead_id": "L1"}
    post(operator, lead)
    kept, replayed = post(operator, lead, key="K-2"), post(operator, lead, key="K-2")
    assert (kept.status_code, replayed.status_code, replayed[REPLAYED]) == (200, 200, "true")


def test_a_key_deleted_during_a_request_is_created_again(operator: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """clear_expired may delete the expired row between our insert, which found it, and our read."""
    looks = [None]
    original = QuerySet.first

    def first_look_finds_nothing(self: QuerySet[Any]) -> Any:
        return looks.pop() if self.model is IdempotencyKey and looks else original(self)

    monkeypatch.setattr(QuerySet, "first", first_look_finds_nothing)
    assert post(operator).status_code == 201
    assert not looks
    assert IdempotencyKey.objects.get().status == 201
