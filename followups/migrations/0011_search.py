"""The index by which a search finds leads (PostgreSQL)."""

from typing import Any

from django.db import migrations

from followups.leads.searching import SEARCHED


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(SEARCHED.index_sql("followups_lead", "lead_words"))


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX lead_words")


class Migration(migrations.Migration):
    dependencies = [("followups", "0010_today")]

    operations = [migrations.RunPython(make, drop)]
