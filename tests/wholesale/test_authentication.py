"""API tokens: hashed, expiring, one for each user, and forgotten once revoked (CONTRACT section 5)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken
from pytest_django import Settings
from rest_framework.test import APIClient

from kpi.models import KPIEvent
from tests.conftest import codes
from tests.query_counts import counted, queries
from wholesale.plumbing.http import authentication
from wholesale.plumbing.http.authentication import MAX_REMEMBERED, forget_tokens
from wholesale.plumbing.tokens import issue_token

SLA = "/api/followups/sla"
COMPLETE = "/api/followups/task/1/complete"


def client_with(token: str) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def issue(role: str = "agent", days: float = 1) -> tuple[str, APIClient]:
    token = issue_token("va1", role=role, lifetime=timedelta(days=days))
    return token, client_with(token)


def test_a_token_is_stored_only_as_a_digest(db: None) -> None:
    token, client = issue()
    assert client.get(SLA).status_code == 200
    stored = AuthToken.objects.get()
    assert token not in (stored.digest, stored.token_key)
    assert len(stored.digest) == 128


def test_issuing_creates_the_user_without_a_password_and_gives_the_role(db: None) -> None:
    issue("auditor")
    user = User.objects.get(username="va1")
    assert not user.has_usable_password()
    assert [group.name for group in user.groups.all()] == ["auditor"]


def test_a_second_token_replaces_the_first_and_keeps_the_password(db: None) -> None:
    User.objects.create_user("va1", password="correct horse")
    _, first = issue("agent")
    assert first.get(SLA).status_code == 200
    _, second = issue("auditor")
    assert (first.get(SLA).status_code, second.get(SLA).status_code) == (401, 200)
    user = User.objects.get(username="va1")
    assert user.check_password("correct horse")
    assert {group.name for group in user.groups.all()} == {"agent", "auditor"}
    assert AuthToken.objects.filter(user=user).count() == 1


def test_an_unknown_role_issues_nothing(db: None) -> None:
    with pytest.raises(Group.DoesNotExist):
        issue("emperor")
    assert not User.objects.filter(username="va1").exists()


@pytest.mark.parametrize(
    "header",
    [
        "Token",
        "Token ",
        "Token a b",
        "Token nonsense",
        "Token " + "f" * 64,
        "Token \x00",
        "Token t\u00f6ken",
        "Token " + "x" * 5000,
    ],
)
def test_an_invalid_token_is_401(db: None, header: Any) -> None:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=header)
    response = client.get(SLA)
    assert (response.status_code, codes(response)) == (401, ["authentication_failed"])


@pytest.mark.parametrize("header", ["", "Basic YTpi"])
def test_other_authorization_schemes_are_no_credentials(db: None, header: Any) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    response = client.get(SLA)
    assert (response.status_code, codes(response)) == (401, ["not_authenticated"])


def test_a_cached_token_still_expires(db: None) -> None:
    with time_machine.travel(datetime(2026, 12, 15, tzinfo=UTC), tick=False) as clock:
        _, client = issue(days=1)
        assert client.get(SLA).status_code == 200
        clock.shift(timedelta(days=1, seconds=1))
        response = client.get(SLA)  # cached
        assert (response.status_code, codes(response)) == (401, ["authentication_failed"])
        forget_tokens()
        assert client.get(SLA).status_code == 401  # read from the database


def test_a_token_without_expiry_is_accepted(user_of: Callable[..., User]) -> None:
    token = AuthToken.objects.create(user=user_of("agent"), expiry=None)[1]
    assert client_with(token).get(SLA).status_code == 200


def test_a_cached_token_costs_no_query(db: None) -> None:
    _, client = issue()
    client.get(SLA)
    with CaptureQueriesContext(connection) as captured:
        client.get(SLA)
    assert counted(captured) == queries("GET followups/sla")


def revoke(user: User) -> None:
    AuthToken.objects.filter(user=user).delete()


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


def take_role(user: User) -> None:
    user.groups.clear()


def delete_user(user: User) -> None:
    user.delete()


@pytest.mark.parametrize(("change", "status"), [(revoke, 401), (deactivate, 401), (delete_user, 401), (take_role, 403)])
def test_a_token_revoked_in_this_process_is_forgotten_at_once(db: None, change: Any, status: Any) -> None:
    _, client = issue()
    assert client.get(SLA).status_code == 200
    change(User.objects.get(username="va1"))
    assert client.get(SLA).status_code == status


def test_a_permission_of_the_user_itself_is_obeyed_at_once(db: None) -> None:
    _, client = issue("auditor")
    assert client.post(COMPLETE).status_code == 403
    User.objects.get(username="va1").user_permissions.add(Permission.objects.get(codename="complete_task"))
    assert client.post(COMPLETE).status_code == 404


def test_a_token_revoked_in_another_process_works_at_most_for_the_time_to_live(
    db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cachetools import TTLCache

    ticks = [0.0]
    cache: TTLCache[str, Any] = TTLCache(MAX_REMEMBERED, settings.TOKEN_CACHE_SECONDS, timer=lambda: ticks[0])
    monkeypatch.setattr(authentication, "remembered", cache)
    assert settings.TOKEN_CACHE_SECONDS == authentication.remembered.ttl == 5
    _, client = issue()
    assert client.get(SLA).status_code == 200
    AuthToken.objects.all()._raw_delete("default")  # no signal, as when another process does it
    ticks[0] = 4.9
    assert client.get(SLA).status_code == 200
    ticks[0] = 5.1
    assert client.get(SLA).status_code == 401


def test_the_cache_is_bounded() -> None:
    assert authentication.remembered.maxsize == MAX_REMEMBERED == 1024


def test_a_failed_look_up_is_not_cached(db: None) -> None:
    client_with("f" * 64).get(SLA)
    assert len(authentication.remembered) == 0


def test_a_session_of_the_admin_is_accepted_with_csrf(user_of: Callable[..., User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user_of("operator"))
    assert client.get(SLA).status_code == 200
    response = client.post(COMPLETE)
    assert (response.status_code, codes(response)) == (403, ["permission_denied"])


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/schema", "/api/docs"])
def test_public_endpoints_need_no_credentials(db: None, client: Client, path: Any) -> None:
    assert client.get(path).status_code == 200


def test_a_user_name_longer_than_a_label_is_cut_where_a_label_is_needed(client_of: Any) -> None:
    name = "n" * 150
    client = client_of("operator", username=name)
    started = client.post("/api/followups/ladder/create", {"province": "ON"})
    assert started.status_code == 201
    done = client.post(f"/api/followups/task/{started.json()[0]['id']}/complete")
    assert done.status_code == 200
    assert set(KPIEvent.objects.values_list("actor", flat=True)) == {name[:128]}


def test_a_bearer_header_is_accepted_as_a_token(user_of: Callable[..., User]) -> None:
    client = APIClient(raise_request_exception=False)
    token = AuthToken.objects.create(user=user_of("agent"))[1]
    for scheme in ("Bearer", "bearer", "BEARER"):
        client.credentials(HTTP_AUTHORIZATION=f"{scheme} {token}")
        assert client.get(SLA).status_code == 200
    for wrong in (f"Bearer {token} {token}", "Bearer", f"Bearer{token}", "Bearer é", "Bearer \x00", f"Basic {token}"):
        client.credentials(HTTP_AUTHORIZATION=wrong)
        assert client.get(SLA).status_code == 401
