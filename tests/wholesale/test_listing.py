"""Compiled lists and rows have what their serializers show of the model instances."""

import gc
import inspect
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from followups.leads.inbound.decisions import decide_inbound
from followups.leads.inbound.services import record_inbound
from followups.leads.replies.services import mark_reply_sent
from followups.models import AdministrativeReply
from governance.ledger.consents import record_consent
from governance.ledger.proof import Proof
from governance.ledger.referrals import record_use
from kpi.services import record_kpi
from tests import factories
from tests.factories import (
    NOON,
    DecisionFactory,
    InboundFactory,
    KpiFactory,
    LeadFactory,
    SlaBreachFactory,
    TaskFactory,
    many,
)
from tests.wholesale.api_walk import routes
from wholesale.plumbing import listing
from wholesale.plumbing.act import Act
from wholesale.plumbing.filters import FlagFilter, ParamFilter
from wholesale.plumbing.listing import Rows
from wholesale.plumbing.rendering import NumberJSONRenderer

pytestmark = pytest.mark.django_db

LISTS = {route.path: route.view for route in routes() if "list" in route.actions.values()}
POINTS = [("PHONE", "+14165550123")]
DERIVED = (
    *("against", "reliability"),  # the reasons against a reply; what a buyer did about deals
    *("events", "late"),  # what happened to an offer; whether it was accepted late
)
JANE = Act("jane", at=NOON)


def a_row_of_each_factory() -> None:
    made = [cls for _, cls in inspect.getmembers(factories, inspect.isclass) if issubclass(cls, factories.Row)]
    for factory in made:
        if not factory._meta.abstract:
            factory.create()


def people_wrote() -> None:
    """Rows with words of people, with contents of consents, with uses, with decisions, and with nulls."""
    LeadFactory.create(lead_id="L1", phone=POINTS[0][1])
    record_kpi(domain="WHOLESALE", metric="x", detail={"who": "Ann"}, success=True, act=JANE)
    proof = Proof(wording="Yes", referrer_name="Ann Lee", referrer_to_lead="sister", referrer_to_us="buyer")
    given: dict[str, Any] = {"points": POINTS, "obtained_at": NOON - timedelta(days=1), "act": JANE.because("said so")}
    record_consent(basis="EXPRESS", evidence="form 1", proof=proof, **given)
    record_consent(basis="INQUIRY", evidence="form 2", **given)
    record_consent(basis="REFERRAL", evidence="Ann", proof=proof, channel="SMS", **given)
    record_use(points=POINTS, channel="SMS", sent_at=NOON, act=JANE)
    doubtful = InboundFactory.create(lead_id="L1", meaning="DOUBTFUL")
    decide_inbound(doubtful.pk, "REPLY", act=JANE.because("read it"))
    DecisionFactory.create(message=doubtful)
    for text in ("HELP", "AIDE"):
        record_inbound(channel="SMS", text=text, phone=POINTS[0][1], act=JANE)
    mark_reply_sent(AdministrativeReply.objects.earliest("id").pk, act=JANE)
    SlaBreachFactory.create(late_for=None, completed_at=NOON + timedelta(hours=3, seconds=7))
    SlaBreachFactory.create(late_for=None)


@pytest.fixture
def filled(db: None) -> Iterator[None]:
    """Rows of all kinds, at noon."""
    with time_machine.travel(NOON, tick=False):
        a_row_of_each_factory()
        people_wrote()
        yield


def shown(data: Any) -> Any:
    return json.loads(NumberJSONRenderer().render(data))


def documented(serializer: Any, queryset: Any) -> Any:
    """What the serializer shows of the instances, without what is no column and has its own tests."""
    rows = shown(serializer(queryset, many=True).data)
    return [{name: value for name, value in row.items() if name not in DERIVED} for row in rows]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_and_its_rows_have_what_the_serializer_shows(filled: None, operator: APIClient, path: str) -> None:
    view = LISTS[path]
    listed = operator.get(path).json()["results"]
    single = [operator.get(f"{path}/{row['id']}").json() for row in listed]
    assert single == listed
    assert [list(row) for row in listed] == [list(view.serializer_class().fields)] * len(listed)
    for row in listed:
        for name in DERIVED:
            row.pop(name, None)
    assert listed == documented(view.serializer_class, view.queryset.order_by("-id")[:100])
    assert listed


def test_all_rows_of_a_table_have_what_the_serializer_shows(filled: None) -> None:
    listing._list.cache_clear()  # its views' rows are not all in their own table
    gc.collect()
    statements = [item for item in gc.get_objects() if type(item) is Rows]
    whole = [rows for rows in statements if "%(" not in rows.text]
    assert len(whole) >= 15
    for rows in whole:
        queryset = inspect.unwrap(rows._build)()
        assert shown(rows.dicts()) == shown(rows._serializer(queryset, many=True).data)
        assert rows.dicts(), rows._serializer


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_one_statement_and_two_if_its_rows_have_more(filled: None, operator: APIClient, path: str) -> None:
    operator.get(path)
    with CaptureQueriesContext(
        connection,
    ) as sent:
        assert operator.get(path).status_code == 200
    most = {"/api/deals/offers": 2, "/api/followups/inbound": 2, "/api/followups/replies": 3, "/api/buyers/book": 4}
    assert len(sent) <= most.get(path, 1)


def test_pages_of_one_shape_are_compiled_once(operator: APIClient) -> None:
    many(KpiFactory, 5)
    listing._list.cache_clear()
    for metric in ("a", "b", "c"):
        assert operator.get("/api/kpi/events", {"metric": metric, "page_size": 2}).status_code == 200
    assert listing._list.cache_info().misses == 1


def test_only_a_flag_is_part_of_the_statement() -> None:
    for view in LISTS.values():
        filters = view.filterset_class.base_filters if view.filterset_class else {}
        for item in filters.values():
            assert isinstance(item, ParamFilter)
            assert item.is_literal is isinstance(item, FlagFilter)
            assert isinstance(item, FlagFilter) or item.lookup_expr != "isnull"


def test_a_filter_is_no_parameter_of_a_single_row(operator: APIClient) -> None:
    task = TaskFactory.create(province="ON")
    answer = operator.get(f"/api/followups/tasks/{task.pk}", {"province": "XX"})
    assert (answer.status_code, answer["X-Ignored-Parameters"]) == (200, "province")


def test_values_of_filters_never_become_part_of_the_statement(operator: APIClient) -> None:
    InboundFactory.create()
    for value in ("L1' OR '1'='1", "%s", "%(now)s", "%%", "$1", "O'Brien"):
        answer = operator.get("/api/followups/inbound", {"lead_id": value})
        assert (answer.status_code, answer.json()["results"]) == (200, [])
