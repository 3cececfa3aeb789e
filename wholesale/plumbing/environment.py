"""Reading environment variables strictly: an invalid value stops the start. This is imported before the settings."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

from wholesale.plumbing.work.timeouts import DEFAULTS as DEFAULT_TIMEOUTS
from wholesale.plumbing.work.timeouts import Process, Timeouts
from wholesale.plumbing.work.timeouts import read as read_timeouts

env = environ.Env()


def switch(name: str, *, default: bool) -> bool:
    """Read an on/off variable; empty counts as absent. A misspelt value ("ture") must not switch a protection off.

    Raises:
        ImproperlyConfigured: the value is neither true nor false.

    """
    word = env.str(name, default="").strip().lower()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0"):
        return False
    if word:
        raise ImproperlyConfigured(f"{name} must be true or false, not {word!r}")
    return default


def timeouts_of(process: Process) -> Timeouts:
    """Read the database timeouts of this kind of process from its variable, such as DB_TIMEOUTS_WEB.

    Raises:
        ImproperlyConfigured: the value is not three numbers of seconds.

    """
    name = f"DB_TIMEOUTS_{process.upper()}"
    try:
        return read_timeouts(env.str(name, default=""), DEFAULT_TIMEOUTS[process])
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be three numbers of seconds, such as 30,10,60 ({error})") from error


def days(name: str, *, default: int) -> int:
    """Read a variable that is a number of days; empty counts as absent.

    Raises:
        ImproperlyConfigured: the value is not a whole number from 0 to 3650.

    """
    word = env.str(name, default="").strip() or str(default)
    if not (word.isascii() and word.isdecimal() and int(word) <= 3650):
        raise ImproperlyConfigured(f"{name} must be a number of days from 0 to 3650, not {word!r}")
    return int(word)


def whole_number(name: str, *, default: int, least: int, most: int) -> int:
    """Read a variable that is a whole number; empty counts as absent.

    Raises:
        ImproperlyConfigured: the value is not a whole number from `least` to `most`.

    """
    word = env.str(name, default="").strip() or str(default)
    if not (word.isascii() and word.isdecimal() and least <= int(word) <= most):
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {word!r}")
    return int(word)


def zone(name: str, *, default: str) -> str:
    """Read a variable that is a time zone by its IANA name; empty counts as absent.

    Raises:
        ImproperlyConfigured: tzdata knows no such zone.

    """
    given = env.str(name, default="").strip() or default
    try:
        return ZoneInfo(given).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ImproperlyConfigured(f"{name} must be a zone such as America/Toronto, not {given!r}") from error
