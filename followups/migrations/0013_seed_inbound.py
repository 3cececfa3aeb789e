"""The table of words; what messages are about; those that wait for a person hold their points and stand in the inbox."""

from django.db import migrations
from django.utils import timezone

from followups.inbound.seeds import seeds
from followups.inbox.services import WITHIN
from governance.ledger.points import digest, lead_point


def seed_words(apps, schema_editor):
    words, history = (apps.get_model("followups", name) for name in ("InboundWord", "HistoricalInboundWord"))
    if words.objects.exists():
        return
    now = timezone.now()
    stamp = {"enabled": True, "version": 1, "changed_by": "seed", "reason": "safe default", "updated_at": now}
    rows = words.objects.bulk_create([words(**seed._asdict(), **stamp, created_at=now) for seed in seeds()])
    history.objects.bulk_create(
        history(
            id=row.pk,
            **{name: getattr(row, name) for name in ("kind", "language", "source", "phrase")},
            **stamp,
            history_date=now,
            history_type="+",
            history_change_reason="safe default",
        )
        for row in rows
    )


def hold_what_waits(apps, schema_editor):
    message_model = apps.get_model("followups", "InboundMessage")
    for message in message_model.objects.exclude(point=None).iterator():
        message.subjects.add(message.point_id)
    for message in message_model.objects.filter(meaning="DOUBTFUL", decided_at=None).order_by("id"):
        _hold(apps, message)


def _hold(apps, message):
    points, records = (apps.get_model("governance", name) for name in ("ContactPoint", "ContactRecord"))
    held = list(message.subjects.all())
    if of_lead := lead_point(message.lead_id):
        kind, value = of_lead
        lead, _ = points.objects.get_or_create(digest=digest(of_lead), defaults={"kind": kind, "value": value})
        held.append(lead)
        if message.point_id is None:
            message.subjects.add(lead)
    now = timezone.now()
    records.objects.bulk_create(
        records(
            point=point,
            entry="HOLD",
            effective_at=now,
            evidence=f"inbound message {message.pk}",
            actor="migration",
            correlation_id=message.correlation_id,
            created_at=now,
        )
        for point in held
    )
    apps.get_model("followups", "InboxItem").objects.create(
        kind="MESSAGE",
        message=message,
        lead_id=message.lead_id,
        due_by=now + WITHIN["MESSAGE"],
        created_at=now,
        correlation_id=message.correlation_id,
    )


class Migration(migrations.Migration):
    dependencies = [("followups", "0012_inbound"), ("governance", "0009_ledger_of_the_person")]
    operations = [
        migrations.RunPython(seed_words, migrations.RunPython.noop),
        migrations.RunPython(hold_what_waits, migrations.RunPython.noop),
    ]
