"""Facts and histories are never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing.append_only import APPEND_ONLY, ERASABLE

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

    operations = [APPEND_ONLY.on(*TABLES), ERASABLE.on("governance_consentproof")]
