"""Evidence keeps the advice on an offer, and an index finds the newest answers."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("offers", "0010_life_triggers")]

    operations = [
        migrations.AddField(
            model_name="offerevidence",
            name="advice_json",
            field=models.JSONField(help_text="what to offer first; none where it was not asked for", null=True),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(
                fields=["-answered_at", "-id"], condition=Q(answered_at__isnull=False), name="offer_answered"
            ),
        ),
    ]
