"""The SLA report: what it counts, how it groups, how it prints."""

import csv
import json
import math
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from followups.models import FollowupTask
from followups.reports import sla_report
from tests.factories import NOON, TaskFactory, completed

pytestmark = pytest.mark.django_db


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def within(half_an_hour: Any, two_hours: Any) -> dict[str, Any]:
    """The fractions, the same by both clocks."""
    return {
        f"within_{limit}{clock}": value
        for clock in ("", "_actionable")
        for limit, value in (("30m", half_an_hour), ("2h", two_hours))
    }


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("sla_report", *arguments, stdout=out)
    return out.getvalue()


def test_nothing_completed_is_one_row_of_nothing() -> None:
    TaskFactory.create()
    nothing = {"count": 0, "p50": None, "p90": None, "p99": None, "within_30m": None, "within_2h": None}
    nothing |= {"within_30m_actionable": None, "within_2h_actionable": None}
    assert sla_report() == [nothing]
    assert sla_report(by=["owner"]) == []


def test_one_task_is_its_own_percentile() -> None:
    completed(late=minutes(31.5))
    (row,) = sla_report()
    assert row == {"count": 1, **dict.fromkeys(("p50", "p90", "p99"), 31.5), **within(0, 1)}


def test_early_is_negative_and_within() -> None:
    completed(late=minutes(-10))
    completed(late=minutes(30))
    (row,) = sla_report()
    assert (row["p50"], row["p99"], row["within_30m"]) == (-10, 30, 1)


def test_both_clocks_are_reported_for_each_group() -> None:
    morning = NOON + timedelta(hours=13)
    completed(late=morning - NOON + minutes(30), actionable_at=morning, ladder__owner="a")
    completed(late=morning - NOON + minutes(120), actionable_at=morning, ladder__owner="a")
    completed(late=minutes(30), actionable_at=None, ladder__owner="b")
    figures = [(row["owner"], *(row[name] for name in within(0, 0))) for row in sla_report(by=["owner"])]
    assert figures == [("a", 0, 0, 0.5, 1), ("b", 1, 1, 1, 1)]


def test_percentiles_are_the_nearest_rank_of_the_latenesses() -> None:
    random = Random(3)
    for size, owner in ((1, "a"), (2, "b"), (10, "c"), (37, "d"), (100, None)):
        for _ in range(size):
            completed(late=timedelta(seconds=random.randint(-600, 20_000)), ladder__owner=owner)
    for row in sla_report(by=["owner"]):
        times = FollowupTask.objects.filter(owner=row["owner"]).values_list("completed_at", "due_at")
        late = sorted((completed_at - due_at) / minutes(1) for completed_at, due_at in times if completed_at)
        assert row["count"] == len(late)
        for percentile in (50, 90, 99):
            assert row[f"p{percentile}"] == round(late[math.ceil(percentile / 100 * len(late)) - 1], 2)
        assert row["within_30m"] == sum(m <= 30 for m in late) / len(late)
        assert row["within_2h"] == sum(m <= 120 for m in late) / len(late)


def test_groups_come_in_order_with_the_unowned_last() -> None:
    for owner, province, channel in (("b", "ON", "SMS"), (None, "AB", "CALL"), ("a", "ON", "SMS"), ("a", "BC", "SMS")):
        completed(late=minutes(1), ladder__owner=owner, ladder__province=province, channel=channel)
    rows = sla_report(by=["owner", "province", "channel"])
    assert [(row["owner"], row["province"], row["channel"], row["count"]) for row in rows] == [
        ("a", "BC", "SMS", 1),
        ("a", "ON", "SMS", 1),
        ("b", "ON", "SMS", 1),
        (None, "AB", "CALL", 1),
    ]


def test_since_is_inclusive_and_until_is_not() -> None:
    for hours in range(4):
        completed(late=minutes(hours), due_at=NOON + timedelta(hours=hours) - minutes(hours))
    assert sla_report(since=NOON + timedelta(hours=1), until=NOON + timedelta(hours=3))[0]["count"] == 2
    assert sla_report(since=NOON + timedelta(hours=1))[0]["count"] == 3
    assert sla_report(until=NOON + timedelta(hours=1))[0]["count"] == 1


def test_it_is_one_query_that_reads_three_rows_a_group(django_assert_num_queries: Callable[..., Any]) -> None:
    for n in range(40):
        completed(late=minutes(n))
    with django_assert_num_queries(1) as captured:
        sla_report(by=["province", "market", "owner", "channel", "step"])
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(captured.captured_queries[0]["sql"])
        assert len(cursor.fetchall()) == 3


def test_json_holds_the_figures() -> None:
    completed(late=minutes(45), ladder__owner="va1")
    assert json.loads(printed("--by", "owner, step", "--format", "json")) == [
        {"owner": "va1", "step": 1, "count": 1, **dict.fromkeys(("p50", "p90", "p99"), 45.0), **within(0.0, 1.0)}
    ]


def test_csv_has_a_header_and_a_line_for_each_group() -> None:
    completed(late=minutes(45), ladder__owner='says "hi", often')
    (row,) = csv.DictReader(StringIO(printed("--by", "owner", "--format", "csv")))
    assert row == {
        "owner": 'says "hi", often',
        "count": "1",
        "p50": "45.0",
        "p90": "45.0",
        "p99": "45.0",
        **within("0.0", "1.0"),
    }
    assert printed("--by", "step", "--format", "csv", "--since", "2030-01-01T00:00:00Z").splitlines() == [
        "step,count,p50,p90,p99,within_30m,within_2h,within_30m_actionable,within_2h_actionable"
    ]


def test_the_table_shows_labels_as_they_are() -> None:
    completed(late=minutes(45), ladder__owner="[red]va1[/red]")
    table = printed("--by", "owner,province")
    assert "[red]va1[/red]" in table
    for shown in ("owner", "province", "ON", "45.0", "0.0%", "100.0%", "lateness in minutes"):
        assert shown in table


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--by", "colour"), '--by: "colour" is none of province, market, owner, channel, step.'),
        (("--by", "owner,,step"), '--by: "" is none of'),
        (("--by", "owner,owner"), "--by: a field is named twice."),
        (("--since", "2026-11-01T00:00:00"), "--since: The time has no zone"),
        (("--until", "yesterday"), "--until: Datetime has wrong format"),
        (("--since", "2026-11-02T00:00:00Z", "--until", "2026-11-02T00:00:00Z"), "--since must lie before --until."),
        (("--format", "xml"), "invalid choice: 'xml'"),
    ],
)
def test_a_wrong_argument_is_a_clear_error(arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says.replace(".", r"\.")):
        printed(*arguments)
