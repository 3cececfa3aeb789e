"""Run `pip install --requirement FILE` and print its progress now and then: the first time takes minutes.

It runs in the new environment, so it uses only Python's standard library.
"""

import re
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

EVERY = 2  # seconds at least between two lines of progress
KEPT = 40  # last lines of pip's output that are shown if it fails
PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", "--requirement"]


def main(requirements: str) -> int:
    """Install the packages. Return pip's exit code."""
    wanted = len(re.findall(r"^[A-Za-z0-9]", Path(requirements).read_text(), re.MULTILINE))
    _say(f"Installing {wanted} packages into {Path(sys.prefix).name}, several hundred MB. It takes some minutes, once.")
    started = time.monotonic()
    last: deque[str] = deque(maxlen=KEPT)
    with subprocess.Popen([*PIP, requirements], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        said, found = started, 0
        for line in pip.stdout:
            last.append(line)
            collecting = re.search(r"^(?:Collecting|Processing) (?:\S*/)?(\S+)", line)
            found += collecting is not None
            if line.startswith("Installing collected packages"):
                _say("  All packages are here. Unpacking them: a minute or so ...")
            elif collecting and time.monotonic() - said >= EVERY:
                said = time.monotonic()
                _say(f"  {found} of {wanted}: {collecting[1]}")
    if pip.returncode:
        sys.stderr.writelines(last)
    else:
        _say(f"Installed in {time.monotonic() - started:.0f} s.")
    return pip.returncode


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
