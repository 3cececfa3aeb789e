"""Each change of a governing row changes the mark: triggers see to it."""

from django.db import migrations

from wholesale.plumbing.mark import TRIGGERS

TABLES = [
    "followups_inboundword",
    "followups_laddertemplate",
    "followups_outcomerule",
    "followups_slapolicy",
    "followups_vendor",
    "followups_vendoragent",
]


class Migration(migrations.Migration):
    dependencies = [("followups", "0003_seeds"), ("wholesale", "0001_initial")]

    operations = [TRIGGERS.on(*TABLES)]
