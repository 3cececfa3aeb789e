"""Append-only tables: the database itself refuses to change or delete their rows. The histories of policies are such tables.

Row triggers refuse UPDATE and DELETE on both databases (`wholesale.plumbing.triggers`). There is no trigger for TRUNCATE:
PostgreSQL's test flush needs it, and the application's user should not have that right.

Words about a person can be erased (`ErasableModel`): for these tables the triggers refuse only UPDATE.
"""

from collections.abc import Sequence
from typing import Any, NoReturn

from django.core.checks import CheckMessage, Tags, register
from django.db import models

from wholesale.plumbing.triggers import Triggers, errors


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


_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change_of_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
_ON_POSTGRESQL = (
    "CREATE OR REPLACE TRIGGER {{table}}_append_only BEFORE {verbs} ON {{table}} "
    "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_append_only()"
)
_ON_SQLITE = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {{table}}_append_only{suffix} BEFORE {verb} ON {{table}} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for verb, suffix in (("UPDATE", ""), ("DELETE", "_delete"))
)
APPEND_ONLY = Triggers(
    AppendOnlyModel,
    names={
        "postgresql": ("{table}_append_only",),
        "sqlite": ("{table}_append_only", "{table}_append_only_delete"),
    },
    statements={"postgresql": (_FUNCTION, _ON_POSTGRESQL.format(verbs="UPDATE OR DELETE")), "sqlite": _ON_SQLITE},
)
ERASABLE = Triggers(
    ErasableModel,
    names={"postgresql": ("{table}_append_only",), "sqlite": ("{table}_append_only",)},
    statements={"postgresql": (_FUNCTION, _ON_POSTGRESQL.format(verbs="UPDATE")), "sqlite": _ON_SQLITE[:1]},
)


@register(Tags.database)
def check_triggers(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """wholesale.E010: an append-only table has lost a trigger. `migrate` and `check --database default` run this check."""
    return errors(databases, "wholesale.E010", "is append-only but has no trigger", APPEND_ONLY, ERASABLE)
