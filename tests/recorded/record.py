"""Record the walk anew: `python -m tests.recorded.record`. Then check in `git diff` that each change is intended."""

import os
import sys
from pathlib import Path

import pytest

RECORDING = "RECORD_THE_WALK"  # the environment variable that tells the test to record


def main() -> int:
    """Walk every operation and write what was answered."""
    os.environ[RECORDING] = "yes"
    return pytest.main(["-n", "0", str(Path(__file__).with_name("test_walk.py"))])


if __name__ == "__main__":
    sys.exit(main())
