"""Whom the server writes to about how things stand."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from followups.sla.mail import recipients
from governance.runbook.services import status

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(user_of: Callable[..., User]) -> User:
    user = user_of("operator", username="boss")
    user.email = "boss@example.ca"
    user.save()
    return user


def test_only_active_operators_with_an_address_get_the_e_mail(boss: User, user_of: Callable[..., User]) -> None:
    for role, username, active in (("agent", "va1", True), ("operator", "left", False), ("operator", "mute", True)):
        user = user_of(role, username=username)
        user.is_active = active
        user.email = "" if username == "mute" else f"{username}@example.ca"
        user.save()

    assert recipients() == ["boss@example.ca"]


@pytest.mark.parametrize("why", ["nobody has an address", "no server"])
def test_without_a_recipient_the_runbook_says_so(why: str, boss: User, settings: Any) -> None:
    if why == "no server":
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    else:
        boss.groups.clear()

    assert recipients() == []
    assert [item["ok"] for item in status()["warnings"] if item["id"] == "followups.sla_mail"] == [False]


def test_the_runbook_counts_the_recipients(boss: User) -> None:
    assert [item["message"] for item in status()["info"] if item["id"] == "followups.sla_mail"] == [
        "1 operator is written to."
    ]
