"""Contact attempts are facts."""

from django.db import migrations

from wholesale.plumbing import append_only

TABLE = "followups_contactattempt"


def protect(apps, schema_editor):
    append_only.install(schema_editor.connection, TABLE)


def unprotect(apps, schema_editor):
    append_only.remove(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [("followups", "0002_leads")]
    operations = [migrations.RunPython(protect, unprotect)]
