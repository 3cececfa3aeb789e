"""The measures of a ratio study: those of the standard, on figures that can be followed by hand."""

import pytest

from offers.studies.ratios import Valued, by_decile, figures, groups, histogram, is_within
from offers.studies.tables import COLUMNS, ranges_text, ratio_table


def valued(price: float, estimate: float, place: str = "ON A", width: float = 0.1) -> Valued:
    return Valued(place, price, estimate, estimate * (1 - width), estimate * (1 + width))


ROWS = [valued(100, 90), valued(200, 200), valued(300, 330), valued(400, 480, "ON B")]


def test_the_measures_are_those_of_the_standard() -> None:
    found = figures(ROWS)
    assert (found["n"], found["median_ratio"]) == (4, 1.05)
    assert found["cod"] == pytest.approx(100 * (0.15 + 0.05 + 0.05 + 0.15) / 4 / 1.05, abs=1e-3)
    assert found["prd"] == pytest.approx(1.05 / (1100 / 1000), abs=1e-4)
    assert found["prb"] > 0.05  # dear houses are estimated too high
    assert (found["within_10"], found["within_20"], found["coverage"]) == (0.75, 1.0, 0.5)


def test_an_estimate_without_an_interval_does_not_count_for_coverage() -> None:
    assert figures([*ROWS[1:2], Valued("ON A", 100, 100, None, None)])["coverage"] == 1.0


def test_few_estimates_have_no_spread() -> None:
    found = figures(ROWS[:2])
    assert (found["n"], found["cod"], found["prd"], found["prb"]) == (2, None, None, None)
    assert figures([])["median_ratio"] is None


def test_groups_are_all_each_place_and_each_third_by_price() -> None:
    found = groups([valued(100 + n, 100 + n, "ON B" if n < 4 else "ON A") for n in range(10)])
    assert [(group["group"], group["n"]) for group in found] == [
        ("all", 10),
        ("ON A", 6),
        ("ON B", 4),
        ("cheapest third", 3),
        ("middle third", 4),
        ("dearest third", 3),
    ]


@pytest.mark.parametrize(
    ("name", "value", "within"),
    [
        ("cod", 15.0, True),
        ("cod", 15.1, False),
        ("prd", 0.97, False),
        ("prb", -0.05, True),
        ("cod", None, None),
        ("n", 3, None),
    ],
)
def test_a_measure_is_held_to_its_range(name: str, value: float | None, within: bool | None) -> None:
    assert is_within(name, value) is within


def test_each_ratio_is_in_one_bin() -> None:
    found = histogram([valued(100, ratio) for ratio in (1, 99.9, 100.1, 104, 500)])
    assert sum(count for _, count in found) == 5
    assert dict(found)[1.0] == 2
    assert (found[0], found[-1]) == ((0.5, 1), (1.45, 1))


def test_each_tenth_by_price_has_its_median_ratio() -> None:
    assert len(by_decile([valued(100 + n, 100 + n) for n in range(100)])) == 10
    assert by_decile(ROWS[:1]) == [(100, 0.9)]


def test_the_table_shows_the_ranges_and_what_lies_outside() -> None:
    table = ratio_table(groups(ROWS))
    assert table.headers == ["Group", *(str(column.title) for column in COLUMNS.values()), "Outside the range"]
    everything = next(table.texts())
    assert (everything[0], everything[4], everything[-1]) == ("All", "0.954", "PRD, PRB")
    assert "PRD 0.98 to 1.03" in ranges_text()
