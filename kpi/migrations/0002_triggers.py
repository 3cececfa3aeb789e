"""Facts and histories are never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing.append_only import APPEND_ONLY

TABLES = [
    "kpi_fridayreview",
    "kpi_historicalregressionpolicy",
    "kpi_kpievent",
]


class Migration(migrations.Migration):
    dependencies = [("kpi", "0001_initial")]

    operations = [APPEND_ONLY.on(*TABLES)]
