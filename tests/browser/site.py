"""The demo's console, served on a database of its own, with a row of each model."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import django

from tests.served import Server, manage, new_database, serving, settings_for

if TYPE_CHECKING:  # models can be read only after Django is set up
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class Site:
    """The server, and who looks: one who may do everything, an operator, and an agent with work at any hour."""

    server: Server
    admin: "User"
    operator: "User"
    agent: "User"


@contextmanager
def demo() -> Iterator[Site]:
    """Make the database, simulate two weeks in it as `make up` does, and serve it. Django is set up here for it too.

    DEMO_DATABASE is the DATABASE_URL of one that was made before, for whoever looks several times.
    """
    if kept := os.environ.get("DEMO_DATABASE"):
        yield from _served(kept)
        return
    with new_database() as url:
        manage(url, "migrate", "--verbosity", "0")
        manage(url, "simulate")
        yield from _served(url)


def _served(url: str) -> Iterator[Site]:
    os.environ.update(settings_for(url))
    django.setup()
    from django.contrib.auth.models import Group, User
    from django.test.utils import setup_test_environment

    setup_test_environment()
    admin = _user("olivia", "Olivia", "Tremblay", is_superuser=True)
    operator = _user("marc", "Marc", "Gagnon")
    operator.groups.set(Group.objects.filter(name="operator"))
    with serving(url) as server:
        yield Site(server, admin, operator, User.objects.get(username="pat"))


def _user(name: str, first_name: str, last_name: str, *, is_superuser: bool = False) -> "User":
    from django.contrib.auth.models import User

    values = {"first_name": first_name, "last_name": last_name, "is_staff": True, "is_superuser": is_superuser}
    return User.objects.update_or_create(username=name, defaults=values)[0]
