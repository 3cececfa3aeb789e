"""Each change of a governing row changes the mark: triggers see to it."""

from django.db import migrations

from wholesale.plumbing.mark import TRIGGERS

TABLES = [
    "kpi_regressionpolicy",
]


class Migration(migrations.Migration):
    dependencies = [("kpi", "0003_seeds"), ("wholesale", "0001_initial")]

    operations = [TRIGGERS.on(*TABLES)]
