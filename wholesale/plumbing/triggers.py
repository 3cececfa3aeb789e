"""Database triggers that the base of some models brings: each table of such a model has them, on both databases.

An app's migration installs them. `post_migrate` installs those that are missing, because SQLite rebuilds a table on most
alterations and silently loses its triggers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error
from django.db import DEFAULT_DB_ALIAS, connections, migrations, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_PRESENT = {
    "postgresql": "SELECT relname FROM pg_class UNION ALL SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'",
    "sqlite": "SELECT name FROM sqlite_master",
}
_DROP = {"postgresql": "DROP TRIGGER IF EXISTS {name} ON {table}", "sqlite": "DROP TRIGGER IF EXISTS {name}"}


@dataclass(frozen=True)
class Triggers:
    """The triggers on the tables of all models with the base `base`. In names and statements `{table}` is the table.

    Both are given by the database's vendor. The statements install the triggers; a repetition of them changes nothing.
    """

    base: type[models.Model]
    names: Mapping[str, tuple[str, ...]]
    statements: Mapping[str, tuple[str, ...]]
    writes: str = ""  # a table that the triggers write: without it they are not installed

    def models(self) -> list[type[models.Model]]:
        """Return every installed model whose table needs the triggers."""
        return [model for model in apps.get_models() if issubclass(model, self.base)]

    def install(self, connection: BaseDatabaseWrapper, table: str) -> None:
        """Add the triggers to the table."""
        _run(connection, *(statement.replace("{table}", table) for statement in self.statements[connection.vendor]))

    def remove(self, connection: BaseDatabaseWrapper, table: str) -> None:
        """Remove the triggers from the table."""
        drop = _DROP[connection.vendor]
        _run(connection, *(drop.format(name=name, table=table) for name in self.names_on(connection, table)))

    def names_on(self, connection: BaseDatabaseWrapper, table: str) -> list[str]:
        """Return the names of the triggers of this table."""
        return [name.replace("{table}", table) for name in self.names[connection.vendor]]

    def on(self, *tables: str) -> migrations.RunPython:
        """Return a migration operation that adds the triggers to these tables."""

        def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
            for table in tables:
                self.install(schema_editor.connection, table)

        def remove(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
            for table in tables:
                self.remove(schema_editor.connection, table)

        return migrations.RunPython(install, remove)

    def install_missing(self, app_config: AppConfig, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
        """Receiver of post_migrate: add the triggers to those of the app's tables that lack one."""
        tables = {model._meta.db_table for model in self.models() if model._meta.app_label == app_config.label}
        if tables:
            for table in missing(connections[using], self):
                if table in tables:
                    self.install(connections[using], table)


def present(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of all tables and of all enabled triggers. Takes one query."""
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT[connection.vendor])
        return {name for (name,) in cursor.fetchall()}


def missing(connection: BaseDatabaseWrapper, *kinds: Triggers, among: set[str] | None = None) -> list[str]:
    """Return the names of tables that lack one of the triggers of these kinds. `among` is what is `present`, if known."""
    found = present(connection) if among is None else among
    return [
        model._meta.db_table
        for kind in kinds
        for model in kind.models()
        if {model._meta.db_table, kind.writes} <= found | {""}
        and not found.issuperset(kind.names_on(connection, model._meta.db_table))
    ]


def errors(databases: Sequence[str] | None, check: str, problem: str, *kinds: Triggers) -> list[CheckMessage]:
    """The errors of a system check: for each table that lacks a trigger one with the id `check`, which tells the problem."""
    return [
        Error(f"{table} {problem}", hint="Run manage.py migrate.", id=check)
        for alias in databases or []
        for table in missing(connections[alias], *kinds)
    ]


def _run(connection: BaseDatabaseWrapper, *statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
