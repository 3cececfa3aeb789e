"""Facts and histories are never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing import append_only

TABLES = [
    "kpi_historicalregressionpolicy",
    "kpi_kpievent",
]


class Migration(migrations.Migration):
    dependencies = [("kpi", "0001_initial")]

    operations = [append_only.protection(TABLES)]
