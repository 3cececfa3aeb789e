"""The guide's ladder, the one for leads whom nobody knows, what outcomes do, SLA policies, and the words of messages."""

from django.db import migrations

from followups.ladders.templates.cold_steps import COLD_STEPS
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.leads.inbound.seeds import seeds
from followups.sla.rules import BREACH_AFTER, WARN_AFTER
from followups.tasks.outcomes.rules import SEEDED, SEEDED_STATUSES
from governance.channels import Channel
from wholesale.plumbing.seeds import seed_rows
from wholesale.plumbing.vocabulary import ALL, Province

LADDERS = {"STANDARD": GUIDE_STEPS, "COLD": COLD_STEPS}


def seed(apps, schema_editor):
    everywhere = [{"province": province, "market": ALL, "enabled": True} for province in Province.values]
    for kind, steps in LADDERS.items():
        seed_rows(
            apps,
            "followups",
            "LadderTemplate",
            ["province", "market", "kind"],
            [{**place, "kind": kind, "steps": steps} for place in everywhere],
        )
    outcomes = [
        {
            "outcome": outcome.value,
            "effect": effect.value,
            "pause_days": days,
            "lead_status": SEEDED_STATUSES.get(outcome, ""),
        }
        for outcome, (effect, days) in SEEDED.items()
    ]
    seed_rows(apps, "followups", "OutcomeRule", ["outcome"], outcomes)
    times = {"warn_after_minutes": WARN_AFTER, "breach_after_minutes": BREACH_AFTER}
    sla = [{**place, "channel": channel, **times} for place in everywhere for channel in Channel.values]
    seed_rows(apps, "followups", "SlaPolicy", ["province", "market", "channel"], sla)
    seed_rows(
        apps, "followups", "InboundWord", ["kind", "phrase"], [{**word._asdict(), "enabled": True} for word in seeds()]
    )


class Migration(migrations.Migration):
    dependencies = [("followups", "0002_triggers")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
