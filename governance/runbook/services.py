"""Running the checks, and showing and storing what they found."""

import logging
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from governance.decisions import ExecutionClass, verb
from governance.runbook.models import RunbookRun
from governance.runbook.registry import Check, Finding, Severity, one_status, registered
from wholesale.plumbing.act import Act
from wholesale.plumbing.texts import iso_utc

logger = logging.getLogger(__name__)
_GROUPS = {Severity.BLOCKER: "blockers", Severity.WARNING: "warnings", Severity.INFO: "info"}


@verb(ExecutionClass.READ)
def status(now: datetime | None = None) -> dict[str, Any]:
    """What every check finds now, as the API shows it: failing checks in `blockers` and `warnings`, all others in `info`."""
    now = now or timezone.now()
    found: dict[str, Any] = {"generated_at": iso_utc(now), "blockers": [], "warnings": [], "info": []}
    with one_status():
        findings = [(check, _found(check, now)) for check in registered()]
    for check, finding in findings:
        severity = finding.severity or check.severity
        item = {
            "id": check.id,
            "ok": finding.ok,
            "severity": severity.value,
            "message": finding.message,
            "detail": finding.detail,
        }
        found["info" if finding.ok else _GROUPS[severity]].append(item)
    found["ok_to_enable_go_live"] = not found["blockers"]
    return found


def blockers(now: datetime | None = None) -> list[dict[str, Any]]:
    """The findings of the failing checks that forbid go-live now."""
    return status(now)["blockers"]


def _found(check: Check, now: datetime) -> Finding:
    # In a transaction, a check that fails in the database must not break the checks after it.
    savepoint = transaction.atomic() if transaction.get_connection().in_atomic_block else nullcontext()
    try:
        with savepoint:
            return check.function(now)
    except Exception as error:
        logger.exception("runbook check %s raised", check.id)
        return Finding(
            False, _("The check itself failed: %(error)s") % {"error": type(error).__name__}, severity=Severity.BLOCKER
        )


def as_markdown(found: dict[str, Any]) -> str:
    """Turn a status into a page of markdown."""
    lines = ["# Runbook", "", f"As of {found['generated_at']}.", ""]
    verdict = "Nothing blocks going live." if found["ok_to_enable_go_live"] else "**Do not go live: there are blockers.**"
    lines += [verdict, ""]
    for title, group in (("Blockers", "blockers"), ("Warnings", "warnings"), ("Checks", "info")):
        lines += [f"## {title}", ""]
        lines += [f"- {'ok' if item['ok'] else 'NOT OK'} `{item['id']}`: {_line(item['message'])}" for item in found[group]]
        lines += [] if found[group] else ["None."]
        lines += [""]
    return "\n".join(lines)


def _line(message: str) -> str:
    # A reason may have line breaks, which would end the list.
    return " ".join(message.split())


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def store_run(*, act: Act) -> RunbookRun:
    """Store what every check finds now, in English and UTC, with who stores it and why."""
    with override("en"), timezone.override(UTC):
        found = status(act.now)
    return RunbookRun.objects.create(
        status=found,
        ok_to_enable_go_live=found["ok_to_enable_go_live"],
        changed_by=act.actor,
        user=act.user,
        reason=act.reason,
        correlation_id=act.correlation_id,
        created_at=act.now,
    )
