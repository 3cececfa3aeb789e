"""The index by which a search finds leads (PostgreSQL)."""

from typing import Any

from django.db import migrations

# The columns stand here as they were then. tests/wholesale/test_search_indexes.py says whether they are still those that
# are searched; a change of these needs a migration that makes the index anew.
INDEX = """
CREATE INDEX "lead_words" ON "followups_lead" USING gin (to_tsvector('simple'::regconfig, translate(lower("first_name" || ' ' || "last_name" || ' ' || "address" || ' ' || "postal_code" || ' ' || split_part("email", '@', 1)), 'àâäáçéèêëîïíôöóûùüúÿñ-./''’', 'aaaaceeeeiiiooouuuuyn   ') || ' ' || substr("phone", 2)))
"""


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(INDEX)


def drop(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX lead_words")


class Migration(migrations.Migration):
    dependencies = [("followups", "0005_indexes")]

    operations = [migrations.RunPython(make, drop)]
