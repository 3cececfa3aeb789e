"""The Django app of the plumbing."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import class_prepared, m2m_changed, post_delete, post_migrate, post_save

from wholesale.plumbing.names import mark_names, mark_names_of_apps

# Django imports this file before any model.
class_prepared.connect(mark_names, dispatch_uid="names.mark_names")


class PlumbingConfig(AppConfig):
    """The configuration of the Django app `plumbing`. It registers checks, tasks and receivers of signals."""

    name = "wholesale.plumbing"
    label = "wholesale"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model, user_login_failed  # noqa: PLC0415
        from knox.models import get_token_model  # noqa: PLC0415

        from wholesale.plumbing import admin_values, append_only, checks, mark  # noqa: F401, PLC0415  # checks registers itself
        from wholesale.plumbing.connections import read_times_fast  # noqa: PLC0415
        from wholesale.plumbing.http.authentication import forget_tokens  # noqa: PLC0415
        from wholesale.plumbing.http.logins import log_failure  # noqa: PLC0415
        from wholesale.plumbing.roles import grant_new_permissions  # noqa: PLC0415
        from wholesale.plumbing.work import tasks  # noqa: PLC0415

        mark_names_of_apps()
        admin_values.install()
        connection_created.connect(read_times_fast, dispatch_uid="read_times_fast")
        for kind in (append_only.APPEND_ONLY, append_only.ERASABLE, mark.TRIGGERS):
            post_migrate.connect(kind.install_missing, dispatch_uid=f"triggers.{kind.base.__name__}")
        post_migrate.connect(grant_new_permissions, dispatch_uid="roles.grant_new_permissions")

        tasks.register()
        user_login_failed.connect(log_failure, dispatch_uid="logins.log_failure")

        user_model = get_user_model()
        post_delete.connect(forget_tokens, sender=get_token_model(), dispatch_uid="forget_tokens.token")
        post_save.connect(forget_tokens, sender=user_model, dispatch_uid="forget_tokens.user")
        for through in (user_model.groups.through, user_model.user_permissions.through):
            m2m_changed.connect(forget_tokens, sender=through, dispatch_uid=f"forget_tokens.{through.__name__}")
