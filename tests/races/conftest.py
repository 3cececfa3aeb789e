"""Fixtures of the races: as many clients as threads."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken
from rest_framework.test import APIClient

CLIENTS = 32


@pytest.fixture
def operators(user_of: Callable[..., User]) -> list[APIClient]:
    """One API client of the same operator for each thread: a client is not safe for two threads."""
    token = AuthToken.objects.create(user=user_of("operator", username="racer"))[1]
    clients = [APIClient(raise_request_exception=False) for _ in range(CLIENTS)]
    for client in clients:
        client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return clients
