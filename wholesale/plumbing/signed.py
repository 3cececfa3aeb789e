"""The base model of rows that say who wrote them, and when."""

from django.conf import settings
from django.db import models

from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


class SignedModel(models.Model):
    """The base model of rows that say who wrote them, when, and in which request. `Act.signature` returns these values."""

    actor = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True
