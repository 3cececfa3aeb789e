"""No index for LIKE on lead ids, because nothing searches for a part of one. The pages of tasks keep room for new versions."""

from typing import Any

from django.db import migrations


def leave_room(apps: Any, schema_editor: Any) -> None:
    """A claim changes no index, so its version of a task needs no index entries if it fits into the task's page."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE followups_followuptask SET (fillfactor = 90)")


class Migration(migrations.Migration):
    dependencies = [("followups", "0004_mark")]

    operations = [
        # Django makes it on PostgreSQL beside each unique index of a text.
        migrations.RunSQL("DROP INDEX IF EXISTS followups_lead_lead_id_e312662b_like", migrations.RunSQL.noop),
        migrations.RunPython(leave_room, migrations.RunPython.noop),
    ]
