"""The transitions of offers are facts, and never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing.append_only import APPEND_ONLY


class Migration(migrations.Migration):
    dependencies = [("offers", "0009_life")]

    operations = [APPEND_ONLY.on("offers_offerevent", "offers_historicalofferpolicy")]
