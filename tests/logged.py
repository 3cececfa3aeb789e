"""The log of the product, as its own formatter writes it."""

import io
import json
import logging
from collections.abc import Callable
from logging.config import DictConfigurator
from typing import Any

import pytest
from structlog.stdlib import ProcessorFormatter

from wholesale import settings as product

Lines = Callable[[], list[dict[str, Any]]]


def logged_lines(monkeypatch: pytest.MonkeyPatch, level: int = logging.INFO) -> Lines:
    """Begin to record. The returned function gives the lines since its last call."""
    stream = _listen(monkeypatch, level)

    def lines() -> list[dict[str, Any]]:
        written = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return [json.loads(line) for line in written.splitlines()]

    return lines


def _listen(monkeypatch: pytest.MonkeyPatch, level: int) -> io.StringIO:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    described: dict[str, Any] = {**product.LOGGING["formatters"]["structured"]}  # type: ignore[index]
    described["processors"] = [ProcessorFormatter.remove_processors_meta, *product._renderers["json"]]
    handler.setFormatter(DictConfigurator({}).configure_formatter(described))
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [handler])
    monkeypatch.setattr(root, "level", level)
    root.manager._clear_cache()  # type: ignore[attr-defined]  # which levels are enabled
    return stream
