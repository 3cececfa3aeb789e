"""Each change of a governing row changes the mark: triggers see to it."""

from django.db import migrations

from wholesale.plumbing.mark import TRIGGERS

TABLES = [
    "governance_areacodesubscription",
    "governance_closedday",
    "governance_heimdallpolicy",
    "governance_legalduty",
    "governance_marketpolicy",
    "governance_marketzone",
    "governance_organisation",
    "governance_riskpolicy",
]


class Migration(migrations.Migration):
    dependencies = [("governance", "0003_seeds"), ("wholesale", "0001_initial")]

    operations = [TRIGGERS.on(*TABLES)]
