"""The logs of the servers hold nothing that a client wrote."""

import json
from pathlib import Path

import pytest

from tests.faults.conftest import Served
from tests.faults.test_unread_bodies import exchange, headers_of
from tests.served import developing, serving

PATHS = ("/api/followups/leads", "/admin/followups/lead/", "/zelda", "/static/zelda.css", "/healthz", "/api/zelda")
MARKS = ("5550987", "zelda", "zzsecretzz")


@pytest.mark.parametrize("start", [serving, developing], ids=["granian", "runserver"])
def test_no_server_log_holds_what_a_client_wrote(served: Served, tmp_path: Path, start: object) -> None:
    log = tmp_path / "log"
    query = "?phone=%2B14165550987&q=Zelda&token=zzsecretzz"
    with start(served.database_url, log=log, LOG_LEVEL="INFO", LOG_FORMAT="json") as server:  # type: ignore[operator]
        for path in (
            "/api/followups/leads",
            "/admin/followups/lead/",
            "/zelda",
            "/static/zelda.css",
            "/healthz",
            "/api/zelda",
        ):
            exchange(server, f"GET {path}{query}", headers_of(served, b"Referer: http://x/?q=Zelda\r\n"), b"")
        exchange(server, f"POST /api/followups/inbound{query}", headers_of(served), b"")
        exchange(server, f"POST /admin/login/{query}", b"Referer: https://zelda.example/?token=zzsecretzz\r\n", b"")
        exchange(server, f"ZELDA /{query}", b"", b"")
        exchange(server, f"GET /{query}", b"Content-Length: zelda\r\n", b"")
        exchange(server, f"GET /{query}", b"Cookie: sessionid=zzsecretzz\r\n", b"")
    written = log.read_text()
    assert not [mark for mark in MARKS if mark in written.lower()], written
    paths = {json.loads(line)["path"] for line in written.splitlines() if line.startswith("{") and '"path"' in line}
    assert {"/api/followups/leads", "/admin/login/", "/{unknown}"} <= paths
