"""No index for LIKE on digests: nothing searches for a part of one."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("governance", "0004_mark")]

    operations = [
        # Django makes them on PostgreSQL beside each unique index of a text.
        migrations.RunSQL(
            [
                "DROP INDEX IF EXISTS governance_contactpoint_digest_f78a9e7e_like",
                "DROP INDEX IF EXISTS governance_lastcontact_digest_00b70da0_like",
            ],
            migrations.RunSQL.noop,
        ),
    ]
