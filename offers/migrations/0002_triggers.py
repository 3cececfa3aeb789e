"""Facts and histories are never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing.append_only import APPEND_ONLY

TABLES = [
    "offers_historicalofferpolicy",
    "offers_historicalprovincerule",
    "offers_historicaltransfertax",
    "offers_offerevent",
    "offers_offerevidence",
]


class Migration(migrations.Migration):
    dependencies = [("offers", "0001_initial")]

    operations = [APPEND_ONLY.on(*TABLES)]
