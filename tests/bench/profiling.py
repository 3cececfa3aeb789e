"""Where the time of one request goes: cProfile over the WSGI application in this process."""

import cProfile
import os
import pstats
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from tests.bench.operations import Operation, Values
from tests.served import ROOT

WARM_UP = 100
LISTED = 12  # functions in the list of the most expensive ones, among those
LISTED_BELOW = 0.5  # that take less than this share: above it are only the wrappers of all the rest

# The beginning of a file's path, below site-packages or the project, names its layer. A built-in counts for its caller.
_LAYERS = (
    ("psycopg", "driver and the wait for the database"),
    ("django/db/", "Django's ORM"),
    ("django/", "Django, the rest"),
    ("whitenoise/", "Django, the rest"),
    ("asgiref/", "Django, the rest"),
    ("structlog/", "logging"),
    ("python:logging/", "logging"),
    ("rest_framework/", "DRF"),
    ("knox/", "DRF"),
    ("drf_", "DRF"),
    ("./wholesale/", "our plumbing"),
    ("./", "our apps"),
)
_OTHERS = "standard library, the rest"


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile of one operation, in this process with one connection. Times are milliseconds a request."""

    operation: str
    plain: float  # without the profiler
    layers: list[tuple[str, float]]  # share of the profiled time, largest first
    dearest: list[tuple[str, int, float]]  # function, calls a request, share of the time within it and what it calls


def environ(operation: Operation, values: Values, token: str) -> dict[str, Any]:
    """A WSGI environment for one request."""
    factory = RequestFactory(headers={"Authorization": f"Token {token}"}, SERVER_NAME="127.0.0.1")
    return dict(factory.generic(operation.method, operation.filled(values)).environ)


class Caller:
    """Calls the WSGI application as a server does."""

    def __init__(self) -> None:
        self.application = WSGIHandler()

    def __call__(self, request: dict[str, Any], wanted: int = HTTPStatus.OK) -> bytes:
        """Return the body of the answer.

        Raises:
            RuntimeError: the answer has another status.

        """
        response = self.application(dict(request), _start_response)
        body = b"".join(response)
        response.close()
        if response.status_code != wanted:
            raise RuntimeError(f"{response.status_code}: {body[:500]!r}")
        return body


def _start_response(status: str, headers: Any, exc_info: Any = None, /) -> Callable[[bytes], object]:
    return bytes


def profile(operation: Operation, values: Sequence[Values], token: str, *, requests: int) -> Profile:
    """Run half of so many requests without the profiler and half under it. Values are reused if there are too few."""
    call = Caller()
    environs = [environ(operation, value, token) for value in values]
    queue = (environs[n % len(environs)] for n in range(requests))
    half = (requests - WARM_UP) // 2

    def run(count: int) -> None:
        for request in islice(queue, count):
            call(request, operation.status)

    run(WARM_UP)
    started = time.perf_counter()
    run(half)
    plain = (time.perf_counter() - started) / half * 1000
    profiler = cProfile.Profile()
    profiler.runcall(run, half)
    return _summary(operation.name, plain, profiler, half)


def _summary(name: str, plain: float, profiler: cProfile.Profile, count: int) -> Profile:
    stats: dict[tuple[str, int, str], Any] = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    layers: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, callers) in stats.items():
        if file == "~":
            for (caller, _, _), (_, _, part, _) in callers.items():
                layers[_layer(caller)] += part
        else:
            layers[_layer(file)] += own
    total = sum(layers.values())
    dearest = sorted(
        (
            (f"{_short(file)}:{function}", round(calls / count), cumulative / total)
            for (file, _, function), (_, calls, _, cumulative, _) in stats.items()
            if file != "~" and cumulative < LISTED_BELOW * total
        ),
        key=lambda row: -row[2],
    )
    return Profile(name, plain, [(layer, part / total) for layer, part in layers.most_common()], dearest[:LISTED])


def _layer(file: str) -> str:
    short = _short(file)
    return next((layer for beginning, layer in _LAYERS if short.startswith(beginning)), _OTHERS)


def _short(file: str) -> str:
    """Return a short path: below site-packages, `./` for the project, `python:` for the standard library."""
    if "/site-packages/" in file:
        return file.rsplit("/site-packages/", 1)[1]
    if file.startswith(f"{ROOT}/"):
        return f"./{file.removeprefix(f'{ROOT}/')}"
    return f"python:{file.removeprefix(f'{os.path.dirname(os.__file__)}/')}"
