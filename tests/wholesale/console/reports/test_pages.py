"""The four reports: each shows the numbers of its service, to whom may see them, and gives the same numbers as files."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from followups.sla.report import sla_report
from followups.tasks.outcomes.rules import Outcome
from kpi.review.services import friday_review, keep_review
from offers.studies.models import RatioStudy
from tests.factories import NOON, KpiFactory, RatioStudyFactory, TaskFactory, completed
from tests.staff import signed_in
from tests.wholesale.console.reports.opened import of_csv, of_pdf, of_xlsx, readable_pdfs
from wholesale.plumbing.act import Act
from wholesale.plumbing.models import UserSettings

pytestmark = pytest.mark.django_db

SLA = "/admin/followups/followuptask/sla/"
AGENTS = "/admin/followups/followuptask/agents/"
FRIDAY = "/admin/kpi/fridayreview/now/"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _it_is_noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    readable_pdfs(monkeypatch)
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def auditor(user_of: Callable[..., User]) -> Client:
    """A browser of an auditor."""
    return signed_in(user_of("auditor"))


def frenchwoman(user: User) -> Client:
    UserSettings.objects.create(user=user, language="fr", zone="America/Toronto")
    return signed_in(user)


def file(client: Client, page: str, given: dict[str, str], wanted: str) -> bytes:
    answer = client.get(page, given | {"format": wanted})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f'.{wanted}"')
    return answer.content


def some_tasks() -> None:
    completed(late=timedelta(minutes=45), due_at=NOON - 6 * HOUR, ladder__owner="va1", ladder__market="TORONTO")
    completed(late=timedelta(minutes=5), due_at=NOON - 5 * HOUR, ladder__owner="=HYPERLINK()", ladder__market="LONDON")
    TaskFactory.create(due_at=NOON - 30 * HOUR, actionable_at=NOON - 3 * HOUR)


# The SLA -----------------------------------------------------------------------------------------------------------------


def test_the_sla_has_the_numbers_of_its_service_in_each_file(user_of: Callable[..., User]) -> None:
    some_tasks()
    client, given = frenchwoman(user_of("auditor")), {"by": "owner", "since": "2026-12-01", "until": "2026-12-15"}
    found = sla_report(by=["owner"], now=NOON)
    names = (
        "count",
        "completed",
        "open_overdue",
        "p50",
        "p90",
        "p99",
        "within_30m",
        "within_2h",
        "p50_wall",
        "within_2h_wall",
    )
    numbers = [[figures[name] for name in names] for figures in (*found.groups, found.whole)]

    (sheet,) = [rows for title, rows in of_xlsx(file(client, SLA, given, "xlsx")).items() if title.startswith("Retard")]
    assert [row[1:] for row in sheet[1:]] == numbers
    rows = of_csv(file(client, SLA, given, "csv"))
    assert [[float(cell) for cell in row[1:]] for row in rows[1:]] == numbers
    assert rows[1][0] == sheet[1][0] == "'=HYPERLINK()"
    texts = of_pdf(file(client, SLA, given, "pdf"))
    assert "66,7 %" in texts or "67 %" in texts
    page = client.get(SLA, given).content.decode()
    assert "67\xa0%" in page
    assert "format=xlsx" in page


def test_the_days_of_a_report_are_those_of_the_reader(user_of: Callable[..., User]) -> None:
    completed(late=timedelta(0), due_at=NOON.replace(hour=3))  # still the evening before in Toronto
    client = frenchwoman(user_of("auditor"))
    for day, count in (("2026-12-14", 1), ("2026-12-15", 0)):
        report = client.get(SLA, {"since": day, "until": day}).context["report"]
        assert sum(table.rows[-1][1] for table in report.tables) == count
        assert "America/Toronto" in report.period


# The agents --------------------------------------------------------------------------------------------------------------


def worked(name: str, outcome: str, *, due_at: datetime = NOON - 3 * HOUR, late: timedelta = HOUR * 0, **task: Any) -> None:
    times = {"due_at": due_at, "actionable_at": due_at, "completed_at": due_at + late, "late_for": late}
    TaskFactory.create(completed_by=name, outcome=outcome, **times, **task)


def test_the_agents_have_what_each_did_how_fast_and_how_late(auditor: Client) -> None:
    worked("pat", Outcome.APPOINTMENT, step=1, channel="CALL", ladder__created_at=NOON - 4 * HOUR)
    worked("pat", Outcome.NO_ANSWER, step=2, channel="CALL", due_at=NOON - 51 * HOUR, late=3 * HOUR)
    worked("robin", "", step=2, channel="SMS", due_at=NOON - 4 * HOUR, late=timedelta(minutes=40))
    worked("long ago", Outcome.REACHED, due_at=NOON - timedelta(days=30))
    TaskFactory.create(due_at=NOON - HOUR, leased_by="robin", leased_until=NOON + HOUR)

    work, outcomes, pace = auditor.get(AGENTS).context["report"].tables
    assert work.rows == [
        ["pat", 2, 2, 0, 0, 1, 1, 0],
        ["robin", 1, 0, 1, 0, 0, 0, 1],
        ["All", 3, 2, 1, 0, 1, 1, 1],
    ]
    first = dict(zip(outcomes.headers, outcomes.rows[0], strict=True))
    assert {title: count for title, count in first.items() if count} == {
        "Agent": "pat",
        "No answer": 1,
        "Appointment made": 1,
    }
    assert outcomes.rows[1][-1] == 1
    assert sum(outcomes.rows[-1][1:]) == 3
    assert pace.rows[0][:4] == ["pat", 2, 1.0, 60.0]
    assert [row[6] for row in pace.rows] == [0.5, 1.0, pytest.approx(2 / 3)]
    assert pace.rows[1][7:] == [40.0, 40.0]
    sheets = of_xlsx(file(auditor, AGENTS, {}, "xlsx"))
    assert sheets["Pace and SLA"][1:] == pace.rows
    assert [row[1:] for row in of_csv(file(auditor, AGENTS, {"table": "1"}, "csv"))[1:]] == [
        [str(cell) for cell in row[1:]] for row in outcomes.rows
    ]
    assert "66.7%" in of_pdf(file(auditor, AGENTS, {}, "pdf"))


def test_nobody_at_work_is_said(auditor: Client) -> None:
    assert "Nobody completed a task in these days." in auditor.get(AGENTS).content.decode()
    assert auditor.get(AGENTS, {"format": "xlsx"}).status_code == 200
    assert auditor.get(AGENTS, {"format": "csv"}).status_code == 404


def test_more_agents_take_no_more_queries(auditor: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert auditor.get(AGENTS).status_code == 200
        return len(captured)

    worked("a", Outcome.REACHED)
    before = queries()
    for name in "bcdef":
        worked(name, Outcome.REACHED)
    assert queries() == before <= 14


# The Friday review -------------------------------------------------------------------------------------------------------


def test_the_friday_review_has_the_numbers_of_its_service(user_of: Callable[..., User]) -> None:
    some_tasks()
    for success in (True, False, False):
        KpiFactory.create(metric="offer_accept_rate", success=success, province="ON", occurred_at=NOON - HOUR)
    review = friday_review(until=NOON)
    client = frenchwoman(user_of("auditor"))
    sheets = of_xlsx(file(client, FRIDAY, {}, "xlsx"))
    (accepted,) = [rows for title, rows in sheets.items() if title.startswith("Offres acceptées")]
    week = review["places"][0]["acceptance"]["week"]
    assert accepted[1][1:5] == [week[name] for name in ("rate", "trials", "low", "high")]
    assert week["trials"] == 3
    assert "33 %" in of_pdf(file(client, FRIDAY, {}, "pdf"))


def test_a_kept_review_is_a_report_too(auditor: Client) -> None:
    KpiFactory.create(metric="contact_outside_rules", success=False, province="ON", occurred_at=NOON - HOUR)
    kept = keep_review(act=Act("worker", at=NOON + timedelta(days=3)))
    assert kept is not None
    page = f"/admin/kpi/fridayreview/{kept.pk}/"
    assert f"{page}file/?format=pdf" in auditor.get(f"{page}change/").content.decode()
    sheets = of_xlsx(file(auditor, f"{page}file/", {}, "xlsx"))
    assert [sheets["SLA, and contacts outside the r"][2][n] for n in (0, 8, 9)] == ["Ontario", 1, 0]


# Ratio studies -----------------------------------------------------------------------------------------------------------


# As a study stores them. To measure them takes pandas, which takes seconds to load.
MEASURED = {
    **{"n": 34, "median_ratio": 1.042, "cod": 6.25, "prd": 0.971, "prb": 0.081, "median_error": 0.0615},
    **{"within_10": 0.75, "within_20": None, "coverage": 0.8125},
}


def studied() -> RatioStudy:
    results = {
        "sales": [{"group": "all", **MEASURED}, {"group": "cheapest third", **MEASURED, "n": 11}],
        "evidence": [],
        "histogram": [[0.9, 14], [0.95, 20]],
        "deciles": [[150000, 0.9512], [325000, 1.0712]],
    }
    return RatioStudyFactory.create(results=results, state="DONE", finished_at=NOON)


def test_a_ratio_study_speaks_the_language_of_its_reader(user_of: Callable[..., User]) -> None:
    study = studied()
    client = frenchwoman(user_of("auditor"))
    page = f"/admin/offers/ratiostudy/{study.pk}/"
    shown = client.get(f"{page}change/").content.decode()
    assert "6,2\xa0%" in shown
    assert "PRD, PRB" in shown
    _about, sales, by_size, by_price = of_xlsx(file(client, f"{page}file/", {}, "xlsx")).values()
    assert [row[1:] for row in sales[1:]] == [[*MEASURED.values(), "PRD, PRB"], [11, *[*MEASURED.values()][1:], "PRD, PRB"]]
    assert study.results
    assert by_size[1:] == study.results["histogram"]
    assert by_price[1:] == study.results["deciles"]
    assert "0,951" in of_pdf(file(client, f"{page}file/", {}, "pdf"))
    waits = RatioStudyFactory.create()
    for query in ({"format": "pdf"}, {"format": "doc"}, {}):
        assert client.get(f"/admin/offers/ratiostudy/{waits.pk}/file/", query).status_code == 404


# Who may see --------------------------------------------------------------------------------------------------------------


def test_who_may_open_the_page_may_save_the_files_and_nobody_else(client: Client, user_of: Callable[..., User]) -> None:
    study = studied()
    pages = (SLA, AGENTS, FRIDAY, f"/admin/offers/ratiostudy/{study.pk}/file/")
    wanted = [{"format": "xlsx"}, {"format": "pdf"}]
    nobody, agent = signed_in(user_of()), signed_in(user_of("agent"))
    for page in pages:
        for given in wanted:
            assert client.get(page, given).status_code == 302, page
            assert nobody.get(page, given).status_code == 403, page
            assert agent.get(page, given).status_code == (403 if page == AGENTS else 200), page
    may_see = {
        role: signed_in(user_of(role)).get(AGENTS).status_code == 200 for role in ("operator", "auditor", "integrator")
    }
    assert may_see == {"operator": True, "auditor": True, "integrator": False}


@pytest.mark.parametrize(
    "given", [{"format": "exe"}, {"format": "csv", "table": "9"}, {"format": "csv", "table": "x"}, {"format": ""}]
)
def test_a_file_that_there_is_not_is_not_found(given: dict[str, str], auditor: Client) -> None:
    some_tasks()
    assert auditor.get(SLA, given).status_code == 404


def test_a_wrong_period_gives_no_file(auditor: Client) -> None:
    answer = auditor.get(SLA, {"since": "soon", "format": "xlsx"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Enter a valid date" in answer.content.decode()
