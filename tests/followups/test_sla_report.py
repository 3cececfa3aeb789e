"""The SLA report: its counts, its groups, its output and its chart."""

import csv
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.sla.lateness import late_for
from followups.sla.report import FIGURES, GROUPS, SlaReport, sla_report
from followups.tasks.errors import TimeOutOfRange
from followups.tasks.models import FollowupTask
from tests.conftest import attrs
from tests.factories import NOON, LadderFactory, TaskFactory, completed
from tests.query_counts import queries
from wholesale.console.reports.sla import BARS_MAX, chart_rows

pytestmark = pytest.mark.django_db

SLA = "/api/followups/sla"
PERCENTILES = ("p50", "p90", "p99")
NOTHING: dict[str, Any] = {**dict.fromkeys(FIGURES), "count": 0, "completed": 0, "open_overdue": 0, "by_wall_clock": 0}


@pytest.fixture(autouse=True)
def _it_is_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def within(half_an_hour: Any, two_hours: Any) -> dict[str, Any]:
    """The fractions, which are equal by both clocks."""
    return {
        f"within_{limit}{clock}": value
        for clock in ("", "_wall")
        for limit, value in (("30m", half_an_hour), ("2h", two_hours))
    }


def percentiles(p50: float, p90: float, p99: float) -> dict[str, float]:
    """The percentiles, which are equal by both clocks."""
    return {
        f"{name}{clock}": value for clock in ("", "_wall") for name, value in zip(PERCENTILES, (p50, p90, p99), strict=True)
    }


def overdue(*, by: timedelta, **values: Any) -> FollowupTask:
    """An open task due so long before noon, and permitted ever since."""
    given = {"actionable_at": NOON - by, "open_from": NOON - by, **values}
    return TaskFactory.create(due_at=NOON - by, **given)


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("sla_report", *arguments, stdout=out)
    return out.getvalue()


# What is measured -------------------------------------------------------------------------------------------------------


def test_a_report_without_tasks_has_no_figures() -> None:
    TaskFactory.create(due_at=NOON + minutes(1))
    TaskFactory.create(due_at=NOON)
    overdue(by=minutes(5), cancelled_at=NOON)
    assert sla_report() == SlaReport(NOTHING, [])
    assert sla_report(by=["owner"]) == SlaReport(NOTHING, [])


def test_one_task_is_its_own_percentile() -> None:
    completed(late=minutes(31.5))
    counts = {"count": 1, "completed": 1, "open_overdue": 0, "by_wall_clock": 0}
    whole = {**counts, **percentiles(31.5, 31.5, 31.5), **within(0, 1)}
    assert sla_report() == SlaReport(whole, [])


def test_an_early_task_is_in_time_and_negative_by_elapsed_time() -> None:
    completed(late=minutes(-10))
    completed(late=minutes(30))
    whole = sla_report().whole
    assert (whole["p50"], whole["p99"], whole["within_30m"]) == (0, 30, 1)
    assert (whole["p50_wall"], whole["p99_wall"], whole["within_30m_wall"]) == (-10, 30, 1)


def test_an_undone_task_is_as_late_as_it_is_so_far() -> None:
    completed(late=minutes(10), due_at=NOON - timedelta(hours=5))
    overdue(by=timedelta(hours=4))
    whole = sla_report().whole
    assert whole == {
        **{"count": 2, "completed": 1, "open_overdue": 1, "by_wall_clock": 0},
        **percentiles(10, 240, 240),
        **within(0.5, 0.5),
    }
    assert sla_report(now=NOON + timedelta(hours=1)).whole["p99"] == 300


def test_an_open_task_counts_neither_within_nor_beyond_a_limit_that_has_not_passed() -> None:
    completed(late=minutes(5), due_at=NOON - timedelta(days=1))
    overdue(by=minutes(30))
    whole = sla_report().whole
    assert (whole["open_overdue"], whole["within_30m"], whole["within_2h"]) == (1, 1, 1)
    whole = sla_report(now=NOON + timedelta(microseconds=1)).whole
    assert (whole["within_30m"], whole["within_2h"]) == (0.5, 1)


