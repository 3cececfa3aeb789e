"""No page of the admin answers 500, whatever its address, its filters and its forms hold.

A sample of the hostile values, the same in each run, or all of them with CRAWL=all
(`python -m tests.wholesale.crawl`).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connections, transaction
from django.test import Client
from django.urls import reverse

from followups.pool.services import remove_agent
from followups.pool.vendors.services import release_agent
from governance.area_codes.services import unsubscribe
from governance.clocks.services import remove_market_zone
from governance.closed_days.services import remove_closed_day
from tests.factories import (
    AreaCodeFactory,
    ClosedDayFactory,
    MarketZoneFactory,
    PoolAgentFactory,
    VendorAgentFactory,
)
from tests.staff import largest_form, signed_in
from tests.wholesale.admin_walk import (
    FIELDS,
    HUGE,
    in_form,
    in_query,
    other_pages,
    pages_of_rows,
    parameters_of,
    sample,
    some,
)
from tests.wholesale.test_admin import OURS, SHOWN, row_of, url
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_input import CheckedInput

pytestmark = pytest.mark.django_db

IDS = ("abc", HUGE, "-1", "1.0", "%00", "a%00", "_5F", "0", "a/b", "x" * 300, "%F0%9F%98%80", "%ED%A0%80")
each_model = pytest.mark.parametrize("model", SHOWN, ids=lambda model: model.__name__)
each_page_of_a_row = pytest.mark.parametrize(("model", "page"), list(pages_of_rows()), ids=str)
each_other_page = pytest.mark.parametrize("page", list(other_pages()))


@pytest.fixture
def root(admin_client: Client) -> Client:
    """A superuser's browser, which gets a 500 instead of an exception."""
    admin_client.raise_request_exception = False
    return admin_client


def assert_no_fault(client: Client, path: str, form: dict[str, Any] | None = None) -> None:
    """Check that the answer is no 5xx, and roll the request back."""
    with transaction.atomic():
        response = client.get(path) if form is None else client.post(path, form)
        transaction.set_rollback(True)
    assert response.status_code < 500, (path[:300], str(form)[:300])


def test_every_admin_class_checks_its_input() -> None:
    for model_admin in admin.site._registry.values():
        bases = type(model_admin).mro()
        assert CheckedInput in bases, model_admin
        assert bases.index(CheckedInput) < bases.index(admin.ModelAdmin)


# Addresses --------------------------------------------------------------------------------------------------------------


@each_model
def test_every_list_answers_any_query(root: Client, model: Any) -> None:
    row_of(model)
    for name, value in sample(model, parameters_of(model), 6):
        assert_no_fault(root, f"{url(model, 'changelist')}?{in_query(name, value)}")


@each_model
def test_every_filter_of_a_list_answers_the_worst_values(root: Client, model: Any) -> None:
    row_of(model)
    listed = url(model, "changelist")
    filters = root.get(listed).context["cl"].filter_specs
    names = {name for spec in filters for name in spec.expected_parameters() if name}
    worst = list(product(sorted({*names, "q", "id__in", "p", "o"}), ("\x00", HUGE, "x", f"1,{HUGE}")))
    for name, value in some(model, worst, 6):
        assert_no_fault(root, f"{listed}?{in_query(name, value)}")


@each_model
def test_every_column_answers_a_plausible_value(root: Client, model: Any) -> None:
    """A column may accept a value that the database does not."""
    row_of(model)
    names = [f"{field.name}__exact" for field in model._meta.concrete_fields]
    for name, value in some(model, list(product(names, ("0", "2026-12-15"))), 4):
        assert_no_fault(root, f"{url(model, 'changelist')}?{in_query(name, value)}")


@each_page_of_a_row
def test_every_page_of_a_row_answers_for_any_id(root: Client, model: Any, page: str) -> None:
    pk = row_of(model).pk
    for object_id in (str(pk), *some((page, model), IDS, 4)):
        assert_no_fault(root, reverse(page, args=["ROW"]).replace("ROW", object_id))
    for object_id in some((model, page), (str(pk), *IDS), 2):
        assert_no_fault(root, reverse(page, args=["ROW"]).replace("ROW", object_id), {})
    for value in some(page, ("\x00", HUGE, "x" * 5_000, "😀"), 2):
        assert_no_fault(root, reverse(page, args=[pk]), dict.fromkeys(FIELDS, value))


@each_other_page
def test_every_other_page_answers(root: Client, page: str) -> None:
    for query in ("", "?_changelist_filters=%00", "?next=%00", "?p=x", f"?import={HUGE}", f"?import={'9' * 5_000}"):
        assert_no_fault(root, f"{page}{query}")
    for value in some(page, ("", "\x00", HUGE, "x" * 5_000), 2):
        assert_no_fault(root, f"{page}?{in_query('since', value)}&{in_query('term', value)}")
        assert_no_fault(root, page, dict.fromkeys(FIELDS, value))


@each_model
def test_the_form_of_a_new_row_answers_any_proposed_value(root: Client, model: Any) -> None:
    for name, value in sample(model, [field.name for field in model._meta.get_fields()], 4):
        assert_no_fault(root, f"{url(model, 'add')}?{in_query(name, value)}")


