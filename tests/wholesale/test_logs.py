"""Logs: structured, with the correlation id, and without anybody's data."""

import json
import logging
import sys
from logging.config import DictConfigurator
from typing import Any

import pytest
import structlog
from structlog.stdlib import ProcessorFormatter

from wholesale import correlation
from wholesale import settings as product


def formatted(processors: Any) -> str:
    """A line about an exception, as the product's own formatter writes it."""
    described: dict[str, Any] = {**product.LOGGING["formatters"]["structured"]}  # type: ignore[index]
    described["processors"] = [ProcessorFormatter.remove_processors_meta, *processors]
    formatter: logging.Formatter = DictConfigurator({}).configure_formatter(described)
    token = "-".join(["very", "secret"])
    try:
        raise RuntimeError("the database is gone")
    except RuntimeError:
        assert token
        record = logging.LogRecord("a.logger", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    return formatter.format(record)


@pytest.mark.parametrize("kind", ["json", "console"])
def test_a_traceback_tells_the_fault_and_no_values(kind: str) -> None:
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
