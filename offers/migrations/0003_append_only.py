"""The database itself refuses to change or delete a row of offers_offerevidence."""

from django.db import migrations

from wholesale.plumbing import append_only

TABLE = "offers_offerevidence"


def protect(apps, schema_editor):
    append_only.install(schema_editor.connection, TABLE)


def unprotect(apps, schema_editor):
    append_only.remove(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [("offers", "0002_seed")]
    operations = [migrations.RunPython(protect, unprotect)]
