"""What proves a consent, beside its line of the ledger."""

import django.db.models.deletion
from django.db import migrations, models

from wholesale.plumbing import append_only

TABLE = "governance_consentproof"


def protect(apps, schema_editor):
    append_only.install_erasable(schema_editor.connection, TABLE)


def unprotect(apps, schema_editor):
    append_only.remove(schema_editor.connection, TABLE)


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0018_grounds"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentProof",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="proof",
                        serialize=False,
                        to="governance.contactrecord",
                    ),
                ),
                ("wording", models.CharField(blank=True, help_text="as it was shown or read out", max_length=4000)),
                ("purpose", models.CharField(blank=True, help_text="what the person agreed to receive", max_length=1000)),
                ("on_behalf_of", models.CharField(blank=True, help_text="who asked, and for whom", max_length=1000)),
                (
                    "withdrawal_statement",
                    models.CharField(
                        blank=True, help_text="how the request said that the consent can be withdrawn", max_length=1000
                    ),
                ),
                (
                    "given_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("WEB_FORM", "Web form"),
                            ("PAPER", "On paper"),
                            ("EMAIL", "E-mail"),
                            ("TEXT", "Text message"),
                            ("SPOKEN", "Spoken, and recorded"),
                            ("IN_PERSON", "In person"),
                            ("OTHER", "Otherwise"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "given_where",
                    models.CharField(blank=True, help_text="a web address, a place, a file or a recording", max_length=1000),
                ),
                ("referrer_name", models.CharField(blank=True, help_text="in full", max_length=128)),
                (
                    "referrer_to_lead",
                    models.CharField(blank=True, help_text="the referrer's relationship with the person", max_length=1000),
                ),
                (
                    "referrer_to_us",
                    models.CharField(blank=True, help_text="the referrer's relationship with us", max_length=1000),
                ),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.RunPython(protect, unprotect),
    ]
