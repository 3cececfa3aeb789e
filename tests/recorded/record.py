"""Record the walk anew: `python -m tests.recorded.record`. Then read in `git diff` what changed and whether it was meant."""

import os
import sys
from pathlib import Path

import pytest

RECORDING = "RECORD_THE_WALK"  # the environment variable that says so to the test


def main() -> int:
    """Walk every operation and write what was answered."""
    os.environ[RECORDING] = "yes"
    return pytest.main(["-n", "0", str(Path(__file__).with_name("test_walk.py"))])


if __name__ == "__main__":
    sys.exit(main())
