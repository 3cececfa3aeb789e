"""Wrong passwords are counted by account and by address. After ten of them logins are locked for some time."""

import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from wholesale.plumbing.http.client_address import address_of

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/?next=/admin/"
RIGHT = "the right password"


@pytest.fixture
def ada() -> User:
    return User.objects.create_superuser("ada", password=RIGHT)


def log_in(client: Client, password: str, username: str = "ada", **request: Any) -> Any:
    return client.post(LOGIN, {"username": username, "password": password}, **request)


def test_sixty_wrong_passwords_lock_the_account_for_the_set_time(
    client: Client, ada: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock, caplog.at_level(logging.WARNING):
        answers = [log_in(client, f"wrong {number}").status_code for number in range(60)]
        assert answers == [200] * (settings.LOGIN_FAILURES - 1) + [429] * (61 - settings.LOGIN_FAILURES)
        refused = log_in(client, RIGHT)
        assert (refused.status_code, refused["Retry-After"]) == (429, "900")
        page = refused.content.decode()
        assert "Too many wrong passwords" in page
        assert "Until 15 minutes after" in page
        assert log_in(Client(), RIGHT, REMOTE_ADDR="198.51.100.9").status_code == 429  # locked, from any address
        clock.shift(timedelta(minutes=settings.LOGIN_LOCK_MINUTES, seconds=1))
        assert log_in(client, RIGHT).url == "/admin/"
    said = caplog.text
    assert "Login of 'ada' from 127.0.0.1 failed, 1 so far" in said
    assert f"Login of 'ada' from 127.0.0.1 failed, {settings.LOGIN_FAILURES} so far" in said
    assert "wrong 1" not in said
    assert RIGHT not in said


def test_an_unknown_account_name_is_not_logged(client: Client, ada: User, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        log_in(client, "wrong", username="jane@example.ca")
    assert "Login of a name that no account has from 127.0.0.1 failed, 1 so far" in caplog.text
    assert "jane" not in caplog.text


def test_one_address_that_tries_many_accounts_is_locked(client: Client, ada: User, settings: Settings) -> None:
    for number in range(settings.LOGIN_FAILURES):
        log_in(client, "wrong", username=f"user{number}", REMOTE_ADDR="198.51.100.7")
    assert log_in(client, RIGHT, REMOTE_ADDR="198.51.100.7").status_code == 429
    assert log_in(client, RIGHT, REMOTE_ADDR="198.51.100.8").status_code == 302


def test_a_right_password_clears_the_count(client: Client, ada: User, settings: Settings) -> None:
    for _ in range(settings.LOGIN_FAILURES - 1):
        log_in(client, "wrong")
    assert log_in(client, RIGHT).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_a_server_operator_unlocks_an_account(client: Client, ada: User, settings: Settings) -> None:
    for _ in range(settings.LOGIN_FAILURES):
        log_in(client, "wrong")
    assert log_in(client, RIGHT).status_code == 429
    call_command("axes_reset_username", "ada", verbosity=0)
    assert log_in(client, RIGHT).status_code == 302


def test_no_password_is_hashed_for_a_locked_account(
    client: Client, ada: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(settings.LOGIN_FAILURES):
        log_in(client, "wrong")
    monkeypatch.setattr(User, "check_password", lambda *_: pytest.fail("it was hashed"))
    monkeypatch.setattr(User, "set_password", lambda *_: pytest.fail("it was hashed"))
    assert log_in(client, RIGHT).status_code == 429
    assert log_in(client, "wrong", username="nobody").status_code == 429  # the address is locked


def test_a_stored_attempt_holds_no_password(client: Client, ada: User) -> None:
    log_in(client, "wrong password")
    (attempt,) = AccessAttempt.objects.all()
    assert attempt.username == "ada"
    assert "wrong password" not in f"{attempt.post_data}{attempt.get_data}{attempt.path_info}"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "203.0.113.5", "203.0.113.5"),
        (1, "198.51.100.66, 203.0.113.5", "203.0.113.5"),  # the client's own value is not believed
        (2, "198.51.100.66, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1"),
        (1, "nonsense", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
    ],
)
def test_the_client_address_is_taken_from_our_own_proxies(
    settings: Settings, rf: RequestFactory, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded})
    assert address_of(request) == address


def test_a_forged_header_does_not_avoid_the_lock(client: Client, ada: User, settings: Settings) -> None:
    for number in range(settings.LOGIN_FAILURES):
        log_in(client, "wrong", username=f"user{number}", headers={"X-Forwarded-For": f"203.0.113.{number}"})
    assert log_in(client, RIGHT, headers={"X-Forwarded-For": "203.0.113.99"}).status_code == 429


def test_a_name_too_long_for_any_account_counts_too(client: Client) -> None:
    assert log_in(client, "wrong", username="x" * 100_000).status_code == 200
    [attempt] = AccessAttempt.objects.all()
    assert (attempt.username, attempt.failures_since_start) == ("x" * 255, 1)
