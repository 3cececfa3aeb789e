"""What Today shows of tasks agrees with the SLA report, with the breaches, and with the clock of its zone."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followups.sla.breaches import at_risk
from followups.sla.by_day import Figures, first_steps_by_day, sla_by_day
from followups.sla.report import sla_report
from followups.tasks.figures import DueTasks, due_by_province
from followups.tasks.models import FollowupTask
from followups.tasks.reading import contacts_of
from tests.factories import NOON, TaskFactory, completed
from wholesale.plumbing.days import Compared

pytestmark = pytest.mark.django_db
TORONTO = ZoneInfo("America/Toronto")
HOUR = timedelta(hours=1)


def test_the_days_of_the_sla_are_those_of_the_report() -> None:
    for hours in (1, 12, 14, 40, 100, 163, 168, 170, 300, 400):
        completed(late=timedelta(minutes=hours), due_at=NOON - hours * HOUR, step=1 + hours % 2)
        TaskFactory.create(due_at=NOON - hours * HOUR, actionable_at=NOON - hours * HOUR, open_from=NOON - hours * HOUR)
    span = Compared.last(7, NOON, TORONTO)

    found, first_steps = sla_by_day(span, NOON), first_steps_by_day(span, NOON)

    def agrees(every: Figures, firsts: Figures, since: datetime, until: datetime) -> None:
        whole = sla_report(since=since, until=until, now=NOON).whole
        steps = {group["step"]: group for group in sla_report(since=since, until=until, by=["step"], now=NOON).groups}
        first = steps.get(1, {"count": 0})
        assert every == {name: whole[name] for name in ("count", "within_30m", "within_2h")}
        assert firsts == {name: first.get(name) for name in ("count", "p50", "p90", "p99")}

    agrees(found.current, first_steps.current, span.since, NOON)
    agrees(found.previous, first_steps.previous, *span.before)
    edges = [*span.beginnings(), NOON]
    assert list(found.days) == list(first_steps.days) == span.all_days()
    for n, day in enumerate(found.days):
        agrees(found.days[day], first_steps.days[day], edges[n], edges[n + 1])
    assert found.current["count"] > first_steps.current["count"] > 0


MINUTES = st.integers(-60, 400)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(MINUTES, st.sampled_from(["ON", "QC"]), st.booleans(), st.booleans()), max_size=6))
def test_due_tasks_are_counted_as_their_lists_count_them(db: None, drawn: list[tuple[int, str, bool, bool]]) -> None:
    FollowupTask.objects.all().delete()
    for minutes, province, is_open_now, has_breach in drawn:
        due_at = NOON - timedelta(minutes=minutes)
        TaskFactory.create(
            due_at=due_at,
            ladder__province=province,
            open_from=NOON - 9 * HOUR,
            open_until=NOON + (HOUR if is_open_now else -HOUR),
            warns_at=due_at + HOUR / 2,
            breached_due_at=due_at if has_breach else None,
        )
    tasks = FollowupTask.objects.all()

    for province in ("ON", "QC"):
        own = tasks.filter(province=province)
        expected = DueTasks(
            own.due(NOON).count(),
            own.permitted(NOON).count(),
            (own.breached() & own.due(NOON)).count(),
            at_risk(NOON).filter(province=province).count(),
        )
        assert due_by_province(NOON).get(province, DueTasks()) == expected


def test_contacts_are_counted_by_the_hour_of_the_zone() -> None:
    for at, outcome in ((13, "REACHED"), (13, "REACHED"), (4, "NO_ANSWER")):  # 08:00 in Toronto, and 23:00 the day before
        when = datetime(2026, 12, 15, at, 30, tzinfo=UTC)
        TaskFactory.create(due_at=when, completed_at=when, completed_by="va1", outcome=outcome)
    before = NOON - timedelta(days=8)
    TaskFactory.create(due_at=before, completed_at=before, completed_by="va1")
    TaskFactory.create(due_at=NOON - HOUR, completed_at=NOON - HOUR, completed_by="x", correlation_id="walkthrough-1")

    found = contacts_of(Compared.last(7, NOON, TORONTO))

    assert (found.current, found.previous) == (3, 1)
    assert found.by_hour == {(8, "REACHED"): 2, (23, "NO_ANSWER"): 1}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 15 * 24 * 3600 * 1000), st.sampled_from(["REACHED", "NO_ANSWER", ""])), max_size=8),
    st.sampled_from(["America/Toronto", "America/St_Johns", "Asia/Kathmandu", "UTC"]),
    st.sampled_from([datetime(2026, 11, 5, 12, tzinfo=UTC), datetime(2026, 3, 12, 17, 7, 3, 5, tzinfo=UTC)]),
)
def test_contacts_by_hour_are_those_that_a_recount_finds_also_where_the_clock_changes(
    db: None, drawn: list[tuple[int, str]], name: str, now: datetime
) -> None:
    FollowupTask.objects.all().delete()
    zone, edge = ZoneInfo(name), timedelta(microseconds=1)
    span = Compared.last(7, now, zone)
    times = [(now - timedelta(milliseconds=ago), outcome) for ago, outcome in drawn]
    times += [
        (at, "REACHED") for at in (span.since - edge, span.since, span.until - edge, span.before[1], span.before[1] - edge)
    ]
    for at, outcome in times:
        TaskFactory.create(due_at=at, completed_at=at, completed_by="va1", outcome=outcome)

    found = contacts_of(span)

    assert found.by_hour == Counter((at.astimezone(zone).hour, outcome) for at, outcome in times if span.holds(at))
    assert found.current == sum(span.holds(at) for at, _outcome in times)
    assert found.previous == sum(span.held_before(at) for at, _outcome in times)
