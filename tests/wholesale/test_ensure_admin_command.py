"""`ensure_admin` makes one administrator, and shows the password once."""

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("ensure_admin", stdout=out)
    return out.getvalue()


def test_the_printed_password_opens_the_admin() -> None:
    name, password = run().split()[-2:]
    assert name == "admin"
    assert len(password) >= 16
    client = Client()
    client.post("/admin/login/", {"username": "admin", "password": password})
    user = client.get("/admin/").context["user"]
    assert user == User.objects.get(username="admin")
    assert user.is_staff
    assert user.is_superuser


def test_a_second_run_changes_nothing_and_says_how_to_reset() -> None:
    run()
    before = User.objects.values().get()
    said = run()
    assert User.objects.values().get() == before
    assert 'make manage ARGS="changepassword admin"' in said


def test_a_superuser_of_another_name_is_enough() -> None:
    User.objects.create_superuser("boss")
    assert 'changepassword boss"' in run()
    assert not User.objects.filter(username="admin").exists()


def test_a_deactivated_superuser_does_not_count() -> None:
    User.objects.create_superuser("boss", is_active=False)
    assert "Made the admin user" in run()


def test_a_plain_user_called_admin_is_not_promoted() -> None:
    User.objects.create_user("admin")
    with pytest.raises(CommandError, match="run createsuperuser"):
        run()
    assert not User.objects.get().is_superuser
