"""Statements compiled once agree with their querysets."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Value, When
from django.test.utils import CaptureQueriesContext

from followups.ladders.templates.models import LadderTemplate
from followups.leads.models import Lead
from governance.area_codes.models import AreaCodeSubscription
from tests.factories import LeadFactory
from wholesale.plumbing.compiled import Columns, Select, Update, fetch
from wholesale.plumbing.lookups import among_sql

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
PHONES = Select(lambda lead_id: Lead.objects.filter(lead_id=lead_id).values_list("phone"))


@pytest.fixture
def lead() -> Any:
    """A lead with a score."""
    return LeadFactory(lead_id="L1", province="ON", phone="+14165550123", score=Decimal("0.50"), created_at=NOON)


def test_each_call_is_one_statement_with_its_own_values(lead: Any) -> None:
    assert PHONES.rows(lead_id="L1") == [("+14165550123",)]
    with CaptureQueriesContext(
        connection,
    ) as sent:
        assert PHONES.first(lead_id="L1") == ("+14165550123",)
        assert PHONES.first(lead_id="L2") is None
    assert len(sent) == 2


def test_the_queryset_is_built_once() -> None:
    built = []

    def build(lead_id: Any) -> Any:
        built.append(lead_id)
        return Lead.objects.filter(lead_id=lead_id).values_list("id")

    select = Select(build)
    assert select.rows(lead_id="L1") == select.rows(lead_id="L2") == []
    assert len(built) == 1


def test_a_value_of_a_call_never_becomes_part_of_the_statement(lead: Any) -> None:
    for value in ("L1' OR '1'='1", "%s", "%(lead_id)s", "%%", "$1", "", "O'Brien"):
        assert PHONES.rows(lead_id=value) == []
    LeadFactory(lead_id="O'Brien %s", province="ON", phone="+14165550124")
    assert PHONES.rows(lead_id="O'Brien %s") == [("+14165550124",)]


@pytest.mark.parametrize("text", ["O'Brien", "100 %", "%s %(lead_id)s %%", '"quoted"', "back\\slash", "é"])
def test_a_constant_of_the_queryset_is_written_out_unchanged(lead: Any, text: str) -> None:
    select = Select(lambda lead_id: Lead.objects.filter(lead_id=lead_id).values_list(Value(text)))
    assert select.rows(lead_id="L1") == [(text,)]
    Lead.objects.update(address=text)
    assert Select(lambda: Lead.objects.filter(address=text).values_list("lead_id")).rows() == [("L1",)]


def test_constants_of_other_kinds_are_written_out(lead: Any) -> None:
    wanted = Lead.objects.filter(phone_is_wrong=False, id__gt=-1, score__lt=Decimal("0.75"), created_at__lte=NOON)
    select = Select(lambda: wanted.values_list(Value(True), Value(3), Value(None, output_field=IntegerField())))
    assert select.rows() == [(True, 3, None)]


def test_rows_have_the_values_of_their_fields(lead: Any) -> None:
    names = ("score", "created_at", "phone_is_wrong", "wrong_contacts", "user")
    select = Select(lambda lead_id: Lead.objects.filter(lead_id=lead_id).values_list(*names))
    assert select.rows(lead_id="L1") == list(Lead.objects.values_list(*names))
    (row,) = select.rows(lead_id="L1")
    assert [type(value) for value in row] == [Decimal, datetime, bool, list, type(None)]
    assert row[1] == NOON
    assert row[1].tzinfo is UTC


def test_a_handwritten_statement_returns_the_values_of_its_named_columns(lead: Any) -> None:
    columns = Columns(None, *Columns.of(Lead, "created_at", "score", "phone_is_wrong"))
    text = "SELECT 1, max(created_at), max(score), %(no)s = 1 FROM followups_lead WHERE created_at <= %(at)s"
    assert fetch(text, columns, {"no": 0, "at": NOON}) == [(1, NOON, Decimal("0.50"), False)]
    assert fetch(text, columns, {"no": 0, "at": NOON - timedelta(seconds=1)}) == [(1, None, None, False)]


def test_times_dates_and_numbers_are_prepared_as_by_a_lookup(lead: Any) -> None:
    before = Select(lambda at: Lead.objects.filter(created_at__lt=at).values_list("lead_id"))
    assert before.rows(at=NOON) == []
    assert before.rows(at=NOON + timedelta(microseconds=1)) == [("L1",)]
    assert before.rows(at=(NOON + timedelta(hours=1)).astimezone()) == [("L1",)]
    last_day = Select(lambda day: AreaCodeSubscription.objects.filter(expires_on__gte=day).values_list("expires_on"))
    AreaCodeSubscription.objects.create(area_code="416", expires_on=date(2026, 12, 31), changed_by="me", updated_at=NOON)
    assert last_day.rows(day=date(2026, 12, 31)) == [(date(2026, 12, 31),)]
    assert last_day.rows(day=date(2027, 1, 1)) == []
    better = Select(lambda score: Lead.objects.filter(score__gt=score).values_list("lead_id"))
    assert better.rows(score=Decimal("0.49")) == [("L1",)]
    assert better.rows(score=Decimal("0.5")) == []


@pytest.mark.parametrize("values", [["L1", "L3"], {"L1", "L3"}, ("L1",), {"L1": 0}.keys(), [], ["L1"] * 3, ["L1", "%s'"]])
def test_a_row_is_found_among_many_values(lead: Any, values: Any) -> None:
    LeadFactory(lead_id="L2", province="ON")
    select = Select(lambda lead_ids: Lead.objects.filter(lead_id__among=lead_ids).values_list("lead_id"))
    assert select.rows(lead_ids=values) == ([("L1",)] if values else [])
    by_hand = f"SELECT lead_id FROM followups_lead WHERE lead_id {among_sql('values')}"
    assert fetch(by_hand, Columns(), {"values": values}) == select.rows(lead_ids=values)


def test_a_row_is_found_among_numbers(lead: Any) -> None:
    select = Select(lambda ids: Lead.objects.filter(pk__among=ids).values_list("lead_id"))
    assert select.rows(ids=[lead.pk, -1, 10**12]) == [("L1",)]
    steps = Select(lambda versions: LadderTemplate.objects.filter(version__among=versions).values_list("version"))
    assert set(steps.rows(versions={1, 2})) == set(LadderTemplate.objects.values_list("version"))


def test_a_subquery_refers_to_the_outer_row(lead: Any) -> None:
    LeadFactory(lead_id="L2", province="BC")
    other = Lead.objects.filter(province=OuterRef("province")).exclude(pk=OuterRef("pk"))
    alone = Select(lambda lead_id: Lead.objects.filter(~Exists(other), lead_id=lead_id).values_list("lead_id"))
    assert alone.rows(lead_id="L1") == [("L1",)]
    LeadFactory(lead_id="L3", province="ON")
    assert alone.rows(lead_id="L1") == []
    assert alone.rows(lead_id="L2") == [("L2",)]


def test_a_queryset_reads_from_a_handwritten_part(lead: Any) -> None:
    LeadFactory(lead_id="L2", province="ON")
    select = Select(
        lambda province: Lead.objects.filter(province=province).order_by("lead_id").values_list("lead_id", "created_at")
    )
    only = "(SELECT lead_id, province, created_at FROM followups_lead WHERE lead_id <> %(not)s)"
    found = fetch(select.text_from(only), select.columns, {"province": "ON", "not": "L2"})
    assert found == [("L1", NOON)]
    assert len(select.rows(province="ON")) == 2
    assert select.alias_of(Lead) in select.text


def test_an_update_returns_the_number_of_changed_rows(lead: Any) -> None:
    update = Update(
        lambda lead_id, market, at: (
            Lead.objects.filter(lead_id=lead_id, created_at__lte=at),
            {
                "market": Case(When(province="ON", then=market), default=F("market")),
                "updated_at": at,
                "score": None,
                "address": "1 King's % Street",
            },
        )
    )
    assert update.run(lead_id="L1", market="TORONTO", at=NOON - timedelta(days=1)) == 0
    assert update.run(lead_id="L1", market="TORONTO", at=NOON) == 1
    lead.refresh_from_db()
    assert (lead.market, lead.updated_at, lead.score) == ("TORONTO", NOON, None)
    assert lead.address == "1 King's % Street"
