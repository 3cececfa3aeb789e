"""The read-only admin of the KPI log."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.factories import KpiFactory

pytestmark = pytest.mark.django_db

LOG = "/admin/kpi/kpievent/"


def listed(client: Client, **query: Any) -> set[int]:
    return {row.pk for row in client.get(LOG, query).context["cl"].result_list}


def test_rows_are_filtered_by_domain_and_found_by_metric(admin_client: Client) -> None:
    ladder = KpiFactory.create(metric="ladder_created")
    offer = KpiFactory.create(metric="offer_generated")
    buyer = KpiFactory.create(domain="BUYER_MATCH", metric="buyer_feedback")
    other = KpiFactory.create(domain="CAPITAL", metric="roi_event")

    assert listed(admin_client, domain="WHOLESALE") == {ladder.pk, offer.pk}
    assert listed(admin_client, domain="BUYER_MATCH") == {buyer.pk}
    assert listed(admin_client, q="offer_generated") == {offer.pk}
    assert listed(admin_client, q="CAPITAL") == {other.pk}


@pytest.mark.parametrize("text", ["L-7", " L-7 "])
def test_rows_are_found_by_the_id_of_a_request_and_of_a_subject(admin_client: Client, text: str) -> None:
    by_request = KpiFactory.create(correlation_id="L-7")
    by_subject = KpiFactory.create(subject_type="lead", subject_id="L-7")
    KpiFactory.create(correlation_id="L-77", subject_type="lead", subject_id="L-77")

    assert listed(admin_client, q=text) == {by_request.pk, by_subject.pk}
    assert listed(admin_client, q=text, province="NU") == set()
    assert listed(admin_client, q="L-8") == set()


def test_a_domain_and_a_metric_of_a_client_are_found(admin_client: Client) -> None:
    theirs = KpiFactory.create(domain="LENDING", metric="loan_closed")
    KpiFactory.create()

    assert listed(admin_client, q="LENDING") == listed(admin_client, q="loan_closed") == {theirs.pk}


def test_rows_are_filtered_by_the_time_of_their_fact(admin_client: Client) -> None:
    now = timezone.now()
    today, earlier = (KpiFactory.create(occurred_at=now - timedelta(days=days)).pk for days in (0, 10))

    assert listed(admin_client, days="7") == {today}
    assert listed(admin_client, days="30") == {today, earlier}


@pytest.mark.parametrize(("success", "word"), [(True, "Success"), (False, "Failure"), (None, "")])
def test_the_outcome_is_success_failure_or_neither(success: bool | None, word: str, admin_client: Client) -> None:
    KpiFactory.create(success=success, province=None, market=None)
    page = admin_client.get(LOG)
    model_admin = page.context["cl"].model_admin

    (row,) = page.context["cl"].result_list

    assert model_admin.outcome(row) == word
    assert model_admin.place(row) == ""


def test_the_detail_is_shown_in_a_line_and_in_full(admin_client: Client) -> None:
    event = KpiFactory.create(detail={"event": "BOUGHT", "tasks": 6, "none": None}, province="ON", market="WINDSOR")

    in_a_line = admin_client.get(LOG).content.decode()
    in_full = admin_client.get(reverse("admin:kpi_kpievent_change", args=[event.pk])).content.decode()

    assert "What the buyer did: Bought, Tasks: 6" in in_a_line
    assert "Windsor, Ontario" in in_a_line
    assert "<dt>What the buyer did</dt><dd>Bought</dd>" in in_full.replace("\n", "")
