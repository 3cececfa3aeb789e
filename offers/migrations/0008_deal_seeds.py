"""The first schedules of land transfer tax and rules of provinces, from their files."""

from django.db import migrations

from offers.deals.law.files import installed as rules
from offers.deals.taxes.files import installed as schedules
from wholesale.plumbing.seeds import seed_rows

TAX_KEY = ["province", "municipality", "kind", "payer", "land", "from_date"]
RULE_KEY = ["place", "topic", "code", "from_date"]


def seed(apps, schema_editor):
    seed_rows(apps, "offers", "TransferTax", TAX_KEY, schedules(), reason="table of 2026-11-29")
    seed_rows(apps, "offers", "ProvinceRule", RULE_KEY, rules(), reason="read on 2026-11-29")


class Migration(migrations.Migration):
    dependencies = [("offers", "0007_deal_triggers")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
