"""Many imports of one file at once: no row is lost or doubled, and the counts are exact."""

import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from followups.leads.lists import files
from followups.leads.lists.imports import confirm_import
from followups.leads.models import Lead
from followups.leads.services import Report, upsert_lead, upsert_leads
from governance.ledger.models import ContactPoint, ContactRecord
from tests.factories import LeadImportFactory
from tests.races.conftest import CLIENTS
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.files import Format

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

ROWS = 300


def rows(**more: Any) -> list[dict[str, Any]]:
    return [{"lead_id": f"L{number}", "province": "ON", **more} for number in range(ROWS)]


def test_concurrent_imports_of_one_file_make_each_lead_once(
    run_together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In both directions, which would deadlock if imports locked row by row."""
    monkeypatch.setattr("governance.lists.upserting.BATCH", 50)

    reports = run_together(8, lambda number: upsert_leads(rows()[:: 1 if number % 2 else -1], act=Act()))

    assert all(isinstance(report, Report) for report in reports), reports
    assert sum(report.created for report in reports) == ROWS
    assert {(report.created + report.unchanged, report.updated, report.refused) for report in reports} == {(ROWS, 0, 0)}
    assert sorted(Lead.objects.values_list("lead_id", flat=True)) == sorted(row["lead_id"] for row in rows())


def test_concurrent_imports_of_different_columns_lose_no_value(
    run_together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("governance.lists.upserting.BATCH", 50)
    columns = ({"first_name": "Ana"}, {"source": "mailer"}, {"score": "0.5"}, {"status": "DEAD"})

    reports = run_together(4, lambda number: upsert_leads(rows(**columns[number]), act=Act()))

    assert all(isinstance(report, Report) for report in reports), reports
    assert sum(report.created for report in reports) == ROWS
    assert set(Lead.objects.values_list("first_name", "source", "score", "status")) == {("Ana", "mailer", 0.5, "DEAD")}


def test_concurrent_imports_of_one_list_record_each_wish_once(
    run_together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In both directions, beside imports without wishes and upserts of single leads."""
    monkeypatch.setattr("governance.lists.upserting.BATCH", 20)
    lines = [f"L{n},ON,416-555-{n:04},yes" for n in range(100)]

    def bring(number: int) -> Report:
        body = "\n".join(("lead_id,province,phone,dnc", *lines[:: 1 if number % 2 else -1])).encode()
        return upsert_leads(files.read(io.BytesIO(body), Format.CSV).rows, act=Act())

    def act(number: int) -> Any:
        if number < 6:
            return bring(number)
        return (
            upsert_leads(rows()[:100], act=Act())
            if number == 6
            else [upsert_lead(lead_id=f"L{n}", province="ON", act=Act()) for n in range(50)]
        )

    results = run_together(8, act)

    assert not [result for result in results if isinstance(result, Exception)], results
    assert sum(report.recorded["DO_NOT_CALL"] for report in results[:6]) == 100
    assert ContactRecord.objects.count() == ContactPoint.objects.count() == 200  # each lead and its number


def test_concurrent_upserts_of_one_lead_make_it_once(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    answers = run_together(
        CLIENTS, lambda number: operators[number].post("/api/followups/leads/upsert", {"lead_id": "L1", "province": "ON"})
    )

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: CLIENTS - 1}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Lead.objects.count() == 1


def test_an_import_confirmed_by_many_runs_once(run_together: Callable[..., list[Any]]) -> None:
    waiting = LeadImportFactory.create()

    done = run_together(8, lambda _: confirm_import(waiting.pk).state)

    assert sorted(map(str, done)).count("DONE") == 1
    assert {getattr(error, "code", error) for error in done} == {"DONE", "import_not_ready"}
    assert Lead.objects.count() == 1
