"""Append-only tables: the database itself refuses to change or delete their rows. The histories of policies are such tables.

Row triggers refuse UPDATE and DELETE on both databases. `install` is idempotent: an app's migration calls it, and
`post_migrate` calls it again, because SQLite rebuilds a table on most alterations and silently loses its triggers. There is
no trigger for TRUNCATE: PostgreSQL's test flush needs it, and the application's user should not have that right.

Words about a person can be erased (`ErasableModel`): for these tables the triggers refuse only UPDATE.
"""

from collections.abc import Sequence
from typing import Any, NoReturn

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, connections, migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change_of_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
_INSTALL = {
    "postgresql": (
        _FUNCTION,
        "CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_append_only()",
    ),
    "sqlite": tuple(
        f"CREATE TRIGGER IF NOT EXISTS {{table}}_append_only{suffix} BEFORE {verb} ON {{table}} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb, suffix in (("UPDATE", ""), ("DELETE", "_delete"))
    ),
}
_INSTALL_ERASABLE = {
    "postgresql": (_FUNCTION, _INSTALL["postgresql"][1].replace("UPDATE OR DELETE", "UPDATE")),
    "sqlite": _INSTALL["sqlite"][:1],
}
_REMOVE = {
    "postgresql": ("DROP TRIGGER IF EXISTS {table}_append_only ON {table}",),
    "sqlite": ("DROP TRIGGER IF EXISTS {table}_append_only", "DROP TRIGGER IF EXISTS {table}_append_only_delete"),
}
# The names of all tables and of all enabled triggers, in one statement.
_PRESENT = {
    "postgresql": "SELECT relname FROM pg_class UNION ALL SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
    "sqlite": "SELECT name FROM sqlite_master",
}
_NEEDED = {
    "postgresql": ("{table}_append_only",),
    "sqlite": ("{table}_append_only", "{table}_append_only_delete"),
}
_NEEDED_OF_ERASABLE = ("{table}_append_only",)


class AppendOnlyError(Exception):
    """Somebody tried to change or delete an append-only row. It is raised before the database is asked."""


class _InsertedOnce(models.Model):
    """The base model of rows that are inserted once and never changed."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the row.

        Raises:
            AppendOnlyError: the row exists already.

        """
        if not self._state.adding:
            raise AppendOnlyError(f"{self._meta.label} is append-only")
        super().save(*args, **kwargs)


class ErasableModel(_InsertedOnce):
    """The base model of people's words about a fact. They are never changed, but are deleted when the person is erased."""

    class Meta:
        abstract = True
        default_permissions = ()


class AppendOnlyModel(_InsertedOnce):
    """The base model of facts. A fact can be inserted and read, but neither changed nor deleted."""

    class Meta:
        abstract = True
        default_permissions = ("view",)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse to delete the row.

        Raises:
            AppendOnlyError: always.

        """
        raise AppendOnlyError(f"{self._meta.label} is append-only")


def append_only_models() -> list[type[models.Model]]:
    """Return every installed append-only model."""
    return [model for model in apps.get_models() if issubclass(model, AppendOnlyModel)]


def erasable_models() -> list[type[models.Model]]:
    """Return every installed erasable model."""
    return [model for model in apps.get_models() if issubclass(model, ErasableModel)]


def install(connection: BaseDatabaseWrapper, table: str) -> None:
    """Add the database triggers that make the table refuse UPDATE and DELETE. A repetition changes nothing."""
    _run(connection, _INSTALL, table)


def install_erasable(connection: BaseDatabaseWrapper, table: str) -> None:
    """Add the database trigger that makes the table refuse UPDATE. A repetition changes nothing."""
    _run(connection, _INSTALL_ERASABLE, table)


def remove(connection: BaseDatabaseWrapper, table: str) -> None:
    """Remove the database triggers that protect the table."""
    _run(connection, _REMOVE, table)


def protection(tables: Sequence[str], *, erasable: Sequence[str] = ()) -> migrations.RunPython:
    """Return a migration operation that protects these tables: `tables` as append-only, `erasable` only from UPDATE."""

    def protect(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for table in tables:
            install(schema_editor.connection, table)
        for table in erasable:
            install_erasable(schema_editor.connection, table)

    def unprotect(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for table in (*tables, *erasable):
            remove(schema_editor.connection, table)

    return migrations.RunPython(protect, unprotect)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of append-only tables that lack one of their database triggers."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT[connection.vendor])
        present = {name for (name,) in cursor.fetchall()}
    needed = {model._meta.db_table: _NEEDED[connection.vendor] for model in append_only_models()}
    needed |= {model._meta.db_table: _NEEDED_OF_ERASABLE for model in erasable_models()}
    return [table for table, names in needed.items() if table in present and not _named(names, table) <= present]


def _named(names: tuple[str, ...], table: str) -> set[str]:
    return {name.replace("{table}", table) for name in names}


def install_for_app(app_config: AppConfig, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Receiver of post_migrate: add missing database triggers to the app's append-only tables."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    for protect, protected in ((install, append_only_models()), (install_erasable, erasable_models())):
        for model in protected:
            if model._meta.app_label == app_config.label and model._meta.db_table in tables:
                protect(connection, model._meta.db_table)


@register(Tags.database)
def check_triggers(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """wholesale.E010: an append-only table has lost a trigger. `migrate` and `check --database default` run this check."""
    return [
        Error(f"{table} is append-only but has no trigger", hint="Run manage.py migrate.", id="wholesale.E010")
        for alias in databases or []
        for table in missing(connections[alias])
    ]


def _run(connection: BaseDatabaseWrapper, statements: dict[str, tuple[str, ...]], table: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement.replace("{table}", table))
