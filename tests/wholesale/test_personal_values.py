"""Personal values pass through every endpoint and page and never reach the log, the KPI rows or the rows of tasks."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from rest_framework.test import APIClient

from followups.models import Lead
from kpi.models import KPIEvent
from tests.factories import LeadFactory
from tests.logged import Lines, logged_lines
from tests.staff import signed_in
from tests.wholesale.api_walk import ENDPOINTS, Endpoint, make_everything_possible

PERSONAL = {
    "phone": "+14165550987",
    "phones": ["+14165550987"],
    "email": "zelda@example.ca",
    "first_name": "Zelda",
    "last_name": "Quimby",
    "address": "12 Hazelnut Lane",
    "postal_code": "M5V 9Z9",
    "text": "Zelda says: my number is 416-555-0987",
    "note": "Zelda was crying",
    "reason": "Zelda asked for it",
    "evidence": "letter of Zelda",
    "contact": "zelda@example.ca",
    "mailing_address": "12 Hazelnut Lane",
    "q": "Zelda Quimby",
    "token": "zzsecretzz",
}
MARKS = ("5550987", "555-0987", "zelda", "quimby", "hazelnut", "9z9", "zzsecretzz", "crying")
every_endpoint = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=str)


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    return logged_lines(monkeypatch, logging.DEBUG)


def assert_clean(*written: Any) -> None:
    for text in written:
        found = [mark for mark in MARKS if mark in json.dumps(text, default=str).lower()]
        assert not found, (found, text)


def stored() -> list[Any]:
    """The stored KPI rows and rows of background tasks."""
    return [model_to_dict(row) for model in (KPIEvent, DBTaskResult) for row in model._default_manager.all()]


def spoilt(endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    """The good parameters with personal ones added, then with a personal value in each parameter in turn."""
    yield {**endpoint.good, **{name: value for name, value in PERSONAL.items() if name not in endpoint.good}}
    for name in endpoint.good:
        for value in ("+14165550987", "zelda@example.ca", "Zelda Quimby"):
            yield {**endpoint.good, name: value}


@every_endpoint
def test_an_endpoint_leaves_no_trace_of_personal_values(lines: Lines, operator: APIClient, endpoint: Any) -> None:
    make_everything_possible()
    operator.raise_request_exception = False
    url = endpoint.url()
    text = {name: json.dumps(value) if isinstance(value, list) else value for name, value in PERSONAL.items()}
    operator.generic(endpoint.method.upper(), f"{url}?{urlencode(text)}")
    operator.generic(endpoint.method.upper(), url, json.dumps(PERSONAL), content_type="application/json")
    operator.generic(endpoint.method.upper(), url, urlencode(text), content_type="application/x-www-form-urlencoded")
    operator.generic(endpoint.method.upper(), url, json.dumps(PERSONAL) + "}", content_type="application/json")
    given = next(spoilt(endpoint))
    getattr(operator, endpoint.method)(url, given, headers={"Referer": f"http://testserver/?q={PERSONAL['phone']}"})
    assert_clean(lines(), stored())
    for given in spoilt(endpoint):
        getattr(operator, endpoint.method)(url, given)
        getattr(operator, endpoint.method)(url, given, headers={"Prefer": "handling=strict"})
    operator.get(endpoint.path.replace("{id}", "14165550987"))
    assert_clean(lines())


@every_endpoint
def test_a_refusal_does_not_repeat_personal_values(operator: APIClient, endpoint: Any) -> None:
    """Except for the id of an unknown row, which the caller asked for."""
    make_everything_possible()
    url = endpoint.url()
    for given in (PERSONAL, *spoilt(endpoint)):
        response = getattr(operator, endpoint.method)(url, given)
        if response.status_code >= 400:
            assert_clean([error for error in response.json()["errors"] if error["code"] != "not_found"])


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_a_page_leaves_no_trace_of_personal_values(lines: Lines, user_of: Callable[..., User], model: Any) -> None:
    client = signed_in(user_of("operator"))
    client.raise_request_exception = False
    pages = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for page in ("", "add/", f"{quote('+14165550987')}/change/", "14165550987/history/", "zelda@example.ca/", "zelda/x"):
        client.get(
            f"{pages}{page}?{urlencode(PERSONAL, doseq=True)}", headers={"Referer": f"http://testserver{pages}?q=Zelda"}
        )
        client.post(f"{pages}{page}", {**PERSONAL, "why": "Zelda asked for it"})
    client.post(pages, {"action": "zelda", "_selected_action": "+14165550987"})
    assert_clean(lines(), stored())


def test_signing_in_leaves_no_trace_of_personal_values(lines: Lines, db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    form = {"username": "zelda@example.ca", "password": "zzsecretzz", "next": "/admin/?q=Zelda"}
    for secure in (False, True):
        referrer = {"Referer": "https://zelda.example/?token=zzsecretzz", "Origin": "https://zelda.example"}
        client.post("/admin/login/?next=/admin/%3Fq=Zelda", form, headers=referrer, secure=secure)
        client.post("/admin/login/", form, headers={"Referer": referrer["Referer"]}, secure=secure)
    Client().post("/admin/login/", form)
    Client().get("/admin/followups/lead/?q=Zelda")
    client.get("/?token=zzsecretzz", headers={"Host": "zelda.example"})
    client.get("/zelda/?token=zzsecretzz")
    APIClient().get("/api/followups/leads?token=zzsecretzz", headers={"Authorization": "Token zzsecretzz"})
    assert_clean(lines())


def test_a_fault_leaves_no_trace_of_personal_values(
    lines: Lines, operator: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        raise IntegrityError("null value\nDETAIL:  Failing row contains (Zelda, Quimby, +14165550987, 12 Hazelnut\nLane).")

    monkeypatch.setattr(Lead, "save", refuse)
    monkeypatch.setattr(type(Lead._default_manager.all()), "bulk_create", refuse)
    given = {"lead_id": "L1", "province": "ON", **{name: PERSONAL[name] for name in ("phone", "email", "first_name")}}
    assert operator.post("/api/followups/leads/upsert", given).status_code == 500
    [line] = lines()
    assert line["exception"]
    assert_clean(line, stored())


@every_endpoint
def test_no_answer_of_the_api_is_stored_by_a_cache(operator: APIClient, endpoint: Any) -> None:
    make_everything_possible()
    for response in (getattr(operator, endpoint.method)(endpoint.url(), endpoint.good), APIClient().get(endpoint.path)):
        assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/followups/lead/", "/admin/nothing/", "/api/nothing"])
def test_no_page_is_stored_by_a_cache(user_of: Callable[..., User], path: str) -> None:
    assert "no-store" in signed_in(user_of("operator")).get(path)["Cache-Control"]
    assert "no-store" in Client().get(path)["Cache-Control"]


def test_the_page_of_a_lead_is_not_stored_by_a_cache(user_of: Callable[..., User]) -> None:
    client = signed_in(user_of("operator"))
    for page in ("change", "history"):
        assert (
            "no-store"
            in client.get(reverse(f"admin:followups_lead_{page}", args=[LeadFactory.create().pk]))["Cache-Control"]
        )
