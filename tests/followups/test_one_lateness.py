"""Every place that shows the fraction of the same tasks shows the same number."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from followups.sla.report import sla_report
from followups.sla.snapshot import sla_snapshot
from tests.factories import NOON, completed
from wholesale.console.reports.sla import chart_rows

pytestmark = pytest.mark.django_db

SLA = "/api/followups/sla"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def rows() -> Iterator[None]:
    """Twelve tasks of yesterday: eight done within two elapsed hours, eleven within two permitted hours."""
    with time_machine.travel(NOON, tick=False):
        yesterday = NOON - timedelta(days=1)
        for _ in range(8):
            completed(late=HOUR, due_at=yesterday)
        for _ in range(2):
            completed(late=14 * HOUR, late_for=HOUR, due_at=yesterday)  # over night
        completed(late=14 * HOUR, late_for=timedelta(), due_at=yesterday)
        completed(late=3 * HOUR, late_for=None, due_at=yesterday)  # from before permitted minutes were counted
        yield


def printed(format: str) -> str:
    out = StringIO()
    call_command("sla_report", "--by", "owner", "--format", format, stdout=out)
    return out.getvalue()


def test_every_place_shows_the_same_fraction_of_the_same_tasks(admin_client: Client, auditor: APIClient) -> None:
    permitted, wall = 11 / 12, 8 / 12
    snapshot, report = auditor.get(SLA).json(), auditor.get(SLA, {"by": "owner"}).json()
    of_all = [report, *report["groups"], sla_report().whole, *json.loads(printed("json"))]
    assert [row["within_2h"] for row in of_all] == [permitted] * 4
    assert [row["within_2h_wall"] for row in of_all] == [wall] * 4
    assert [row["by_wall_clock"] for row in of_all] == [1] * 4
    assert snapshot == sla_snapshot()
    assert (snapshot["within_2h_permitted"], snapshot["within_2h"]) == (permitted, wall)
    assert snapshot["within_30m_permitted"] == report["within_30m"] == 1 / 12
    assert snapshot["within_30m"] == report["within_30m_wall"] == 0

    tiles = {tile.title: tile.value for tile in admin_client.get("/admin/today/parts/sla/").context["tiles"]}
    assert tiles["Done within 2 permitted hours"] == "92%"
    (table,) = admin_client.get("/admin/followups/followuptask/sla/").context["report"].tables
    for row in table.texts():
        shown = dict(zip(table.headers, row, strict=True))
        assert (shown["In 2 h"], shown["In 2 h, wall clock"]) == ("92%", "67%")
    assert "91.7%" in printed("table")
    assert "1 completed before these were counted, by the wall clock" in " ".join(printed("table").split())
    assert [figures["within_2h"] for _, figures in chart_rows(sla_report(), "owner")] == [permitted]


def test_the_page_counts_the_tasks_measured_by_elapsed_time(admin_client: Client) -> None:
    page = admin_client.get("/admin/followups/followuptask/sla/").content.decode()
    assert "1 of these tasks" in " ".join(page.split())


@pytest.mark.parametrize("name", ["p50", "p90", "p99"])
def test_percentiles_are_in_permitted_minutes(name: str) -> None:
    whole: dict[str, Any] = sla_report().whole
    permitted = sorted([60.0] * 10 + [0.0, 180.0])
    wall = sorted([60.0] * 8 + [840.0] * 3 + [180.0])
    rank = {"p50": 6, "p90": 11, "p99": 12}[name] - 1
    assert (whole[name], whole[f"{name}_wall"]) == (permitted[rank], wall[rank])
