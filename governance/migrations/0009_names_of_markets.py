"""What else each market is called: the names that lists and people use for the main ones."""

from django.db import migrations, models
from django.utils import timezone

from governance.clocks.zones import OTHER_NAMES

REASON = "safe default"


def seed(apps, schema_editor):
    """A market that the operator took away stays away; a word that is a market of the operator's own stays one."""
    rows = apps.get_model("governance", "MarketZone").objects
    history = apps.get_model("governance", "HistoricalMarketZone").objects
    own = set(rows.values_list("province", "market"))
    for row in rows.order_by("id"):
        names = [name for name in OTHER_NAMES.get((row.province, row.market), []) if (row.province, name) not in own]
        if row.other_names or not names:
            continue
        made = history.filter(id=row.pk)
        if made.count() == 1:  # nobody touched it since it was seeded: the names belong to that seed
            made.update(other_names=names)
            rows.filter(pk=row.pk).update(other_names=names)
        else:
            _change(history, row, names)


def _change(history, row, names):
    now = timezone.now()
    row.other_names, row.changed_by, row.user, row.reason, row.updated_at = names, "seed", None, REASON, now
    row.save()
    history.create(
        **{field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields},
        history_date=now,
        history_type="~",
        history_change_reason=REASON,
    )


class Migration(migrations.Migration):
    dependencies = [("governance", "0009_ledger_of_the_person")]
    operations = [
        *(
            migrations.AddField(
                model,
                "other_names",
                models.JSONField(
                    blank=True,
                    default=list,
                    help_text="what else it is called",
                ),
            )
            for model in ("marketzone", "historicalmarketzone")
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
