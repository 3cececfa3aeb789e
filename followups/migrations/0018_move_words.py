"""What people wrote of facts is kept beside them."""

from typing import Any

from django.db import migrations

from wholesale.plumbing.wordings import move_out


def move_words(apps: Any, schema_editor: Any) -> None:
    """Out of the history of tasks, of reopenings and of decisions about messages."""
    get = apps.get_model
    move_out(schema_editor, get("followups", "TaskEvent"), get("followups", "TaskEventWords"), "event", ["reason"])
    words = get("followups", "LeadReopeningWords")
    move_out(schema_editor, get("followups", "LeadReopening"), words, "reopening", ["reason"])
    words = get("followups", "InboundDecisionWords")
    move_out(schema_editor, get("followups", "InboundDecision"), words, "decision", ["reason"])


class Migration(migrations.Migration):
    dependencies = [("followups", "0017_words")]
    operations = [migrations.RunPython(move_words)]
