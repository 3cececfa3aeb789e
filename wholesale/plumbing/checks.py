"""System checks of the settings and the time zones. Each has an id, such as wholesale.E001, and a test."""

import zoneinfo
from typing import Any

import tzdata
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

TZDATA_NEEDED = (2026, 6)
_ENGINES = ("django.db.backends.sqlite3", "wholesale.plumbing.postgresql")


@register()
def check_time_zones(**kwargs: Any) -> list[CheckMessage]:
    """wholesale.E001 and E002: time zones come only from the package tzdata, and it must know Canada's changes of 2026."""
    found: list[CheckMessage] = []
    if zoneinfo.TZPATH:
        found.append(
            Error(
                f"Time zones are read from {zoneinfo.TZPATH[0]} before the tzdata package",
                hint="Something reset zoneinfo's path after wholesale.settings did; an operating system's copy may be old.",
                id="wholesale.E001",
            )
        )
    if tuple(int(part) for part in tzdata.__version__.split(".")[:2]) < TZDATA_NEEDED:
        found.append(
            Error(
                f"tzdata {tzdata.__version__} is an hour wrong for BC, AB, MB and NT since November 2026",
                hint="Install tzdata 2026.6 or newer.",
                id="wholesale.E002",
            )
        )
    return found


@register()
def check_database(**kwargs: Any) -> list[CheckMessage]:
    """wholesale.E003 and E004: the database must be SQLite or PostgreSQL, and only PostgreSQL may have a connection pool."""
    engine = settings.DATABASES["default"]["ENGINE"]
    if engine not in _ENGINES:
        return [Error(f"DATABASE_URL names {engine}", hint="Use sqlite:///... or postgresql://...", id="wholesale.E003")]
    if settings.DB_POOL and engine == _ENGINES[0]:
        return [Error("DB_POOL is set, but SQLite has no pool", hint="Set DB_POOL=0.", id="wholesale.E004")]
    return []


@register()
def check_token_cache(**kwargs: Any) -> list[CheckMessage]:
    """wholesale.W005: a process remembers API tokens for too long. A revoked token works until it is forgotten."""
    if settings.TOKEN_CACHE_SECONDS <= 60:
        return []
    return [
        Warning(
            f"A revoked token is accepted for another {settings.TOKEN_CACHE_SECONDS:g} seconds",
            hint="Set TOKEN_CACHE_SECONDS to 60 or less.",
            id="wholesale.W005",
        )
    ]


@register(Tags.security, deploy=True)
def check_https(**kwargs: Any) -> list[CheckMessage]:
    """wholesale.W006, at deploy: HTTPS is off, so API tokens travel unencrypted."""
    if settings.HTTPS or settings.DEBUG:
        return []
    return [Warning("HTTPS is off: tokens travel readable", hint="Set HTTPS=true behind a TLS proxy.", id="wholesale.W006")]


@register(Tags.security, deploy=True)
def check_contact_digest_key(**kwargs: Any) -> list[CheckMessage]:
    """wholesale.W007, at deploy: contact digests have no key. Anybody could find a number by trying all numbers."""
    if settings.CONTACT_DIGEST_KEY != settings.UNKEYED:
        return []
    return [
        Warning(
            "CONTACT_DIGEST_KEY is not set: the digest of a phone number tells the number",
            hint="Set it to at least 50 random characters, once: under another key no opt-out is found.",
            id="wholesale.W007",
        )
    ]


@register(Tags.security, deploy=True)
def check_proxies(**kwargs: Any) -> list[CheckMessage]:
    """wholesale.W008, at deploy: if TRUSTED_PROXIES does not count a proxy, all clients seem to have the same address."""
    if not settings.HTTPS or settings.TRUSTED_PROXIES:
        return []
    return [
        Warning(
            "TRUSTED_PROXIES is 0, but HTTPS needs a proxy: a few wrong passwords of anybody lock the login for all",
            hint="Set it to how many proxies stand in front; each must append to X-Forwarded-For.",
            id="wholesale.W008",
        )
    ]
