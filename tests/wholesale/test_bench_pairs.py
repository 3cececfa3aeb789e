"""The report of `make pairs` from given figures."""

import argparse
from dataclasses import replace
from datetime import date

import pytest

from tests.bench import cpu
from tests.bench.checkout import UnknownRevision, commit_of
from tests.bench.document import FIGURES, PAIRS, with_pairs, with_pairs_of
from tests.bench.operations import MORE, OPERATIONS, chosen
from tests.bench.ratios import Comparison, Pairs, Round, ratio
from tests.bench.wrk import Load

QUIET = Load(requests=100, rate=100.0, p50=1, p99=1, errors=0, example="")


def rounds(*rates: float, server: float = 0.2) -> list[Round]:
    return [Round(replace(QUIET, rate=rate), server, backends=0.1) for rate in rates]


def comparison(*results: Pairs) -> Comparison:
    about = {"before": "abc", "now": "def", "day": date(2026, 11, 29), "machine": ["2 cores"], "environment": "one"}
    return Comparison(**about, seconds=2, rounds=4, results=list(results))  # type: ignore[arg-type]


def test_a_ratio_is_the_median_of_the_pairs_with_their_quartiles() -> None:
    found = ratio([100, 200, 100, 100, 1000], [90, 200, 110, 80, 10])
    assert (found.median, found.low, found.high) == (0.9, 0.8, 1.0)
    assert str(found) == "0.90 (0.80 to 1.00)"


def test_a_row_has_the_medians_of_both_and_cpu_in_milliseconds_a_request() -> None:
    pairs = Pairs("due", before=rounds(1000, 1200, 1400), now=rounds(1200, 1200, 1200, server=0.3))
    assert pairs.row() == [
        *("due", "1,200", "1,200", "1.00 (0.93 to 1.10)"),
        *("2.00", "3.00", "1.50 (1.50 to 1.50)"),
        *("1.00", "1.00", "1.00 (1.00 to 1.00)"),
        *("1.0", "1.0"),
        "0",
    ]


def test_the_verdict_names_slower_operations_long_tails_and_wrong_answers() -> None:
    slow = Pairs("due", before=rounds(100, 100), now=rounds(86, 86))
    wrong = Pairs("claim", before=rounds(100, 100), now=rounds(87, 87), warm_ups=[QUIET.with_error("500 oops")])
    uneven = replace(QUIET, p50=2.0, p99=6.0)
    long = Pairs("sla", before=rounds(100, 100), now=[Round(uneven, 0.2, 0.1)] * 2)
    shown = comparison(slow, wrong, long)
    assert shown.verdict().splitlines() == [
        "- due: 0.86 of the earlier rate, less than 0.87",
        "- sla: p99 3.0 times p50",
        "- claim: 1 errors, such as: 500 oops",
    ]
    assert shown.failed
    good = comparison(Pairs("due", before=rounds(100, 100), now=rounds(87, 87)))
    assert not good.failed
    assert good.verdict() == (
        "No operation is slower than 0.87 of the earlier rate, p99 is under 3 times p50, and no answer was wrong."
    )


def test_the_section_begins_with_its_heading_and_replaces_the_previous_one() -> None:
    section = comparison(Pairs("due", before=rounds(100, 100), now=rounds(100, 100))).section()
    once = with_pairs("# Benchmarks\n\n## Speed\n\nfast\n", section)
    assert once == f"# Benchmarks\n\n## Speed\n\nfast\n\n{section}"
    assert with_pairs(once, f"{PAIRS}\nanother\n") == f"# Benchmarks\n\n## Speed\n\nfast\n\n{PAIRS}\nanother\n"


def test_make_bench_keeps_the_section_of_pairs() -> None:
    old = f"# Benchmarks\n\nold\n\n{PAIRS}\nmeasured\n"
    assert with_pairs_of("# Benchmarks\n\nnew\n", old) == f"# Benchmarks\n\nnew\n\n{PAIRS}\nmeasured\n"
    figures = f"{FIGURES}\nby hand\n\n{PAIRS}\nmeasured\n"
    assert with_pairs_of("# Benchmarks\n\nnew\n", f"# Benchmarks\n\nold\n\n{figures}") == f"# Benchmarks\n\nnew\n\n{figures}"
    assert with_pairs_of("# Benchmarks\n\nnew\n", "# Benchmarks\n\nold\n") == "# Benchmarks\n\nnew\n"


def test_cpu_of_a_process_that_started_meanwhile_counts_in_full_and_is_at_least_one_tick() -> None:
    assert cpu.spent({1: 100, 2: 50}, {1: 130, 3: 20}) == 50 / cpu.TICKS_A_SECOND
    assert cpu.spent({1: 100}, {1: 100}) == 1 / cpu.TICKS_A_SECOND


def test_operations_are_chosen_by_the_beginning_of_their_names() -> None:
    read = chosen((*OPERATIONS, *MORE))
    assert {operation.short_name for operation in read("can-contact,claim")} == {"can-contact", "claim"}
    with pytest.raises(argparse.ArgumentTypeError, match=r"^dew: not one of can-contact, market policies"):
        read("due,dew")


def test_an_unknown_revision_is_named() -> None:
    with pytest.raises(UnknownRevision, match=r"^--all: Git knows no such revision"):
        commit_of("--all")
