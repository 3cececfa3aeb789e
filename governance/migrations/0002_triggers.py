"""Facts and histories are never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing import append_only

TABLES = [
    "governance_contactrecord",
    "governance_heimdallevent",
    "governance_heimdallrecommendation",
    "governance_historicalareacodesubscription",
    "governance_historicalclosedday",
    "governance_historicalgolivestate",
    "governance_historicalheimdallpolicy",
    "governance_historicallegalduty",
    "governance_historicalmarketpolicy",
    "governance_historicalmarketzone",
    "governance_historicalorganisation",
    "governance_historicalriskpolicy",
    "governance_riskevent",
    "governance_runbookrun",
]


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial")]

    operations = [append_only.protection(TABLES, erasable=["governance_consentproof"])]
