"""The lanes (kinds) of requests. Each lane has its own threads, so slow requests delay only requests of their lane.

Once a thread has needed a connection to the database, it keeps it.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum


class Lane(StrEnum):
    """The lanes. Each is for one kind of requests."""

    URGENT = "urgent"  # the probe and the kill switch
    LOGIN = "login"  # posted passwords: hashing one takes most of a second
    ADMIN = "admin"  # pages for people: reports, imports
    API = "api"


# The first matching prefix decides.
_PREFIXES = (
    ("/api/governance/go-live/kill-switch/", Lane.URGENT),
    ("/api/schema", Lane.ADMIN),
    ("/api/docs", Lane.ADMIN),
    ("/api/", Lane.API),
    ("/healthz", Lane.URGENT),
    ("/admin/governance/golivestate/", Lane.URGENT),
    ("/admin/", Lane.ADMIN),
    ("/readyz", Lane.ADMIN),
)
_PASSWORDS = ("/admin/login", "/admin/password_change/", "/admin/auth/user/")
AT_ONCE = {Lane.LOGIN: 4}  # requests of a worker that may run or wait at the same time; more are refused


def lane_of(method: str, path: str) -> Lane:
    """Return the lane that handles a request."""
    if method == "POST" and path.startswith(_PASSWORDS):
        return Lane.LOGIN
    return next((lane for prefix, lane in _PREFIXES if path.startswith(prefix)), Lane.API)


def start(threads: int) -> Mapping[Lane, ThreadPoolExecutor]:
    """Start the threads of a worker: `threads` each for the lanes of the API and of the admin, one for each other lane."""
    many = (Lane.API, Lane.ADMIN)
    return {lane: ThreadPoolExecutor(threads if lane in many else 1, thread_name_prefix=lane) for lane in Lane}
