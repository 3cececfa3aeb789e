"""Pages of errors stand in the frame and say what to do."""

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from governance.golive.models import GoLiveState
from tests.staff import signed_in
from tests.wholesale.test_admin import url
from wholesale.plumbing.http.handlers import server_error

pytestmark = pytest.mark.django_db


def test_a_page_that_a_role_may_not_open_names_the_role_and_the_way_back(user_of: Callable[..., User]) -> None:
    page = signed_in(user_of("agent")).get(url(GoLiveState, "engage"))
    shown = page.content.decode()

    assert page.status_code == 403
    assert "You hold the role agent, which does not permit it." in shown
    assert "Go to Queue" in shown
    assert 'id="nav-sidebar"' in shown


def test_an_unknown_page_says_so_in_the_frame(admin_client: Client) -> None:
    for path in ("/admin/nothing/", "/nothing"):
        page = admin_client.get(path)
        shown = page.content.decode()

        assert page.status_code == 404
        assert "There is no such page." in shown
        assert "Go to Today" in shown
        assert 'id="nav-sidebar"' in shown


def test_a_stranger_sees_no_frame(client: Client) -> None:
    page = client.get("/nothing")

    assert page.status_code == 404
    assert "sidebar" not in page.content.decode()


def test_a_form_from_another_session_says_what_to_do(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    page = client.post(url(GoLiveState, "engage"), {"reason": "x"})

    assert page.status_code == 403
    assert "The form is out of date." in page.content.decode()
    assert "Go back, reload the page" in page.content.decode()


def test_a_fault_gives_a_number_and_keeps_the_policy(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    admin_client.raise_request_exception = False
    monkeypatch.setattr(admin.site, "index", Mock(side_effect=RuntimeError("boom")))
    page = admin_client.get("/admin/", headers={"X-Correlation-ID": "a-number"})

    assert page.status_code == 500
    assert "a-number" in page.content.decode()
    assert "Nothing of this request was saved." in page.content.decode()
    assert "default-src 'self'" in page.headers["Content-Security-Policy"].split("; ")


def test_the_page_of_a_fault_asks_nothing_of_the_database(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert server_error(RequestFactory().get("/admin/")).status_code == 500


def test_an_error_of_the_api_keeps_its_shape(client: Client) -> None:
    answer = client.get("/api/nothing")

    assert answer.json()["errors"][0]["code"] == "not_found"
    assert "Content-Security-Policy" not in answer.headers
