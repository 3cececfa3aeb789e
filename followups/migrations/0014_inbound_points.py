"""A message's points are its subjects now."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("followups", "0013_seed_inbound")]
    operations = [migrations.RemoveField(model_name="inboundmessage", name="point")]
