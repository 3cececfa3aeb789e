"""The database itself refuses to change or delete a row of kpi_kpievent."""

from django.db import migrations

from wholesale.plumbing import append_only

TABLE = "kpi_kpievent"


def protect(apps, schema_editor):
    append_only.install(schema_editor.connection, TABLE)


def unprotect(apps, schema_editor):
    append_only.remove(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [("kpi", "0001_initial")]
    operations = [migrations.RunPython(protect, unprotect)]
