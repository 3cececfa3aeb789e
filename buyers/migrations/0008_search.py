"""The index by which a search finds buyers (PostgreSQL)."""

from typing import Any

from django.db import migrations

from buyers.book.searching import SEARCHED


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(SEARCHED.index_sql("buyers_buyer", "buyer_words"))


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX buyer_words")


class Migration(migrations.Migration):
    dependencies = [("buyers", "0007_trace")]

    operations = [migrations.RunPython(make, drop)]
