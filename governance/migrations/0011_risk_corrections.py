"""A booked loss may be corrected: an event of its own, and permissions for it and for a loss above its reservation."""

from decimal import Decimal

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0010_last_contact"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="riskreservation",
            options={
                "default_permissions": ("view",),
                "ordering": ["-id"],
                "permissions": [
                    ("release_reservation", "Can release a reservation that was never settled"),
                    ("settle_above_reservation", "Can settle a loss above its reservation"),
                    ("correct_loss", "Can correct a booked loss"),
                ],
                "verbose_name": "risk reservation",
            },
        ),
        migrations.RemoveConstraint(
            model_name="riskevent",
            name="riskevent_kind",
        ),
        migrations.AlterField(
            model_name="riskevent",
            name="day",
            field=models.DateField(help_text="the business day of the event; of a correction that of the loss"),
        ),
        migrations.AlterField(
            model_name="riskevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("RESERVED", "Reserved"),
                    ("DENIED", "Denied"),
                    ("SETTLED", "Settled"),
                    ("RELEASED", "Released by an operator"),
                    ("CORRECTED", "Loss corrected by an operator"),
                ],
                max_length=9,
            ),
        ),
        migrations.AlterField(
            model_name="riskevent",
            name="realized_loss",
            field=models.DecimalField(
                decimal_places=2, default=Decimal("0"), help_text="CAD; of a correction the difference", max_digits=14
            ),
        ),
        migrations.AddConstraint(
            model_name="riskevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["RESERVED", "DENIED", "SETTLED", "RELEASED", "CORRECTED"])),
                name="riskevent_kind",
            ),
        ),
    ]
