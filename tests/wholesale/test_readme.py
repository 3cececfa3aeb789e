"""The README's curl lines work as printed (except for the address), and all links of the documents lead somewhere."""

import re
import shlex
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from wholesale.plumbing.tokens import issue_token

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text()
DOCUMENTS = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
BASE = "http://127.0.0.1:8000"

# The promise in the comment above each curl line, in order.
PROMISES: list[Callable[[Any], bool]] = [
    lambda ready: ready["ok"] is True,
    lambda policies: len({p["province"] for p in policies if p["market"] == "ALL"}) == 13,
    lambda tasks: [task["step"] for task in tasks] == [1, 2, 3, 4, 5, 6],
    lambda gate: (gate["ok"], gate["reason"]) == (True, "within_window"),
    lambda policy: policy["enabled"] is True,
    lambda offer: offer["calc"]["recommended_offer"] == 262500 and offer["evidence_id"] > 0,
    lambda node: node["active_buyer_count"] == 1,
    lambda node: node["score"] == 1,
    lambda page: [e["metric"] for e in page["results"]] == ["buyer_feedback", "offer_generated", "ladder_created"],
]


def curl_lines() -> list[str]:
    blocks: list[str] = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("curl ")]


def request_of(line: str, token: str, base: str) -> httpx.Request:
    """The request that curl makes from a line."""
    words = iter(shlex.split(line.replace("$TOKEN", token))[1:])
    method, url, headers = "GET", "", {}
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word != "-s":
            url = word
    assert url.startswith(BASE)
    return httpx.Request(method, url.replace(BASE, base), headers=headers)


def test_the_guides_eight_points_are_all_there() -> None:
    assert re.findall(r"^# (\d)\. ", README, re.MULTILINE) == list("12345678")
    assert len(curl_lines()) == len(PROMISES)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_each_curl_line_gives_the_promised_answer(live_server: LiveServer) -> None:
    token = issue_token("me", role="operator", lifetime=timedelta(hours=1))
    with httpx.Client(trust_env=False) as client:
        for line, promised in zip(curl_lines(), PROMISES, strict=True):
            answer = client.send(request_of(line, token, live_server.url))
            assert answer.is_success, (line, answer.text)
            assert promised(answer.json()), (line, answer.text)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_to_files_that_exist(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text())
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


@pytest.mark.parametrize("target", sorted(set(re.findall(r"^make (?:-s )?([a-z-]+)", README, re.MULTILINE))))
def test_every_named_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
