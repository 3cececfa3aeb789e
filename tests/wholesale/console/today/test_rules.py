"""Today's pure parts: the first line, the tiles, the map, the funnel, the spans and the charts."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from kpi.tripwire.levels import POINTS_MAX, cusum_points, rolling_means, thinned
from wholesale.console.today.alerts import Alert, Tone, in_order, verdict
from wholesale.console.today.figures import SentOffer
from wholesale.console.today.provinces import PLACES, STEPS, shade_of, tiles
from wholesale.console.today.tiles import count_tile, minutes_tile, rate_tile
from wholesale.console.today.trends import acceptance, binned, funnel_counts
from wholesale.plumbing.charts import LINE, Series, chart
from wholesale.plumbing.days import Compared
from wholesale.plumbing.vocabulary import Province

NOW = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")


def alert(tone: Tone, what: str = "Something") -> Alert:
    return Alert(tone, what)


# The first line ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("red", "amber", "name", "line"),
    [
        (0, 0, "well", "All is well."),
        (0, 1, "amber", "Nothing is broken; 1 thing is worth a look."),
        (1, 0, "red", "1 thing needs you now."),
        (2, 3, "red", "2 things need you now; 3 things are worth a look."),
    ],
)
def test_the_first_line_says_whether_all_is_well(red: int, amber: int, name: str, line: str) -> None:
    found = verdict([alert(Tone.RED)] * red + [alert(Tone.AMBER)] * amber)

    assert (found.name, found.line) == (name, line)


@given(st.lists(st.sampled_from(Tone)))
def test_what_is_red_stands_first_and_nothing_is_lost(tones: list[Tone]) -> None:
    alerts = [alert(tone, str(n)) for n, tone in enumerate(tones)]
    ordered = in_order(alerts)

    assert sorted(ordered, key=lambda one: int(one.what)) == alerts
    assert [one.is_red for one in ordered] == sorted((one.is_red for one in alerts), reverse=True)
    assert (verdict(ordered).tone is None) == (not tones)


# Tiles ------------------------------------------------------------------------------------------------------------------


def test_a_tile_says_what_changed_and_whether_it_is_better() -> None:
    more, fewer, same, first = (count_tile("Leads", now, before) for now, before in ((6, 4), (3, 4), (4, 4), (4, 0)))
    assert [(tile.change, tile.is_better) for tile in (more, fewer, same, first)] == [
        ("+50%, 4 before", True),
        ("-25%, 4 before", False),
        ("as many as before", None),
        ("none before", None),
    ]
    slower, faster = minutes_tile("Speed", 12, 10), minutes_tile("Speed", 8.4, 10)
    assert [(tile.value, tile.change, tile.is_better) for tile in (slower, faster)] == [
        ("12 min", "+2 min, 10 min before", False),
        ("8 min", "-2 min, 10 min before", True),
    ]
    rate, unknown, nothing = rate_tile("SLA", 0.925, 0.9), rate_tile("SLA", 0.5, None), rate_tile("SLA", None, 0.5)
    assert (rate.change, rate.is_better) == ("+2.5 points, 90% before", True)
    assert (unknown.change, unknown.is_better) == ("nothing before to compare with", None)
    assert (nothing.value, nothing.change) == ("-", "nothing to measure")


# The map ----------------------------------------------------------------------------------------------------------------


def test_each_province_has_a_tile_of_its_own() -> None:
    assert PLACES.keys() == set(Province)
    assert len(set(PLACES.values())) == len(Province)
    shown = tiles({"ON": 5.0, "QC": 0.0}, str, lambda code: f"/{code}")
    by_code = {tile.code: tile for tile in shown}
    assert (by_code["ON"].shade, by_code["QC"].shade, by_code["BC"].shade) == (STEPS - 1, 0, None)
    assert (by_code["ON"].name, by_code["ON"].value, by_code["ON"].link) == ("Ontario", "5.0", "/ON")


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.floats(1, 1e9))
def test_a_higher_value_is_never_shaded_lighter(one: float, other: float, highest: float) -> None:
    low, high = sorted(min(value, highest) for value in (one, other))
    shades = shade_of(low, highest), shade_of(high, highest)
    assert shades[0] is not None
    assert shades[1] is not None
    assert 0 <= shades[0] <= shades[1] < STEPS
    assert (shades[0] == 0) == (low == 0)


# The funnel -------------------------------------------------------------------------------------------------------------


def offer(*, told: datetime | None = None, accepted: bool = False, contracted: bool = False, lead: str = "L1") -> SentOffer:
    return SentOffer("ON", NOW - timedelta(days=1), told, accepted, contracted, False, lead, NOW)


def test_who_came_to_a_stage_came_to_all_before_it() -> None:
    statuses = {"NEW": 3, "NOT_INTERESTED": 2, "APPOINTMENT": 1, "CLOSED": 1}
    assert funnel_counts(statuses, []) == [7, 4, 2, 1, 1, 1]
    # Two offers to one lead are one lead; an offer says more than a status that nobody changed.
    assert funnel_counts(statuses, [offer(), offer(), offer(lead="L2"), offer(lead="L3")]) == [7, 4, 3, 3, 1, 1]


@given(st.dictionaries(st.sampled_from(["NEW", "CONTACTED", "DEAD", "UNDER_CONTRACT", "CLOSED"]), st.integers(0, 99)))
def test_a_funnel_never_widens(statuses: dict[str, int]) -> None:
    counts = funnel_counts(statuses, [offer(contracted=True)])
    assert counts == sorted(counts, reverse=True)


# Spans and charts -------------------------------------------------------------------------------------------------------


def test_the_span_before_is_as_long_and_ends_at_the_same_hour() -> None:
    span = Compared.last(7, NOW, TORONTO)

    assert span.since == datetime(2026, 11, 24, 5, 0, tzinfo=UTC)  # midnight in Toronto
    assert span.before == (span.since - timedelta(days=7), NOW - timedelta(days=7))
    assert [day.day for day in span.all_days()] == [24, 25, 26, 27, 28, 29, 30]
    assert span.holds(span.since)
    assert not span.holds(NOW)
    assert not span.held_before(span.since - timedelta(hours=1))  # the rest of that day belongs to neither


@pytest.mark.parametrize("days", [7, 30, 90])
def test_bins_cover_the_days_without_a_gap(days: int) -> None:
    span = Compared.last(days, NOW, TORONTO)
    bins = binned(span)

    assert (bins[0][0], bins[-1][1]) == (span.since, NOW)
    assert all(end == begin for (_, end), (begin, _) in pairwise(bins))
    assert len(bins) <= 7


def test_acceptance_has_its_interval() -> None:
    span = Compared.last(7, NOW, TORONTO)
    told = [offer(told=NOW - timedelta(hours=1), accepted=accepted) for accepted in (True, False, False, False)]

    shown = acceptance(told, span)

    assert shown.rows[-1] == ["Nov 30", "25%", "5% - 70%"]  # Wilson of 1 in 4
    assert shown.rows[0] == ["Nov 24", "-", "-"]


def test_a_chart_and_its_table_say_the_same_in_the_language() -> None:
    limits = Series("Red", [0.5, 0.5], "red", LINE, dashed=True)
    with translation.override("fr"):
        shown = chart("Accepted", ["a", "b"], [Series("Rate", [0.25, None]), limits], by="Day", rate=True)

    data, options = json.loads(shown.data), json.loads(shown.options)
    assert (shown.headers, shown.rows) == (["Day", "Rate", "Red"], [["a", "25\xa0%", "50\xa0%"], ["b", "-", "50\xa0%"]])
    assert [one["data"] for one in data["datasets"]] == [[0.25, None], [0.5, 0.5]]
    assert data["datasets"][1]["borderDash"]
    assert (options["locale"], options["scales"]["y"]["ticks"]["format"]["style"]) == ("fr-CA", "percent")


# Control charts ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 1), max_size=60), st.integers(1, 9))
def test_a_rolling_mean_is_the_mean_of_the_last_values(values: list[int], window: int) -> None:
    found = rolling_means([float(value) for value in values], window)
    expected = [sum(values[end - window : end]) / window for end in range(window, len(values) + 1)]
    assert found == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), max_size=400))
def test_a_long_line_is_thinned_and_keeps_its_last_point(points: list[float]) -> None:
    found = thinned(points)
    assert len(found) <= POINTS_MAX
    assert found[-1:] == points[-1:]
    if len(points) <= POINTS_MAX:
        assert found == points


def test_failures_raise_a_cusum_and_without_a_baseline_there_is_none() -> None:
    rising = cusum_points([0.0] * 5, 0.5, 0.4)
    assert rising == sorted(rising)
    assert rising[-1] > 0 == cusum_points([1.0], 0.5, 0.4)[0]
    assert cusum_points([0.0], 0.0, 0.4) == []
