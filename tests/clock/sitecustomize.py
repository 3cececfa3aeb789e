"""Python runs this file at its start if PYTHONPATH names its folder. It sets the clock of the process to TEST_CLOCK.

The clock runs on from there. A process started by this one has the same clock, so that the tests and their servers agree on
the time, and no test depends on the hour of its run.
"""

import os
import time
from datetime import datetime, timedelta

import time_machine

if at := os.environ.get("TEST_CLOCK"):
    began = float(os.environ.setdefault("TEST_CLOCK_BEGAN", str(time.time())))
    time_machine.travel(datetime.fromisoformat(at) + timedelta(seconds=time.time() - began)).start()
