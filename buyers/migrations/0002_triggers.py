"""Facts and histories are never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing.append_only import APPEND_ONLY

TABLES = [
    "buyers_buyerfeedbackevent",
    "buyers_dealsent",
]


class Migration(migrations.Migration):
    dependencies = [("buyers", "0001_initial")]

    operations = [APPEND_ONLY.on(*TABLES)]
