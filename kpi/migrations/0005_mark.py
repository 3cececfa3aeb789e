"""Each change of a governing row changes the mark: triggers see to it."""

from django.db import migrations

from wholesale.plumbing.mark import TRIGGERS

TABLES = ["kpi_regressionpolicy"]


class Migration(migrations.Migration):
    dependencies = [("kpi", "0004_lead_id"), ("wholesale", "0002_mark")]

    operations = [TRIGGERS.on(*TABLES)]