# Forms ------------------------------------------------------------------------------------------------------------------


@each_model
def test_every_form_answers_any_input(root: Client, model: Any) -> None:
    for page in (url(model, "add"), url(model, "change", row_of(model).pk)):
        response = root.get(page)
        if b'name="_save"' in response.content:
            form = largest_form(response)
            for name, value in sample(page, form, 4):
                assert_no_fault(root, page, {**form, name: in_form(value)})


@each_model
def test_every_action_answers_any_choice(root: Client, model: Any) -> None:
    pk = row_of(model).pk
    actions = [name if isinstance(name, str) else name.__name__ for name in admin.site._registry[model].actions or ()]
    chosen = (str(pk), "abc", HUGE, "1.0", "")
    more: tuple[dict[str, str], ...] = ({}, {"index": "x", "select_across": "x"}, {"post": "yes", "reason": "x" * 5_000})
    for action in (*actions, "delete_selected", "nothing"):
        for rows, fields in some((model, action), list(product(chosen, more)), 2):
            given = {"action": action, "_selected_action": [rows], **fields}
            assert_no_fault(root, url(model, "changelist"), given)


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/followups/lead/", "/api/followups/leads", "/"])
@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "messages"])
def test_no_cookie_causes_a_500(client: Client, path: str, cookie: str) -> None:
    """A quoted cookie may hold any character as an octal number."""
    client.raise_request_exception = False
    for value in (r'"\000aaaaaaaaaaaa"', r'"\377aaaaaaaaaaaa"', "x" * 5_000, "", '"', "a=b", "\xff" * 9):
        response = client.get(path, headers={"Cookie": f"{cookie}={value}"})
        assert response.status_code < 500, value


# Removed rows -----------------------------------------------------------------------------------------------------------


def _closed_day() -> Any:
    row = ClosedDayFactory.create()
    remove_closed_day(day=row.day, province=row.province, act=Act("ops", reason="It is open"))
    return row


def _pool_agent() -> Any:
    row = PoolAgentFactory.create()
    remove_agent(province=row.province, market=row.market, agent=row.agent, act=Act("ops", reason="Left"))
    return row


def _market_zone() -> Any:
    row = MarketZoneFactory.create()
    remove_market_zone(province=row.province, market=row.market, act=Act("ops", reason="A slip"))
    return row


def _area_code() -> Any:
    row = AreaCodeFactory.create()
    unsubscribe(area_code=row.area_code, act=Act("ops", reason="A slip"))
    return row


def _vendor_agent() -> Any:
    row = VendorAgentFactory.create()
    release_agent(agent=row.agent, act=Act("ops", reason="Left"))
    return row


@pytest.mark.parametrize("remove", [_closed_day, _pool_agent, _market_zone, _area_code, _vendor_agent])
@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_the_history_of_a_removed_row_can_be_read(user_of: Callable[..., User], remove: Any, role: str) -> None:
    row = remove()
    page = signed_in(user_of(role)).get(url(type(row), "history", row.pk))
    assert page.status_code == 200
    assert page.context["page_obj"][0].changed_by == "ops"


@pytest.mark.parametrize("model", [model for model in OURS if hasattr(model, "history")], ids=lambda model: model.__name__)
def test_an_unknown_row_has_no_history(root: Client, model: Any) -> None:
    for object_id in ("abc", "0", HUGE, "1.0"):
        assert root.get(f"{url(model, 'changelist')}{object_id}/history/").status_code in (302, 404)


# Without a database -----------------------------------------------------------------------------------------------------


@contextmanager
def without_database(error: type[Exception]) -> Iterator[None]:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise error("the database is gone")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(type(connections["default"]), "cursor", refuse)
        yield


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("debug", [False, True])
def test_every_page_reports_a_missing_database(root: Client, settings: Any, error: Any, debug: bool) -> None:
    settings.DEBUG = debug
    with without_database(error):
        for model in SHOWN:
            for page in (url(model, "changelist"), url(model, "add"), url(model, "change", 1), url(model, "history", 1)):
                response = root.get(page)
                assert (response.status_code, response["Retry-After"]) == (503, "1"), page
                assert "The database did not answer" in response.content.decode()
        for page in other_pages():
            assert root.get(page).status_code in (200, 302, 503), page
            assert root.post(page, {"username": "admin", "password": "x"}).status_code in (302, 405, 503), page


def test_nobody_signs_in_without_the_database(client: Client) -> None:
    client.raise_request_exception = False
    with without_database(OperationalError):
        assert client.get("/admin/login/").status_code == 200
        response = client.post("/admin/login/", {"username": "admin", "password": "x"})
    assert response.status_code == 503
    assert "Service Unavailable" in response.content.decode()


def test_a_session_that_cannot_be_stored_is_503_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session is saved after the view, outside every view's error handling."""
    User.objects.create_superuser("root", password="correct horse")
    client.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr("django.contrib.sessions.backends.db.SessionStore.save", lambda *args, **kwargs: raise_gone())
        assert client.post("/admin/login/", {"username": "root", "password": "correct horse"}).status_code == 503


def raise_gone() -> None:
    raise OperationalError("the database is gone")
