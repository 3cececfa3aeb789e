from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followups", "0008_seed_sla")]

    operations = [
        migrations.AddIndex(
            model_name="followuptask",
            index=models.Index(
                condition=models.Q(("completed_at__isnull", False)), fields=["due_at"], name="followuptask_completed_due"
            ),
        ),
    ]
