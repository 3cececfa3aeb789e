"""The first offer policies: safe, and off. The first schedules of land transfer tax and rules of provinces, from their files."""

from decimal import Decimal

from django.db import migrations

from offers.deals.law.files import installed as rules
from offers.deals.taxes.files import installed as schedules
from wholesale.plumbing.seeds import seed_rows
from wholesale.plumbing.vocabulary import ALL, Province

SETTINGS = {
    "enabled": False,
    "max_arv_multiplier": Decimal("0.70"),
    "default_assignment_fee": Decimal(10000),
    "default_fees_buffer": Decimal(2500),
}
TAX_KEY = ["province", "municipality", "kind", "payer", "land", "from_date"]
RULE_KEY = ["place", "topic", "code", "from_date"]


def seed(apps, schema_editor):
    rows = [{"province": province, "market": ALL, **SETTINGS} for province in Province.values]
    seed_rows(apps, "offers", "OfferPolicy", ["province", "market"], rows, reason="safe default, off")
    seed_rows(apps, "offers", "TransferTax", TAX_KEY, schedules(), reason="table of 2026-11-29")
    seed_rows(apps, "offers", "ProvinceRule", RULE_KEY, rules(), reason="read on 2026-11-29")


class Migration(migrations.Migration):
    dependencies = [("offers", "0002_triggers")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
