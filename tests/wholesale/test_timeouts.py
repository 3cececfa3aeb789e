"""Statements, locks and open transactions have timeouts by kind of process. A timeout is 503."""

import json
import time
from pathlib import Path

import pytest
from django.db import Error, connection, transaction

from tests.wholesale.test_settings import SHOW, run
from wholesale.plumbing.http.handlers import error_response
from wholesale.plumbing.work.timeouts import DEFAULTS, Process, Timeouts, process_of, read


@pytest.mark.parametrize(
    ("line", "process"),
    [
        ("/srv/wholesale/manage.py serve --port 8000", Process.WEB),
        ("manage.py runserver", Process.WEB),
        ("manage.py worker", Process.WORKER),
        ("manage.py migrate", Process.COMMAND),
        ("manage.py", Process.COMMAND),
        ("/usr/bin/gunicorn wholesale.wsgi", Process.WEB),
        ("", Process.WEB),
    ],
)
def test_the_command_line_gives_the_kind_of_process(line: str, process: Process) -> None:
    assert process_of(line.split()) == process


def test_a_request_waits_least_and_a_command_longest() -> None:
    web, worker, command = (DEFAULTS[process] for process in Process)
    for a_request, a_task, a_command in zip(web, worker, command, strict=True):
        assert 0 < a_request < a_task < a_command


def test_timeouts_go_to_the_server_as_options() -> None:
    assert read(" 3, 2,1 ", Timeouts(9, 9, 9)).options == (
        "-c statement_timeout=3s -c lock_timeout=2s -c idle_in_transaction_session_timeout=1s"
    )
    assert read("0,2,0", Timeouts(9, 9, 9)).options == "-c lock_timeout=2s"
    assert read("", Timeouts(9, 8, 7)) == Timeouts(9, 8, 7)


@pytest.mark.parametrize("text", ["5", "5,5", "5,5,x", "5,5,-1", "1,2,3,4"])
def test_a_setting_that_is_not_three_numbers_of_seconds_stops_the_start(text: str, tmp_path: Path) -> None:
    done = run(SHOW, tmp_path, DATABASE_URL="postgresql://u@127.0.0.1/x", DEBUG="true", DB_TIMEOUTS_WEB=text)
    assert done.returncode != 0
    assert "DB_TIMEOUTS_WEB must be three numbers of seconds" in done.stderr


def shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_session_has_the_timeouts_of_its_process() -> None:
    assert (shown("statement_timeout"), shown("lock_timeout")) == ("5min", "2min")  # from tests/settings.py
    assert shown("idle_in_transaction_session_timeout") == "5min"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("bound", ["statement_timeout", "idle_in_transaction_session_timeout"])
def test_a_timeout_is_503(bound: str, rf: object) -> None:
    with pytest.raises(Error) as caught, transaction.atomic(), connection.cursor() as cursor:  # noqa: PT012
        cursor.execute(f"SET {bound} = 100")
        if bound == "statement_timeout":
            cursor.execute("SELECT pg_sleep(5)")
        time.sleep(0.3)
        cursor.execute("SELECT 1")
    connection.close()
    answer = error_response(caught.value, rf.get("/api/x"))  # type: ignore[attr-defined]
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert [error["code"] for error in json.loads(answer.content)["errors"]] == ["database_unavailable"]
