"""Events have one index by node less: only the rebuild reads a node's events, and it sorts them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("buyers", "0002_triggers")]

    operations = [migrations.RemoveIndex(model_name="buyerfeedbackevent", name="buyerfeedbackevent_node")]
