"""The tables of the plumbing."""

from django.conf import settings
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing.codes import titled
from wholesale.plumbing.mark import Mark
from wholesale.plumbing.showing import shown_time
from wholesale.plumbing.spoken import code_words
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WORD_MAX_LENGTH

__all__ = ["IdempotencyKey", "Mark", "PeriodicRun", "RoleGrant", "SavedView", "UserSettings"]


class IdempotencyKey(models.Model):
    """A user's Idempotency-Key of a POST, with the kept answer. It has no answer only during the act's transaction."""

    # No index of its own: the unique constraint begins with it.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=LABEL_MAX_LENGTH)
    fingerprint = models.CharField(max_length=64, help_text=_("SHA-256 of method, path and merged parameters"))
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(default="", help_text=_("the answer's JSON"))
    created_at = models.DateTimeField(db_index=True)  # clear_expired

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotencykey_user_key")]
        ordering = ["-pk"]
        default_permissions = ("view",)
        verbose_name_plural = _("idempotency keys")

    def __str__(self) -> str:
        return self.key


class PeriodicRun(models.Model):
    """A turn of a periodic job that was enqueued. Its unique slot makes sure that it is enqueued only once (periodic.py)."""

    name = models.CharField(max_length=LABEL_MAX_LENGTH)
    slot = models.DateTimeField(help_text=_("the minute that it was due"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "slot"], name="periodicrun_name_slot")]
        ordering = ["-slot", "name"]
        default_permissions = ("view",)
        verbose_name_plural = _("periodic runs")

    def __str__(self) -> str:
        return f"{code_words(self.name, 'task_path')}, {shown_time(self.slot)}"


class RoleGrant(models.Model):
    """A permission that the product has granted to a role once. It is not granted again (roles.py)."""

    group = models.ForeignKey("auth.Group", on_delete=models.CASCADE, related_name="+")
    permission = models.ForeignKey("auth.Permission", on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "permission"], name="rolegrant_group_permission")]
        default_permissions = ("view",)
        permissions = [("invite_agent", "Can invite an agent")]
        verbose_name_plural = _("role grants")

    def __str__(self) -> str:
        return titled(capfirst(self.group.name), self.permission.name)


class UserLanguage(models.TextChoices):
    """The languages in which a user may be spoken to."""

    EN = "en", _("English")
    FR = "fr", _("French")


def default_zone() -> str:
    """Return the zone of a user who has chosen none, as an IANA name."""
    return str(settings.CONSOLE_ZONE)


class UserSettings(models.Model):
    """What a user chose, or was invited with. For a user without a row the defaults hold (`http/personal.py`)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="settings"
    )
    language = models.CharField(max_length=2, choices=UserLanguage, default=UserLanguage.EN)
    zone = models.CharField(max_length=64, default=default_zone, help_text="IANA name")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(language__in=UserLanguage.values), name="usersettings_language")
        ]
        default_permissions = ()
        verbose_name_plural = _("settings of users")

    def __str__(self) -> str:
        return f"{self.user_id} {self.language}"


class SavedView(models.Model):
    """Filters and an order of one of the admin's lists, under a name. What was searched for is not kept: it names people."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    page = models.CharField(max_length=WORD_MAX_LENGTH, help_text="the list: app and model, such as followups_lead")
    name = models.CharField(max_length=LABEL_MAX_LENGTH)
    query = models.CharField(
        max_length=NOTE_MAX_LENGTH, blank=True, help_text="the filters and the order, as in the address"
    )
    is_shared = models.BooleanField(default=False, help_text="everybody who may open the list sees it")
    created_at = models.DateTimeField()

    class Meta:
        # Also the index of a list's views.
        constraints = [models.UniqueConstraint(fields=["page", "user", "name"], name="savedview_name")]
        ordering = ["name", "pk"]
        default_permissions = ()
        permissions = [("share_savedview", "Can share a view of a list")]
        verbose_name_plural = _("saved views")

    def __str__(self) -> str:
        return self.name
