"""Requests sent both ways: past the lane of plain requests, as Django and DRF alone answer them, and then by the lane."""

import logging
import re
from datetime import datetime
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from tests.logged import Lines, logged_lines
from tests.recorded.masks import Masks
from wholesale.plumbing.http import lane

_CSRF_TOKEN = re.compile(rb'"[A-Za-z0-9]{64}"')


def past_the_lane() -> Any:
    """A context in which no request is taken for a plain one."""
    return patch.object(lane, "is_plain", lambda request: False)


def send_all_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on each request of an APIClient to the API is sent both ways. Only what the second does is kept.

    The answers are equal, and so are the lines in the log, except for ids, times and durations.
    """
    send, lines = APIClient.generic, logged_lines(monkeypatch, logging.INFO)

    def twice(client: Any, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
        if not path.startswith("/api/"):
            return send(client, method, path, *args, **kwargs)
        with time_machine.travel(timezone.now(), tick=False):
            with past_the_lane(), transaction.atomic():
                expected = _told(send(client, method, path, *args, **kwargs), lines, timezone.now())
                transaction.set_rollback(True)
            response = send(client, method, path, *args, **kwargs)
            told = _told(response, lines, timezone.now())
        assert told == expected, f"by the lane: {told}\npast it: {expected}"
        return response

    monkeypatch.setattr(APIClient, "generic", twice)


def _told(response: Any, lines: Lines, now: datetime) -> Any:
    """What a request was answered and what was logged, without what differs between two requests."""
    masks, headers = Masks([], now), dict(response.headers)
    if "Content-Length" in headers:
        headers["Content-Length"] = "right" if int(headers["Content-Length"]) == len(response.content) else "wrong"
    is_json = headers.get("Content-Type") == "application/json" and response.content
    body = masks.value(response.json()) if is_json else _CSRF_TOKEN.sub(b"", response.content)
    return response.status_code, masks.value(headers), body, [masks.value(_line(line)) for line in lines()]


def _line(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the log without its duration, and without the frames of its exceptions."""
    raised = [stack["exc_type"] for stack in line.get("exception", ())]
    return {**{name: value for name, value in line.items() if name != "duration_ms"}, "exception": raised}
