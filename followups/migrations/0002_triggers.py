"""Facts and histories are never changed: row triggers see to it."""

from django.db import migrations

from wholesale.plumbing.append_only import APPEND_ONLY

TABLES = [
    "followups_contactattempt",
    "followups_historicalinboundword",
    "followups_historicalladdertemplate",
    "followups_historicaloutcomerule",
    "followups_historicalpoolagent",
    "followups_historicalslapolicy",
    "followups_historicalvendor",
    "followups_historicalvendoragent",
    "followups_inbounddecision",
    "followups_leadevent",
    "followups_leadreopening",
    "followups_slabreach",
    "followups_taskevent",
]


class Migration(migrations.Migration):
    dependencies = [("followups", "0001_initial")]

    operations = [APPEND_ONLY.on(*TABLES)]
