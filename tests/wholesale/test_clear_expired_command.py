"""`clear_expired` deletes only rows that no request can use any more."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone
from knox.models import AuthToken
from rest_framework.test import APIClient

from wholesale.plumbing.housekeeping import Cleared, clear_expired
from wholesale.plumbing.models import IdempotencyKey

pytestmark = pytest.mark.django_db


def test_expired_rows_are_deleted_and_the_others_stay() -> None:
    now, second = timezone.now(), timedelta(seconds=1)
    user = User.objects.create_user("u")
    for key, age in (("old", timedelta(hours=24) + second), ("young", timedelta(hours=24))):
        IdempotencyKey.objects.create(user=user, key=key, fingerprint="", status=201, created_at=now - age)
    AuthToken.objects.create(user=user, expiry=timedelta(hours=1))
    AuthToken.objects.create(user=user, expiry=None)
    AuthToken.objects.create(user=user, expiry=-second)
    Session.objects.create(session_key="old", expire_date=now - second)
    Session.objects.create(session_key="young", expire_date=now + second)

    assert clear_expired(now) == Cleared(idempotency_keys=1, tokens=1, sessions=1, others={"notices": 0})
    assert [row.key for row in IdempotencyKey.objects.all()] == ["young"]
    assert AuthToken.objects.count() == 2
    assert [row.session_key for row in Session.objects.all()] == ["young"]
    assert clear_expired(now) == Cleared(0, 0, 0, {"notices": 0})


def test_the_command_prints_the_counts() -> None:
    Session.objects.create(session_key="old", expire_date=timezone.now() - timedelta(days=1))
    out = StringIO()
    call_command("clear_expired", stdout=out)
    assert out.getvalue() == "Removed 0 idempotency keys, 0 tokens, 1 sessions, 0 notices.\n"


def test_a_key_deleted_during_a_request_is_created_again(operator: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process deletes the row between the insert that found the key and the read of the row."""
    user = User.objects.get(username="operator")
    IdempotencyKey.objects.create(
        user=user, key="k", fingerprint="", status=201, created_at=timezone.now() - timedelta(days=9)
    )
    insert = QuerySet.bulk_create
    cleared: list[Cleared] = []

    def insert_then_lose(queryset: Any, rows: Any, **options: Any) -> Any:
        inserted = insert(queryset, rows, **options)
        if queryset.model is IdempotencyKey and not cleared:
            cleared.append(clear_expired())
        return inserted

    monkeypatch.setattr(QuerySet, "bulk_create", insert_then_lose)
    answer = operator.post("/api/followups/ladder/create", {"province": "ON"}, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201
    assert cleared == [Cleared(idempotency_keys=1, tokens=0, sessions=0, others={"notices": 0})]
    assert IdempotencyKey.objects.get().status == 201