def test_a_group_without_a_decided_task_has_no_fraction() -> None:
    overdue(by=minutes(31))
    whole = sla_report().whole
    assert (whole["p50"], whole["within_30m"], whole["within_2h"]) == (31, 0, None)


def test_a_cancelled_task_counts_only_if_it_was_completed_too() -> None:
    overdue(by=minutes(90), cancelled_at=NOON)
    completed(late=minutes(3), cancelled_at=NOON)
    whole = sla_report().whole
    assert (whole["count"], whole["completed"], whole["p99"]) == (1, 1, 3)


def test_both_clocks_are_reported_for_each_group() -> None:
    night = timedelta(hours=13)
    completed(late=night + minutes(30), late_for=minutes(30), ladder__owner="a")
    completed(late=night + minutes(120), late_for=minutes(120), ladder__owner="a")
    completed(late=minutes(30), ladder__owner="b")
    overdue(by=timedelta(hours=9), open_from=NOON, ladder__owner="b")  # its interval begins now
    groups = sla_report(by=["owner"]).groups
    figures = [(row["owner"], row["p90"], row["p90_wall"], *(row[name] for name in within(0, 0))) for row in groups]
    assert figures == [("a", 120, 900, 0.5, 1, 0, 0), ("b", 30, 540, 1, 1, 0.5, 0.5)]


def test_an_older_completion_is_measured_by_elapsed_time_and_counted_apart() -> None:
    completed(late=minutes(200), late_for=None)
    completed(late=minutes(200), late_for=minutes(20))
    whole = sla_report().whole
    assert (whole["by_wall_clock"], whole["p50"], whole["p99"], whole["within_2h"]) == (1, 20, 200, 0.5)
    assert (whole["p50_wall"], whole["within_2h_wall"]) == (200, 0)


def test_lateness_before_the_present_interval_counts_too() -> None:
    overdue(by=timedelta(days=2), late_for=minutes(90), late_until=NOON - timedelta(hours=9), open_from=NOON - minutes(40))
    overdue(by=timedelta(days=2), late_for=minutes(90), open_from=None, open_until=None)
    overdue(by=timedelta(days=2), open_until=NOON - timedelta(days=1))  # no worker runs
    whole = sla_report(now=NOON).whole
    assert (whole["p50"], whole["p99"]) == (130, 1440)


def test_groups_come_in_order_with_the_unowned_last_and_the_total_apart() -> None:
    for owner, province, channel in (("b", "ON", "SMS"), (None, "AB", "CALL"), ("a", "ON", "SMS"), ("a", "BC", "SMS")):
        completed(late=minutes(1), ladder__owner=owner, ladder__province=province, channel=channel)
    whole, groups = sla_report(by=["owner", "province", "channel"])
    assert [(row["owner"], row["province"], row["channel"], row["count"]) for row in groups] == [
        ("a", "BC", "SMS", 1),
        ("a", "ON", "SMS", 1),
        ("b", "ON", "SMS", 1),
        (None, "AB", "CALL", 1),
    ]
    assert whole["count"] == 4


def test_the_report_takes_tasks_due_from_since_to_before_until() -> None:
    for hours in range(4):
        completed(late=timedelta(days=9), due_at=NOON - timedelta(hours=hours))
        overdue(by=timedelta(hours=hours))
    hour = timedelta(hours=1)
    assert sla_report(since=NOON - 2 * hour, until=NOON).whole["count"] == 4
    assert sla_report(since=NOON - 2 * hour).whole["count"] == 5
    assert sla_report(until=NOON - 2 * hour).whole["count"] == 2
    with pytest.raises(TimeOutOfRange) as refused:
        sla_report(since=NOON, until=NOON)
    assert refused.value.attr == "since"


