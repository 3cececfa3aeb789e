"""A place has a second ladder template, COLD: those that there were are the standard ones, and made each ladder."""

from django.db import migrations, models

KIND = models.CharField(
    choices=[("STANDARD", "Standard"), ("COLD", "Cold: for a lead without a ground for the first message")],
    default="STANDARD",
    max_length=8,
)


class Migration(migrations.Migration):
    dependencies = [("followups", "0023_replies")]
    operations = [
        migrations.AlterModelOptions(
            name="laddertemplate",
            options={
                "default_permissions": ("change", "view"),
                "ordering": ["province", "market", "-kind"],
                "verbose_name": "ladder template",
            },
        ),
        migrations.RemoveConstraint(model_name="laddertemplate", name="followups_laddertemplate_place"),
        migrations.AddField(model_name="laddertemplate", name="kind", field=KIND),
        migrations.AddField(model_name="historicalladdertemplate", name="kind", field=KIND.clone()),
        migrations.AddField(
            model_name="followupladder",
            name="template_kind",
            field=models.CharField(choices=KIND.choices, default="STANDARD", help_text="of the template", max_length=8),
        ),
        migrations.AddConstraint(
            model_name="laddertemplate",
            constraint=models.UniqueConstraint(fields=("province", "market", "kind"), name="laddertemplate_once"),
        ),
        migrations.AddConstraint(
            model_name="laddertemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["STANDARD", "COLD"])), name="laddertemplate_kind"
            ),
        ),
    ]
