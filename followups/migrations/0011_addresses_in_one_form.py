"""E-mail addresses that were stored before they had one form: of leads, and of contact points by value and digest.

Where two points turn out to be one address, one of them is kept with all that was recorded of both. An erased point has only
its digest, which tells nothing of how its address was written: it stays as it is.
"""

from typing import Any

from django.db import migrations

from governance.compliance.services import digest, digest_key_mark
from wholesale.plumbing import append_only
from wholesale.plumbing.addresses import one_form

EMAIL = "EMAIL"


def bring_leads(apps: Any, schema_editor: Any) -> None:
    """Give each lead's address its one form."""
    leads = apps.get_model("followups", "Lead").objects
    for pk, email in _in_another_form(leads.exclude(email=""), "email"):
        leads.filter(pk=pk).update(email=one_form(email))


def bring_points(apps: Any, schema_editor: Any) -> None:
    """Give each address on file its one form and the digest of that; of two that are one keep one."""
    points = apps.get_model("governance", "ContactPoint").objects
    found = _in_another_form(points.filter(kind=EMAIL, value__isnull=False), "value")
    if not found:
        return
    if apps.get_model("governance", "Organisation").objects.exclude(digest_key_mark__in=["", digest_key_mark()]).exists():
        raise RuntimeError("CONTACT_DIGEST_KEY is not the one that the ledger was made with: set that one, then migrate.")
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")  # no check may wait while a trigger is dropped
    records = apps.get_model("governance", "ContactRecord")
    with append_only.lifted(connection, records._meta.db_table):
        for pk, value in found:
            _bring(apps, points.get(pk=pk), one_form(value))


def _bring(apps: Any, point: Any, value: str) -> None:
    known_by = digest((EMAIL, value))
    kept = apps.get_model("governance", "ContactPoint").objects.filter(digest=known_by).first()
    if kept is None:
        point.value, point.digest = value, known_by
        point.save(update_fields=["value", "digest"])
        return
    apps.get_model("governance", "ContactRecord").objects.filter(point=point).update(point=kept)
    for message in apps.get_model("followups", "InboundMessage").objects.filter(subjects=point):
        message.subjects.add(kept)
        message.subjects.remove(point)
    point.delete()


def _in_another_form(rows: Any, column: str) -> list[tuple[int, str]]:
    return [(pk, text) for pk, text in rows.order_by("pk").values_list("pk", column).iterator() if one_form(text) != text]


class Migration(migrations.Migration):
    dependencies = [("followups", "0014_inbound_points"), ("governance", "0009_ledger_of_the_person")]

    operations = [
        migrations.RunPython(bring_leads, migrations.RunPython.noop),
        migrations.RunPython(bring_points, migrations.RunPython.noop),
    ]