def test_the_report_is_one_query(django_assert_num_queries: Callable[..., Any]) -> None:
    for n in range(4):
        completed(late=minutes(n))
    with django_assert_num_queries(queries("report on the SLA")):
        sla_report(by=GROUPS)


# A plain recount --------------------------------------------------------------------------------------------------------

LATENESS = st.timedeltas(min_value=timedelta(days=-2), max_value=timedelta(days=2)) | st.sampled_from(
    [minutes(30), minutes(120), timedelta(0), minutes(30) + timedelta(microseconds=1), minutes(-30)]
)
TASKS = st.lists(
    st.fixed_dictionaries(
        {
            "owner": st.sampled_from(["anna", "Bob", "éric", None]),
            "channel": st.sampled_from(["SMS", "CALL"]),
            "ago": LATENESS,
            "permitted_after": st.none() | LATENESS,
            "open_since": st.none() | LATENESS,
            "counted": st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=2)),
            "counted_until": st.none() | LATENESS,
            "late": st.none() | LATENESS,
            "cancelled": st.booleans(),
        }
    ),
    max_size=40,
)


def recount(tasks: list[FollowupTask], since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """The figures counted by the rule, one task at a time."""
    lateness: dict[str, list[timedelta]] = {"": [], "_wall": []}
    done, by_wall, decided = 0, 0, defaultdict(list)
    for task in tasks:
        if (since and task.due_at < since) or (until and task.due_at >= until):
            continue
        if task.completed_at is None and (task.cancelled_at or task.due_at >= NOON):
            continue
        wall = (task.completed_at or NOON) - task.due_at
        permitted = late_for(task, NOON)
        if task.completed_at:
            done += 1
            by_wall += task.late_for is None
            permitted = max(wall, timedelta()) if task.late_for is None else task.late_for
        for clock, late in (("", permitted), ("_wall", wall)):
            lateness[clock].append(late)
            for limit, allowed in (("30m", 30), ("2h", 120)):
                is_beyond = late > minutes(allowed)
                if task.completed_at or is_beyond:
                    decided[f"within_{limit}{clock}"].append(not is_beyond)
    size = len(lateness[""])
    return {
        **{"count": size, "completed": done, "open_overdue": size - done, "by_wall_clock": by_wall},
        **{
            f"{name}{clock}": round(sorted(lates)[math.ceil(size * share / 100) - 1] / minutes(1), 2) if size else None
            for clock, lates in lateness.items()
            for name, share in zip(PERCENTILES, (50, 90, 99), strict=True)
        },
        **{name: sum(decided[name]) / len(decided[name]) if decided[name] else None for name in within(0, 0)},
    }


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=TASKS, since=st.none() | LATENESS, until=st.none() | LATENESS, by=st.sampled_from(("owner", "channel")))
def test_the_report_agrees_with_a_plain_recount(
    db: None, drawn: list[dict[str, Any]], since: timedelta | None, until: timedelta | None, by: str
) -> None:
    after, before = (None if ago is None else NOON - ago for ago in (since, until))
    if after and before and after >= before:
        after, before = before, after + timedelta(microseconds=1)
    with transaction.atomic():
        tasks = made(drawn)
        whole, groups = sla_report(since=after, until=before, by=[by], now=NOON)
        assert sla_report(since=after, until=before, now=NOON).whole == whole == recount(tasks, after, before)
        for group in groups:
            of_group = [task for task in tasks if getattr(task, by) == group[by]]
            assert group == {by: group[by], **recount(of_group, after, before)}
        assert sum(group["count"] for group in groups) == whole["count"]
        transaction.set_rollback(True)


