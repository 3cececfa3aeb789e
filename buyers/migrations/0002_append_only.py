"""The database itself refuses to change or delete a row of buyers_buyerfeedbackevent."""

from django.db import migrations

from wholesale.plumbing import append_only

TABLE = "buyers_buyerfeedbackevent"


def protect(apps, schema_editor):
    append_only.install(schema_editor.connection, TABLE)


def unprotect(apps, schema_editor):
    append_only.remove(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [("buyers", "0001_initial")]
    operations = [migrations.RunPython(protect, unprotect)]
