"""What an operator enters of taxes and law governs, and its histories are never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing.append_only import APPEND_ONLY
from wholesale.plumbing.mark import TRIGGERS

HISTORIES = ["offers_historicaltransfertax", "offers_historicalprovincerule"]
TABLES = ["offers_transfertax", "offers_provincerule"]


class Migration(migrations.Migration):
    dependencies = [("offers", "0006_deal"), ("wholesale", "0002_mark")]

    operations = [APPEND_ONLY.on(*HISTORIES), TRIGGERS.on(*TABLES)]
