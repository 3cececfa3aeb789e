"""Logs: structured, with the correlation id, and without personal data."""

import json
import logging
import sys
from logging.config import DictConfigurator
from typing import Any

import pytest
import structlog
from django.db import IntegrityError
from django_tasks_db.models import DBTaskResult
from structlog.stdlib import ProcessorFormatter

from tests.factories import NOON
from wholesale import settings as product
from wholesale.plumbing import correlation
from wholesale.plumbing.log_text import json_line, masked
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.task_failures import conclude


def formatted(processors: Any, error: Exception | None = None) -> str:
    """A line about an exception, as the product's own formatter writes it."""
    described: dict[str, Any] = {**product.LOGGING["formatters"]["structured"]}  # type: ignore[index]
    described["processors"] = [ProcessorFormatter.remove_processors_meta, *processors]
    formatter: logging.Formatter = DictConfigurator({}).configure_formatter(described)
    token = "-".join(["very", "secret"])
    try:
        raise error or RuntimeError("the database is gone")
    except Exception:
        assert token
        record = logging.LogRecord("a.logger", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    return formatter.format(record)


@pytest.mark.parametrize("kind", ["json", "console"])
def test_a_traceback_shows_the_fault_and_no_values(kind: str) -> None:
    line = formatted(product._renderers[kind])
    assert "it failed" in line
    assert "RuntimeError" in line
    assert "very-secret" not in line


def test_a_line_carries_the_correlation_id_and_the_time_in_utc() -> None:
    with correlation.correlated(), structlog.contextvars.bound_contextvars():
        correlation.use("C-1")
        line = json.loads(formatted(product._renderers["json"]))
    assert (line["correlation_id"], line["level"], line["logger"]) == ("C-1", "error", "a.logger")
    assert line["timestamp"].endswith("Z")
    assert line["exception"][0]["exc_value"] == "the database is gone"


@pytest.mark.parametrize("kind", ["json", "console"])
def test_a_traceback_hides_what_its_exception_quotes(kind: str) -> None:
    said = (
        'duplicate key value violates unique constraint "lead_phone"\n'
        "DETAIL:  Key (phone)=(+14165550987) already exists: Failing row contains (7, Jane,\n\n Roe)."
    )
    line = formatted(product._renderers[kind], IntegrityError(said))
    assert "IntegrityError" in line
    assert "duplicate key value violates unique constraint" in line
    for personal in ("4165550987", "Jane", "Roe"):
        assert personal not in line


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("could not convert string to float: 'Jane'", "could not convert string to float: ..."),
        ('invalid input syntax for type uuid: "x"', "invalid input syntax for type uuid: ..."),
        ("call 416 555-0987 or +1 (416) 555-0987", "call ... or ..."),
        ("wrote to jane@example.ca", "wrote to ..."),
        ("row 1234 of 99", "row 1234 of 99"),
        ("the database is gone", "the database is gone"),
    ],
)
def test_possible_personal_data_is_masked(text: str, kept: str) -> None:
    assert masked(text) == kept


def test_the_row_of_a_failed_task_hides_what_its_exception_quotes(db: None) -> None:
    periodic.enqueue_turn("wholesale.plumbing.work.tasks.clear_expired", NOON)
    number = "+14165550987"
    try:
        raise ValueError(f"no number: {number}")
    except ValueError as error:
        conclude(DBTaskResult.objects.get(), error, NOON)
    stored = DBTaskResult.objects.get().traceback
    assert "4165550987" not in stored
    assert stored.splitlines()[-1] == "ValueError"
    assert "test_logs.py" in stored


@pytest.mark.parametrize("value", ["é\u2028b", "\ud800", 2**70, 0.5, None, [1, {"a": "b"}]])
def test_a_line_is_one_line_of_ascii_json(value: Any) -> None:
    text = json_line({"value": value}, repr)
    assert text.isascii()
    assert json.loads(text) == {"value": value}


def test_a_line_shows_what_json_does_not_know_as_a_text() -> None:
    assert json.loads(json_line({"value": {1, 2}}, repr)) == {"value": "{1, 2}"}