def made(drawn: list[dict[str, Any]]) -> list[FollowupTask]:
    ladder: FollowupLadder = LadderFactory.create()
    steps = count(1)
    return FollowupTask.objects.bulk_create(
        FollowupTask(
            ladder=ladder,
            step=next(steps),
            channel=task["channel"],
            due_at=NOON - task["ago"],
            actionable_at=None if task["permitted_after"] is None else NOON - task["ago"] + task["permitted_after"],
            open_from=None if task["open_since"] is None else NOON - task["open_since"],
            open_until=None if task["open_since"] is None else NOON - task["open_since"] + timedelta(hours=5),
            late_for=task["counted"],
            late_until=None if task["counted_until"] is None else NOON - task["counted_until"],
            province="ON",
            owner=task["owner"],
            correlation_id="made",
            created_at=NOON,
            completed_at=None if task["late"] is None else NOON - task["ago"] + task["late"],
            cancelled_at=NOON if task["cancelled"] else None,
        )
        for task in drawn
    )


# Over the API -----------------------------------------------------------------------------------------------------------


def test_the_api_reports_the_last_week_by_default_in_total_and_by_group(auditor: APIClient) -> None:
    completed(late=minutes(45), due_at=NOON - timedelta(days=2), ladder__owner="va1")
    overdue(by=timedelta(days=7), ladder__owner="va1")
    overdue(by=timedelta(days=7, microseconds=1), ladder__owner="va2")
    figures = {
        **{"count": 2, "completed": 1, "open_overdue": 1, "by_wall_clock": 0},
        **percentiles(45, 10080, 10080),
        **within(0.0, 0.5),
    }
    assert auditor.get(SLA, {"by": "Owner"}).json() == {
        **figures,
        **{"since": "2026-12-08T18:00:00Z", "until": "2026-12-15T18:00:00Z", "by": "owner"},
        "groups": [{"owner": "va1", **figures}],
    }
    earlier = auditor.get(SLA, {"until": "2026-12-08T18:00:00Z"}).json()
    assert (earlier["since"], earlier["by"], earlier["count"], earlier["groups"]) == ("2026-12-01T18:00:00Z", None, 1, [])


@pytest.mark.parametrize("by", GROUPS)
def test_the_api_groups_the_report(auditor: APIClient, by: str) -> None:
    task = overdue(by=minutes(1))
    (group,) = auditor.get(SLA, {"by": by}).json()["groups"]
    assert group[by] == getattr(task, by)
    assert group["count"] == 1


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"by": "colour"}, "by"),
        ({"since": "yesterday"}, "since"),
        ({"until": "2026-12-15T18:00:00"}, "until"),
        ({"since": "2026-12-15T18:00:00Z", "until": "2026-12-15T18:00:00Z"}, "since"),
        ({"since": "2026-12-16T18:00:00Z"}, "since"),  # until is now
        ({"by": "owner", "window": 5}, "window"),
        ({"until": "2026-12-15T18:00:00Z", "window": 500}, "window"),
    ],
)
def test_the_api_names_a_bad_parameter(auditor: APIClient, given: Any, attr: str) -> None:
    response = auditor.get(SLA, given)
    assert (response.status_code, attrs(response)) == (400, [attr])


# Printed and drawn ------------------------------------------------------------------------------------------------------


def test_json_holds_the_figures() -> None:
    completed(late=minutes(45), ladder__owner="va1")
    counts = {"count": 1, "completed": 1, "open_overdue": 0, "by_wall_clock": 0}
    figures = {**counts, **percentiles(45, 45, 45), **within(0.0, 1.0)}
    assert json.loads(printed("--by", "owner, step", "--format", "json")) == [{"owner": "va1", "step": 1, **figures}]
    assert json.loads(printed("--format", "json")) == [figures]


