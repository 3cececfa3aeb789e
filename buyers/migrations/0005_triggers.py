"""That a deal was sent is never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing.append_only import APPEND_ONLY


class Migration(migrations.Migration):
    dependencies = [("buyers", "0004_book")]

    operations = [APPEND_ONLY.on("buyers_dealsent")]
