"""What clients sent along with KPI events is kept beside them."""

from typing import Any

from django.db import migrations

from wholesale.plumbing import append_only
from wholesale.plumbing.wordings import settle


def move_words(apps: Any, schema_editor: Any) -> None:
    """An event about nothing is a client's."""
    events, words = apps.get_model("kpi", "KPIEvent"), apps.get_model("kpi", "KPIEventWords")
    settle(schema_editor)
    with append_only.lifted(schema_editor.connection, events._meta.db_table):
        for event in events.objects.filter(subject_type="").exclude(detail={}).iterator():
            words.objects.create(event=event, detail=event.detail)
            events.objects.filter(pk=event.pk).update(detail={})


class Migration(migrations.Migration):
    dependencies = [("kpi", "0005_words")]
    operations = [migrations.RunPython(move_words)]
