"""The organisation as a policy with a version; erasures in the ledger; a consent names its channel."""

from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0007_seed_rules_of_canada"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="contactpoint",
            options={
                "default_permissions": ("view",),
                "permissions": [("erase_contactpoint", "Can erase a phone number or an e-mail address")],
                "verbose_name": "contact point",
            },
        ),
        migrations.RemoveConstraint(
            model_name="contactrecord",
            name="contactrecord_entry",
        ),
        migrations.RemoveConstraint(
            model_name="contactrecord",
            name="contactrecord_consent_has_basis",
        ),
        migrations.AddField(
            model_name="historicalorganisation",
            name="digest_key_mark",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="of the CONTACT_DIGEST_KEY that the first contact point was made with",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="historicalorganisation",
            name="version",
            field=models.PositiveIntegerField(default=1, help_text="raised by each change"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="created_at",
            field=models.DateTimeField(default=timezone.now, editable=False),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="organisation",
            name="digest_key_mark",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="of the CONTACT_DIGEST_KEY that the first contact point was made with",
                max_length=64,
            ),
        ),
        migrations.AddField(
            model_name="organisation",
            name="version",
            field=models.PositiveIntegerField(default=1, help_text="raised by each change"),
        ),
        migrations.AlterField(
            model_name="contactrecord",
            name="entry",
            field=models.CharField(
                choices=[
                    ("CONSENT", "Consent"),
                    ("OPT_OUT", "Opt-out"),
                    ("DO_NOT_CALL", "Internal do-not-call list"),
                    ("LIFT", "Opt-out lifted: it was a mistake"),
                    ("SCRUB", "Checked against the National Do Not Call List"),
                    ("ERASED", "Number or address erased"),
                ],
                max_length=11,
            ),
        ),
        migrations.AddConstraint(
            model_name="contactrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("entry__in", ["CONSENT", "OPT_OUT", "DO_NOT_CALL", "LIFT", "SCRUB", "ERASED"])),
                name="contactrecord_entry",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry", "CONSENT"), _negated=True),
                    models.Q(models.Q(("basis", ""), _negated=True), models.Q(("channel", ""), _negated=True)),
                    _connector="OR",
                ),
                name="contactrecord_consent_is_whole",
            ),
        ),
    ]
