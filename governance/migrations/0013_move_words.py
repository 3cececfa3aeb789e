"""What people wrote of lines of the ledger is kept beside them."""

from typing import Any

from django.db import migrations

from wholesale.plumbing.wordings import move_out


def move_words(apps: Any, schema_editor: Any) -> None:
    """Out of the ledger."""
    get = apps.get_model
    records, words = get("governance", "ContactRecord"), get("governance", "ContactRecordWords")
    move_out(schema_editor, records, words, "record", ["evidence", "reason"])


class Migration(migrations.Migration):
    dependencies = [("governance", "0012_words")]
    operations = [migrations.RunPython(move_words)]
