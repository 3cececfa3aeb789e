"""Tests of JSON and codes in words."""

from typing import Any

import pytest
from django.utils.translation import override

from followups.tasks.page_parts import reason_words
from kpi.receivers import METRICS, OUTCOMES
from offers.comps.arv.market import GENERAL, TERMS
from offers.comps.terms import correlations_of, terms_of
from wholesale.plumbing.spoken import code_words, folded, line, told, value_words, with_code
from wholesale.plumbing.work import periodic


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (None, "", "-"),
        ({}, "", "-"),
        ([], "", "-"),
        (True, "", "yes"),
        (0.040000000000000001, "", "0.04"),
        (0.30000000000000004, "", "0.3"),
        (57259.4, "price", "57,259.4"),
        (0.0000123, "", "0.000012"),
        (1987, "year_built", "1987"),
        (57520, "price", "57,520"),
        (123456, "task_id", "123456"),
        ("NO_ANSWER", "outcome", "No answer"),
        ("NO_ANSWER", "note", "NO_ANSWER"),
        ("ON", "province", "Ontario"),
        ("2026-11-29", "", "Nov 29, 2026"),
        ("2026-99-99", "", "2026-99-99"),
        (["consent_missing"], "reasons", "No consent to messages of this channel is on file."),
    ],
)
def test_a_value_is_told_in_words(value: Any, name: str, text: str) -> None:
    assert value_words(value, name) == text


def test_an_object_within_a_line_is_told_with_its_names_and_an_empty_one_is_left_out() -> None:
    assert value_words({"step": 5, "house": {"beds": 3, "why": {}}}) == "Step: 5, House: Bedrooms: 3"
    assert value_words({}) == value_words({"why": None}) == "-"


def test_a_detail_is_a_line_of_names_and_values_without_what_is_empty() -> None:
    detail = {"channel": "SMS", "owner": None, "step": 5, "task_id": 575}

    assert line(detail) == "Channel: Text message, Step: 5, Task: 575"
    with override("fr"):
        assert "SMS" not in line({"outcome": "NO_ANSWER"})


def test_json_is_names_with_values_and_tables_of_like_objects() -> None:
    html = told(
        {"sales": [{"price": 90000, "beds": 4}, {"price": 44000}], "notes": [{"code": "a<b"}], "grid": [[1, 2], [3, 4]]}
    )

    assert "<dt>Sales</dt>" in html
    assert '<th scope="col">Price</th><th scope="col">Bedrooms</th>' in html
    assert "<td>90,000</td><td>4</td>" in " ".join(html.split()).replace("<td> ", "<td>").replace(" </td>", "</td>")
    assert html.count("<table") == 2
    assert "a&lt;b" in html
    assert "{" not in html.replace("{{", "")


def test_what_a_program_got_is_folded() -> None:
    html = folded({"id": 1})

    assert html.index("<details") < html.index("<dt>Number</dt>")


def test_a_code_that_nobody_taught_loses_its_underscores_and_a_taught_one_has_the_code_beside_it() -> None:
    assert code_words("CAPITAL_ROUTE", "domain") == "Where capital goes"
    assert code_words("NEW_THING", "domain") == "New thing"
    assert code_words("a.module.path", "task_path") == "a.module.path"
    assert with_code("BUYER_MATCH", "domain") == 'Buyer match <span class="told-code">(BUYER_MATCH)</span>'
    assert with_code("WHOLESALE", "domain") == "Wholesale"


def test_each_metric_of_the_product_and_each_periodic_job_has_words() -> None:
    metrics = [*METRICS, *(outcome.metric for outcome in OUTCOMES.values())]
    untaught = {
        code
        for code, under in [*((one, "metric") for one in metrics), *((job.name, "task_path") for job in periodic.jobs())]
        if code_words(code, under).lower().replace(" ", "_") == code
    }

    assert not untaught


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("lapsed consent_missing", "Lapsed: No consent to messages of this channel is on file."),
        ("outcome LEFT_MESSAGE", "After the outcome: Left a message"),
        ("opted_out", "Wants no more contact"),
        ("lapsed", "lapsed"),
        ("the owner moved", "the owner moved"),
    ],
)
def test_what_the_product_noted_by_codes_is_told_in_words_and_what_a_person_wrote_as_it_is(stored: str, shown: str) -> None:
    assert reason_words(stored) == shown


def test_each_term_of_a_markets_prior_has_a_name() -> None:
    terms = terms_of(GENERAL.mean.tolist(), GENERAL.covariance.tolist())
    together = correlations_of(GENERAL.covariance.tolist())

    assert len(terms) == len(together) == len(TERMS)
    assert terms["A bathroom more"] == pytest.approx({"Mean": 0.05, "Standard deviation": 0.1})
    assert together["Lot"]["Lot"] == pytest.approx(1)
    assert together["Lot"]["Living area"] == 0
