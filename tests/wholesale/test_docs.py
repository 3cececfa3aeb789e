"""docs/api.md agrees with the code: the role table, the endpoints, the codes."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from rest_framework import serializers

from tests.wholesale.api_walk import ROLES, routes
from wholesale.plumbing import fields
from wholesale.plumbing.errors import DomainError

API = (Path(__file__).resolve().parent.parent.parent / "docs" / "api.md").read_text()
ROLE_ROW = re.compile(r"^\| `(GET|POST) (/api/\S+)` \|(.*)\|$", re.MULTILINE)


def printed() -> dict[tuple[str, str], set[str]]:
    """Method and path -> the roles that may call it by the document."""
    rows = {}
    for method, path, cells in ROLE_ROW.findall(API):
        marks = [cell.strip() for cell in cells.split("|")]
        assert len(marks) == len(ROLES)
        assert set(marks) <= {"yes", ""}
        assert (method, path) not in rows
        rows[method, path] = {role for role, mark in zip(ROLES, marks, strict=True) if mark}
    return rows


@pytest.mark.django_db
def test_the_role_table_agrees_with_the_roles(user_of: Callable[..., User]) -> None:
    users = {role: user_of(role) for role in ROLES}
    real = {
        (method.upper(), route.path): {role for role, user in users.items() if user.has_perm(route.view.permissions[action])}
        for route in routes()
        for method, action in route.actions.items()
    }
    assert printed() == real


def test_the_columns_are_the_roles_in_order() -> None:
    assert f"| endpoint | {' | '.join(ROLES)} |" in API


def codes_of_the_code() -> Iterator[str]:
    kinds = [DomainError]
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if kind.code != DomainError.code:  # otherwise it is a base class
            yield kind.code
    for field in vars(fields).values():
        if isinstance(field, type) and issubclass(field, serializers.Field) and field.__module__ == fields.__name__:
            for base in field.__mro__:
                if base.__module__ == fields.__name__:
                    yield from getattr(base, "default_error_messages", {})


def test_every_code_of_ours_is_explained() -> None:
    table = API[API.index("## Errors") :]
    assert {code for code in codes_of_the_code() if f"`{code}`" not in table} == set()
