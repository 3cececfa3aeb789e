"""Risk floors, the Heimdall charter with production use off, and the triggers of the append-only tables."""

from decimal import Decimal

from django.db import migrations
from django.utils import timezone

from wholesale.plumbing import append_only

APPEND_ONLY = (
    "governance_riskevent",
    "governance_heimdallrecommendation",
    "governance_heimdallevent",
    "governance_runbookrun",
)
# engine: loss, exposure, open risk (CAD), enabled
RISK = {
    "GLOBAL": (250, 1500, 1500, True),
    "WHOLESALE": (200, 1000, 1000, True),
    "CAPITAL": (150, 750, 750, True),
    "NOTIFY": (0, 0, 0, False),
}
# domain: confidence, trials, success rate
CHARTER = {
    "WHOLESALE_OFFER": ("0.92", 75, "0.82"),
    "BUYER_MATCH": ("0.90", 50, "0.80"),
    "CAPITAL_ROUTE": ("0.95", 100, "0.85"),
    "FOLLOWUP_NEXT_ACTION": ("0.90", 60, "0.80"),
}


def seed(apps, schema_editor):
    for engine, (loss, exposure, open_risk, enabled) in RISK.items():
        caps = {
            "enabled": enabled,
            "max_daily_loss": Decimal(loss),
            "max_daily_exposure": Decimal(exposure),
            "max_open_risk": Decimal(open_risk),
            "max_actions_per_day": 0,
        }
        _make(apps, "RiskPolicy", {"engine": engine}, caps)
    for domain, (confidence, trials, rate) in CHARTER.items():
        thresholds = {
            "min_confidence_prod": Decimal(confidence),
            "min_sandbox_trials": trials,
            "min_sandbox_success_rate": Decimal(rate),
            "prod_use_enabled": False,
            "use_lower_bound": False,
            "trial_window_days": 30,
            "recommendation_hours": 24,
        }
        _make(apps, "HeimdallPolicy", {"domain": domain}, thresholds)


def _make(apps, model, key, settings):
    now = timezone.now()
    values = {**settings, "version": 1, "changed_by": "seed", "reason": "safe default", "updated_at": now}
    policy, created = apps.get_model("governance", model).objects.get_or_create(
        **key, defaults={**values, "created_at": now}
    )
    if created:
        apps.get_model("governance", f"Historical{model}").objects.create(
            id=policy.pk, **key, **values, history_date=now, history_type="+", history_change_reason="safe default"
        )


def protect(apps, schema_editor):
    for table in APPEND_ONLY:
        append_only.install(schema_editor.connection, table)


def unprotect(apps, schema_editor):
    for table in APPEND_ONLY:
        append_only.remove(schema_editor.connection, table)


class Migration(migrations.Migration):
    dependencies = [("governance", "0003_control_plane")]
    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(protect, unprotect),
    ]
