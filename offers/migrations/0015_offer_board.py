from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0014_search")]

    operations = [
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["state", "-state_since", "-id"], name="offer_on_board"),
        ),
    ]
