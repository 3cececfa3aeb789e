"""Python starts with this where PYTHONPATH names its folder: it sets the clock of the process to TEST_CLOCK.

The clock goes on from there. A process that this one starts goes on with the same clock, so that the tests and their servers
agree on the time, and no test depends on the hour at which somebody runs it.
"""

import os
import time
from datetime import datetime, timedelta

import time_machine

if at := os.environ.get("TEST_CLOCK"):
    began = float(os.environ.setdefault("TEST_CLOCK_BEGAN", str(time.time())))
    time_machine.travel(datetime.fromisoformat(at) + timedelta(seconds=time.time() - began)).start()
