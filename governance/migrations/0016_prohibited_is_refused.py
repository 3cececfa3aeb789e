"""What the law prohibits is refused: an organisation that only warned of it refuses from now on.

Warning was the product's own first setting, and nobody gave a reason for it. Whoever wants it chooses it again, with one.
"""

from django.db import migrations, models
from django.utils import timezone

from wholesale.plumbing.wordings import settle

STRICT = {"consent": "enforce", "scrub": "enforce"}
REASON = "what is prohibited is refused; to be only warned of it needs a reason"


def enforce(apps, schema_editor):
    organisation = apps.get_model("governance", "Organisation").objects
    history = apps.get_model("governance", "HistoricalOrganisation").objects
    for row in organisation.filter(models.Q(consent="warn") | models.Q(scrub="warn")):
        now = timezone.now()
        changed = {**STRICT, "changed_by": "migration", "user": None, "reason": REASON, "updated_at": now}
        for name, value in {**changed, "version": row.version + 1}.items():
            setattr(row, name, value)
        row.save()
        names = [field.attname for field in history.model._meta.fields if hasattr(row, field.attname)]
        history.create(
            **{name: getattr(row, name) for name in names},
            history_date=now,
            history_type="~",
            history_change_reason=REASON[:100],
        )
    settle(schema_editor)


class Migration(migrations.Migration):
    dependencies = [("governance", "0015_strict_organisation")]
    operations = [
        migrations.RunPython(enforce, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lenient_reason", ""), _negated=True),
                    models.Q(("consent", "enforce"), ("identity", "enforce"), ("scrub", "enforce")),
                    _connector="OR",
                ),
                name="governance_organisation_leniency_has_reason",
            ),
        ),
    ]
