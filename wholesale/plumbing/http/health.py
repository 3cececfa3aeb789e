"""The probes: `/healthz` tells that the process answers, `/readyz` that it can do its work."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, JsonResponse

from wholesale.plumbing.checks import check_time_zones


def pending_migrations() -> list[str]:
    """Return the unapplied migrations as sorted `app.name`, also those before an applied migration."""
    loader = MigrationLoader(connection)
    return sorted(f"{app}.{name}" for app, name in loader.graph.nodes.keys() - loader.applied_migrations.keys())


def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200, which shows that the process answers."""
    return JsonResponse({"ok": True})


def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 if the database answers, all migrations are applied and the time zones are right, else 503 with the cause.

    Warnings do not cause a 503: with them the process can still record facts and engage the kill switch.
    """
    checks = {name: _passes(check) for name, check in _CHECKS.items()}
    warnings = {name: _passes(check) for name, check in sorted(_warnings.items())}
    ok = all(result == "ok" for result in checks.values())
    return JsonResponse({"ok": ok, "checks": checks, "warnings": warnings}, status=200 if ok else 503)


def warn_of(name: str, check: Callable[[], str | None]) -> None:
    """Register a check for the warnings of `/readyz`. Each app does so in `ready()`.

    The check returns what is wrong, or None if all is well. It may use one quick query.
    """
    _warnings[name] = check


def _passes(check: Callable[[], str | None]) -> str:
    try:
        return check() or "ok"
    except Exception as error:
        return f"{type(error).__name__}"


def _database() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return None


def _migrations() -> str | None:
    pending = pending_migrations()
    return f"{len(pending)} not applied" if pending else None


def _zones() -> str | None:
    ZoneInfo("America/Vancouver")
    errors = check_time_zones()
    return str(errors[0].msg) if errors else None


_CHECKS: dict[str, Callable[[], str | None]] = {"database": _database, "migrations": _migrations, "zones": _zones}
_warnings: dict[str, Callable[[], str | None]] = {}
