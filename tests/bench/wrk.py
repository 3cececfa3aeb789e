"""Load by wrk, which the distribution packages."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench.server import Site

CONNECTIONS = 16
THREADS = 2
TIMEOUT = 2  # seconds without an answer after which a request is an error
TAIL = 3.0  # p99 must stay under so many times p50
_SCRIPT = Path(__file__).with_name("requests.lua")


class WrkIsMissing(Exception):
    """wrk is not installed: `apt-get install wrk` (Debian, Ubuntu), `brew install wrk` (macOS)."""


@dataclass(frozen=True, slots=True)
class Load:
    """The measurements of one round of load. Times are in milliseconds."""

    requests: int
    rate: float
    p50: float
    p99: float
    errors: int
    example: str  # the text of one error

    @property
    def tail(self) -> float:
        """The ratio of p99 to p50."""
        return self.p99 / self.p50

    def with_error(self, example: str) -> "Load":
        """Return the load with one more error."""
        return replace(self, errors=self.errors + 1, example=example)


def require_wrk() -> None:
    """Check that wrk is installed.

    Raises:
        WrkIsMissing: it is not installed.

    """
    if shutil.which("wrk") is None:
        raise WrkIsMissing(WrkIsMissing.__doc__)


def drive(site: Site, *, method: str, paths: Sequence[str], once: bool, status: int, text: str, seconds: float) -> Load:
    """Send the paths for so long. An answer of another status, a sampled body without the text, a broken or timed-out
    connection and, with `once`, too few paths are errors.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(paths))
        file.flush()
        options = [
            f"-t{THREADS}",
            f"-c{CONNECTIONS}",
            f"-d{max(1, round(seconds))}s",
            f"--timeout={TIMEOUT}s",
            "-s",
            str(_SCRIPT),
        ]
        arguments = [file.name, method, str(THREADS), "once" if once else "again", str(status), text]
        done = subprocess.run(
            ["wrk", *options, "-H", f"Authorization: Token {site.token}", site.url, "--", *arguments],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    examples = (
        (found["wrong"], found["example"]),
        (found["broken"], f"{found['broken']} connections broken or without an answer for {TIMEOUT} s"),
        (found["exhausted"], "ran out of requests"),
    )
    return Load(
        requests=found["requests"],
        rate=found["requests"] / found["duration"] * 1e6,
        p50=found["p50"] / 1000,
        p99=found["p99"] / 1000,
        errors=found["wrong"] + found["broken"] + found["exhausted"],
        example=next((example for count, example in examples if count), ""),
    )
