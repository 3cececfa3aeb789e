"""A line of a lead's history is never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing.append_only import APPEND_ONLY


class Migration(migrations.Migration):
    dependencies = [("followups", "0007_trace")]

    operations = [APPEND_ONLY.on("followups_leadevent")]
