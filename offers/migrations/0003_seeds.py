"""The first offer policies: safe, and off."""

from decimal import Decimal

from django.db import migrations

from wholesale.plumbing.seeds import seed_rows
from wholesale.plumbing.vocabulary import ALL, Province

SETTINGS = {
    "enabled": False,
    "max_arv_multiplier": Decimal("0.70"),
    "default_assignment_fee": Decimal(10000),
    "default_fees_buffer": Decimal(2500),
}


def seed(apps, schema_editor):
    rows = [{"province": province, "market": ALL, **SETTINGS} for province in Province.values]
    seed_rows(apps, "offers", "OfferPolicy", ["province", "market"], rows, reason="safe default, off")


class Migration(migrations.Migration):
    dependencies = [("offers", "0002_triggers")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
