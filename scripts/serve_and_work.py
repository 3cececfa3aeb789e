"""Run the server and the background worker side by side, as the last step of `make up`.

Ctrl-C, SIGTERM or the end of the server ends both. If the worker ends by itself, it is reported and started again.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

BIN = Path(os.environ["VENV"]) / "bin"
WORKER = [str(BIN / "python"), "manage.py", "worker"]
SERVER = [str(BIN / "python"), "manage.py", "serve", "--port", os.environ["PORT"], "--workers", "1", "--threads", "2"]
AGAIN_MOST = 60  # seconds: the longest wait before an ended worker is started again; the first wait is 2
GRACE = 2  # seconds that a process gets after the terminal's Ctrl-C before it is terminated
PATIENCE = 10  # seconds from the termination to a kill


class Stopped(BaseException):
    """A signal asked both processes to end."""


def main() -> int:
    """Run both until the end. Return the server's exit code, or 128 plus the number of the signal."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # not under nohup
        signal.signal(signal.SIGHUP, _stop)
    running: list[subprocess.Popen[bytes]] = []
    told = 0
    try:
        server = _started(SERVER, running)
        _keep_working(server, running)
        return server.wait()
    except Stopped as stopped:
        told = stopped.args[0]
        return 128 + told
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for process in running:
            _end(process, by_terminal=told == signal.SIGINT)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped(number)


def _started(
    command: list[str], running: list[subprocess.Popen[bytes]], stdout: int | None = None
) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(command, stdout=stdout)
    running.append(process)
    return process


def _keep_working(server: subprocess.Popen[bytes], running: list[subprocess.Popen[bytes]]) -> None:
    """Keep a worker running until the server ends."""
    seconds = 1
    while True:
        began = time.monotonic()
        worker = _started(WORKER, running, stdout=subprocess.DEVNULL)  # what it logs is on stderr
        if _next_to_end(running) is server:
            return
        running.remove(worker)
        seconds = 1 if time.monotonic() - began > AGAIN_MOST else min(2 * seconds, AGAIN_MOST)
        sys.stderr.write(f"\nThe background worker has ended (exit code {worker.returncode}). Again in {seconds} s.\n")
        if _ends_within(server, seconds):
            return


def _next_to_end(running: list[subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    number, status = os.wait()
    process = next(process for process in running if process.pid == number)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process


def _end(process: subprocess.Popen[bytes], *, by_terminal: bool) -> None:
    """End a process and wait for it. After a Ctrl-C, give it time first: a second signal makes a worker drop its task."""
    if by_terminal and _ends_within(process, GRACE):
        return
    process.terminate()
    if not _ends_within(process, PATIENCE):
        process.kill()
        process.wait()


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
