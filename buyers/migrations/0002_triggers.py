"""Facts and histories are never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing import append_only

TABLES = [
    "buyers_buyerfeedbackevent",
]


class Migration(migrations.Migration):
    dependencies = [("buyers", "0001_initial")]

    operations = [append_only.protection(TABLES)]
