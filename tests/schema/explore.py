"""Schemathesis checks a served application against its whole API schema.

There are two explorations. The first covers all but the kill switch, and no answer may be 5xx. The second covers the kill
switch and the verbs that it stops, with the documented 503. It comes last, since an engaged switch hides other answers.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.served import Server

CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
_SWITCH = "kill-switch/"
_STOPPED = (
    "kill-switch/|ladder/(create|bulk)$|offers/compute$|followups/due$|check-and-reserve$|sandbox/trial$|heimdall/recommend$"
)


@dataclass(frozen=True)
class Exploration:
    """A run of schemathesis and its report."""

    passed: bool
    report: str


def explore(
    server: Server, token: str, *, phases: Sequence[str], max_examples: int, coverage: str = "all", seed: int | None = None
) -> list[Exploration]:
    """Run both explorations. Without a seed each run is the same. With "positive" the phase of coverage tries the edges of
    what is valid, a third of its requests."""
    _fill(server, token)
    common = ["--continue-on-failure"]
    common += ["--generation-deterministic"] if seed is None else ["--seed", str(seed), "--generation-database", "none"]
    whole = [*common, "--phases", ",".join(phases), "--max-examples", str(max_examples), "--exclude-path-regex", _SWITCH]
    stopped = [*common, "--phases", "fuzzing", "--max-examples", str(max_examples), "--include-path-regex", _STOPPED]
    return [
        _run(server, token, whole, coverage, expected=("2xx", "3xx", "4xx")),
        _run(server, token, stopped, coverage, expected=("2xx", "3xx", "4xx", "503")),
    ]


def _run(server: Server, token: str, options: Sequence[str], coverage: str, *, expected: Sequence[str]) -> Exploration:
    with tempfile.TemporaryDirectory(prefix="wholesale-schema-") as folder:
        configuration = Path(folder) / "schemathesis.toml"
        configuration.write_text(
            f"[checks]\nnot_a_server_error.expected-statuses = {list(expected)}\n"
            f"[phases.coverage.generation]\nmode = '{coverage}'\n"
        )
        command = [
            *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(configuration), "run"),
            *(f"{server.url}/api/schema", "--header", f"Authorization: Token {token}", "--no-color"),
            *("--checks", ",".join(CHECKS), *options),
        ]
        # In a separate folder, since schemathesis writes files where it runs.
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return Exploration(done.returncode == 0, done.stdout)


def _fill(server: Server, token: str) -> None:
    """Make a row with id 1 of every kind, and enable offers in a province, so that answers are not empty."""
    with server.client(token) as client:
        for path, body in (
            ("deals/offers/policies/upsert", {"province": "ON", "enabled": True}),
            ("deals/offers/compute", {"province": "ON", "arv": 450_000, "repairs": 50_000, "comps": [{"price": 440_000}]}),
            ("followups/leads/upsert", {"lead_id": "L1", "province": "ON", "phone": "416-555-0123", "score": 0.5}),
            ("followups/ladder/create", {"province": "ON", "market": "TORONTO", "lead_id": "L1", "owner": "bryan"}),
            ("followups/task/1/complete", {}),
            ("buyers/liquidity/feedback", {"province": "ON", "event": "BOUGHT", "buyer_id": "B1"}),
            ("governance/risk/check-and-reserve", {"engine": "WHOLESALE", "amount": 10}),
            ("governance/heimdall/sandbox/trial", {"domain": "BUYER_MATCH", "confidence": 0.9, "success": True}),
            ("governance/runbook/runs", {"reason": "to have one"}),
        ):
            client.post(f"/api/{path}", json=body).raise_for_status()
