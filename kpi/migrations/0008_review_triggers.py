"""A kept review is never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing.append_only import APPEND_ONLY


class Migration(migrations.Migration):
    dependencies = [("kpi", "0007_review")]

    operations = [APPEND_ONLY.on("kpi_fridayreview")]
