"""The index by which a search finds buyers (PostgreSQL)."""

from typing import Any

from django.db import migrations

# The columns stand here as they were then. tests/wholesale/test_search_indexes.py says whether they are still those that
# are searched; a change of these needs a migration that makes the index anew.
INDEX = """
CREATE INDEX "buyer_words" ON "buyers_buyer" USING gin (to_tsvector('simple'::regconfig, translate(lower("name" || ' ' || "company" || ' ' || split_part("email", '@', 1) || ' ' || split_part("second_email", '@', 1)), 'àâäáçéèêëîïíôöóûùüúÿñ-./''’', 'aaaaceeeeiiiooouuuuyn   ') || ' ' || substr("phone", 2) || ' ' || substr("second_phone", 2)))
"""


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(INDEX)


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX buyer_words")


class Migration(migrations.Migration):
    dependencies = [("buyers", "0002_triggers")]

    operations = [migrations.RunPython(make, drop)]
