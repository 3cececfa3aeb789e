"""Regression policies may name a province. `post_migrate` sees to the tables' triggers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpi", "0005_mark"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="regressionpolicy",
            options={
                "default_permissions": ("change", "view"),
                "ordering": ["domain", "metric", "id"],
                "permissions": [
                    ("evaluate_tripwire", "Can evaluate a tripwire"),
                    ("record_kpi", "Can record a KPI event"),
                    ("clear_tripwire", "Can clear a tripwire and undo its trigger"),
                ],
                "verbose_name": "regression policy",
                "verbose_name_plural": "regression policies",
            },
        ),
        migrations.RemoveConstraint(
            model_name="regressionpolicy",
            name="regressionpolicy_domain_metric",
        ),
        migrations.AddField(
            model_name="historicalregressionpolicy",
            name="province",
            field=models.CharField(
                blank=True,
                choices=[
                    ("AB", "Alberta"),
                    ("BC", "British Columbia"),
                    ("MB", "Manitoba"),
                    ("NB", "New Brunswick"),
                    ("NL", "Newfoundland and Labrador"),
                    ("NS", "Nova Scotia"),
                    ("NT", "Northwest Territories"),
                    ("NU", "Nunavut"),
                    ("ON", "Ontario"),
                    ("PE", "Prince Edward Island"),
                    ("QC", "Quebec"),
                    ("SK", "Saskatchewan"),
                    ("YT", "Yukon"),
                ],
                help_text="whose events are watched; null: all of Canada",
                max_length=2,
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="regressionpolicy",
            name="province",
            field=models.CharField(
                blank=True,
                choices=[
                    ("AB", "Alberta"),
                    ("BC", "British Columbia"),
                    ("MB", "Manitoba"),
                    ("NB", "New Brunswick"),
                    ("NL", "Newfoundland and Labrador"),
                    ("NS", "Nova Scotia"),
                    ("NT", "Northwest Territories"),
                    ("NU", "Nunavut"),
                    ("ON", "Ontario"),
                    ("PE", "Prince Edward Island"),
                    ("QC", "Quebec"),
                    ("SK", "Saskatchewan"),
                    ("YT", "Yukon"),
                ],
                help_text="whose events are watched; null: all of Canada",
                max_length=2,
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="kpievent",
            index=models.Index(fields=["domain", "metric", "province", "-id"], name="kpievent_province"),
        ),
        migrations.AddConstraint(
            model_name="regressionpolicy",
            constraint=models.UniqueConstraint(fields=("domain", "metric", "province"), name="regressionpolicy_province"),
        ),
        migrations.AddConstraint(
            model_name="regressionpolicy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("province__isnull", True)),
                fields=("domain", "metric"),
                name="regressionpolicy_canada",
                violation_error_message="Regression policy with this Domain and Metric for all of Canada already exists.",
            ),
        ),
        migrations.AddConstraint(
            model_name="regressionpolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("province__isnull", True),
                    ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]),
                    _connector="OR",
                ),
                name="regressionpolicy_a_province",
            ),
        ),
    ]
