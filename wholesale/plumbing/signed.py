"""The base model of rows that say who wrote them, and when."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


def user_key(*, db_index: bool = False, **kwargs: Any) -> "models.ForeignKey[User | None, User | None]":
    """A model field for the user who did something; None is not a user but the system."""
    kwargs.setdefault("verbose_name", _("signed in as"))
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=db_index, **kwargs
    )


class SignedModel(models.Model):
    """The base model of rows that say who wrote them, when, and in which request. `Act.signature` returns these values."""

    actor = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = user_key()
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True
