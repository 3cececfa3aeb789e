"""Which thread does a request. A lane has threads of its own, so what takes long holds up only its own kind.

Each thread keeps a connection to the database once it has needed one.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum


class Lane(StrEnum):
    """The kinds of requests."""

    URGENT = "urgent"  # the probe and the kill switch
    LOGIN = "login"  # a posted password: to hash it takes most of a second of a processor
    ADMIN = "admin"  # pages for people: reports, imports
    API = "api"


# The first that fits.
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
AT_ONCE = {Lane.LOGIN: 4}  # so many may be under way or wait, in one worker; others are refused


def lane_of(method: str, path: str) -> Lane:
    """The lane of a request."""
    if method == "POST" and path.startswith(_PASSWORDS):
        return Lane.LOGIN
    return next((lane for prefix, lane in _PREFIXES if path.startswith(prefix)), Lane.API)


def start(threads: int) -> Mapping[Lane, ThreadPoolExecutor]:
    """The threads of a worker: so many for the API and for the admin, one for each other lane."""
    many = (Lane.API, Lane.ADMIN)
    return {lane: ThreadPoolExecutor(threads if lane in many else 1, thread_name_prefix=lane) for lane in Lane}
