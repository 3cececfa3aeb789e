"""The operators as readers of e-mail."""

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet

from wholesale.plumbing.roles import OPERATOR

_NO_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


def operators() -> QuerySet[User]:
    """The active operators who have an e-mail address."""
    return User.objects.filter(is_active=True, groups__name=OPERATOR).exclude(email="")


def can_send() -> bool:
    """Whether this server sends e-mail at all."""
    return settings.EMAIL_BACKEND != _NO_BACKEND


def recipients() -> list[str]:
    """The operators' e-mail addresses, sorted; empty if the server sends no e-mail."""
    return sorted(set(operators().values_list("email", flat=True))) if can_send() else []
