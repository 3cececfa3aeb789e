"""Governance's own checks of the runbook. Beside `gate`, the one place that looks into several rooms."""

from datetime import datetime

import tzdata
from django.conf import settings
from django.db import connection

from governance.golive.services import current_state
from governance.heimdall.models import HeimdallPolicy
from governance.market.models import MarketPolicy
from governance.risk.models import RiskPolicy
from governance.risk.rules import GLOBAL
from governance.runbook.registry import Finding, Severity, register
from wholesale import append_only
from wholesale.checks import check_time_zones
from wholesale.health import pending_migrations
from wholesale.vocabulary import ALL, Province


@register("kill_switch.free", Severity.BLOCKER, "The kill switch is free")
def kill_switch_free(now: datetime) -> Finding:
    """A missing row counts as engaged."""
    state = current_state()
    if state is None:
        return Finding(False, "The go-live row is missing, which stops everything. Releasing the kill switch makes it.")
    if state.kill_switch_engaged:
        return Finding(False, f"The kill switch was engaged by {state.changed_by}: {state.reason}")
    return Finding(True, "The kill switch is free.")


@register("market.policies", Severity.BLOCKER, "Every province has a contact policy")
def market_policies(now: datetime) -> Finding:
    """As market ALL, on or off."""
    present = set(MarketPolicy.objects.filter(market=ALL).values_list("province", flat=True))
    missing = sorted(set(Province.values) - present)
    if missing:
        return Finding(False, f"No contact policy for {', '.join(missing)}. Run seed_policies.", missing)
    return Finding(True, "All 13 provinces have a contact policy.")


@register("risk.caps", Severity.BLOCKER, "Every enabled risk policy has a cap")
def risk_caps(now: datetime) -> Finding:
    """And GLOBAL, which every reservation must pass, is there and on."""
    policies = list(RiskPolicy.objects.filter(enabled=True))
    if GLOBAL not in {policy.engine for policy in policies}:
        return Finding(False, "The risk policy GLOBAL is missing or off: nothing can be reserved.")
    uncapped = [
        policy.engine
        for policy in policies
        if not (policy.max_daily_loss or policy.max_daily_exposure or policy.max_open_risk or policy.max_actions_per_day)
    ]
    if uncapped:
        return Finding(False, f"Enabled without any cap: {', '.join(uncapped)}.", uncapped)
    return Finding(True, f"{len(policies)} risk policies are enabled, each with a cap.")


@register("heimdall.charter", Severity.BLOCKER, "There is a charter for AI advice")
def heimdall_charter(now: datetime) -> Finding:
    """Its production use may well be off."""
    domains = list(HeimdallPolicy.objects.values_list("domain", flat=True))
    if not domains:
        return Finding(False, "No Heimdall policy: no advice could ever be judged. Add one for each domain of advice.")
    return Finding(True, f"{len(domains)} domains have a charter.", domains)


def _environment_severity() -> Severity:
    return Severity.BLOCKER if settings.GO_LIVE_ENFORCE else Severity.WARNING


@register("environment.debug", Severity.WARNING, "DEBUG is off and the secret key is set")
def environment_debug(now: datetime) -> Finding:
    """A blocker where go-live is enforced."""
    if settings.DEBUG:
        return Finding(False, "DEBUG is on: development mode.", severity=_environment_severity())
    return Finding(True, "DEBUG is off and SECRET_KEY is set.")


@register("environment.migrations", Severity.WARNING, "All migrations are applied")
def environment_migrations(now: datetime) -> Finding:
    """A blocker where go-live is enforced."""
    pending = pending_migrations()
    if pending:
        message = f"Migrations not applied: {', '.join(pending)}."
        return Finding(False, message, pending, _environment_severity())
    return Finding(True, "All migrations are applied.")


@register("environment.time_zones", Severity.BLOCKER, "Time zone data is current")
def environment_time_zones(now: datetime) -> Finding:
    """An hour wrong is a call at night."""
    errors = check_time_zones()
    if errors:
        return Finding(False, str(errors[0].msg))
    return Finding(True, f"Zones come from tzdata {tzdata.__version__} alone.")


@register("environment.append_only", Severity.BLOCKER, "Append-only tables are protected")
def environment_append_only(now: datetime) -> Finding:
    """By their triggers."""
    unprotected = append_only.missing(connection)
    if unprotected:
        return Finding(False, f"No trigger on {', '.join(unprotected)}. Run migrate.", unprotected)
    return Finding(True, "Every append-only table has its trigger.")


@register("environment.backups", Severity.INFO, "Backups are configured")
def environment_backups(now: datetime) -> Finding:
    """By the word of whoever set BACKUPS_CONFIGURED: the product cannot see them."""
    if not settings.BACKUPS_CONFIGURED:
        return Finding(False, "Nobody has said that backups are made: docs/operations.md, then BACKUPS_CONFIGURED=true.")
    return Finding(True, "Backups are configured, by the word of BACKUPS_CONFIGURED.")