def test_csv_has_a_header_and_a_line_for_each_group() -> None:
    completed(late=minutes(45), ladder__owner='says "hi", often')
    (row,) = csv.DictReader(StringIO(printed("--by", "owner", "--format", "csv")))
    assert row == {
        "owner": 'says "hi", often',
        **{"count": "1", "completed": "1", "open_overdue": "0", "by_wall_clock": "0"},
        **{f"{name}{clock}": "45.0" for name in PERCENTILES for clock in ("", "_wall")},
        **within("0.0", "1.0"),
    }
    assert printed("--by", "step", "--format", "csv", "--since", "2030-01-01T00:00:00Z").splitlines() == [
        "step,count,completed,open_overdue,by_wall_clock,p50,p90,p99,p50_wall,p90_wall,p99_wall,"
        "within_30m,within_2h,within_30m_wall,within_2h_wall"
    ]


def test_the_table_shows_labels_unchanged_and_the_total_below() -> None:
    completed(late=minutes(45), ladder__owner="[red]va1[/red]")
    overdue(by=minutes(77), ladder__owner="va2")
    table = printed("--by", "owner,province")
    for shown in (
        "owner",
        "province",
        "ON",
        "[red]va1[/red]",
        "45.0",
        "77.0",
        "0.0%",
        "100.0%",
        "all",
        "lateness in permitted minutes",
    ):
        assert shown in table
    assert " 2 " in table


@pytest.mark.parametrize("owner", ["=1+1", "+1", "-1", "@sum(1)"])
def test_no_cell_of_the_csv_is_a_formula(owner: str) -> None:
    completed(late=minutes(45), ladder__owner=owner)
    (row,) = csv.DictReader(StringIO(printed("--by", "owner", "--format", "csv")))
    assert row["owner"] == f"'{owner}"
    assert json.loads(printed("--by", "owner", "--format", "json"))[0]["owner"] == owner


def test_the_command_covers_all_time_by_default() -> None:
    overdue(by=timedelta(days=400))
    assert json.loads(printed("--format", "json"))[0]["open_overdue"] == 1


def test_the_output_can_go_to_a_file(tmp_path: Path) -> None:
    overdue(by=minutes(5), ladder__owner="Éric")
    file = tmp_path / "sla.csv"
    assert printed("--by", "owner", "--format", "csv", "--output", str(file)) == ""
    assert [row["owner"] for row in csv.DictReader(StringIO(file.read_text(encoding="utf-8")))] == ["Éric"]


def test_the_chart_shows_the_groups_and_the_total() -> None:
    overdue(by=minutes(5), ladder__owner=None)
    overdue(by=minutes(6), ladder__owner="a name that is far too long to be drawn in full")
    report = sla_report(by=["owner"])
    rows = chart_rows(report, "owner")
    assert [name for name, _ in rows] == ["a name that is far too long…", "nobody", "all"]
    assert [row for _, row in rows] == [*report.groups, report.whole]


def test_a_chart_of_many_groups_shows_the_latest_in_order() -> None:
    groups = [{"step": step, "p90": step * 7 % 50} for step in range(50)]
    rows = chart_rows(SlaReport({}, groups), "step")
    assert [name for name, _ in rows] == [*(str(step) for step in range(50) if step * 7 % 50 >= 50 - BARS_MAX), "all"]


def test_a_file_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file or directory"):
        printed("--output", str(tmp_path / "nowhere" / "sla.txt"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--by", "colour"), '--by: "colour" is none of province, market, owner, channel, step.'),
        (("--by", "owner,,step"), '--by: "" is none of'),
        (("--by", "owner,owner"), "--by: a field is named twice."),
        (("--since", "2026-11-01T00:00:00"), "--since: The time has no zone"),
        (("--until", "yesterday"), "--until: Datetime has wrong format"),
        (("--since", "2026-11-02T00:00:00Z", "--until", "2026-11-02T00:00:00Z"), "--since: Must lie before until."),
        (("--format", "xml"), "invalid choice: 'xml'"),
    ],
)
def test_a_wrong_argument_is_a_clear_error(arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says.replace(".", r"\.")):
        printed(*arguments)
