"""The mark: one value that changes with every row that governs, such as a policy, a zone or a closed day.

Triggers give it a value that it never had, whatever changes a row: a verb, the admin, an import or raw SQL. So what was read
from such rows can be kept in the process under the mark (`Kept`): as long as the mark is the same, so are the rows.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.core.checks import CheckMessage, Tags, register
from django.db import connection, models

from wholesale.plumbing.compiled import Columns, fetch
from wholesale.plumbing.triggers import Triggers, errors


class Mark(models.Model):
    """The one row with the mark."""

    value = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="mark_one_row")]
        default_permissions = ()
        verbose_name_plural = "marks"

    def __str__(self) -> str:
        return str(self.value)


class Governing(models.Model):
    """The base of tables whose rows govern: operators edit them, and verbs decide by them. Each change changes the mark.

    No verb that is done often may change such a row: until its transaction ends, everybody else who changes one waits.
    """

    class Meta:
        abstract = True


_TABLE = Mark._meta.db_table
_SEQUENCE = f"{_TABLE}_seq"
# On PostgreSQL a sequence goes on after a rollback. SQLite has none, and a number that is rolled back would come again.
_NEW_VALUE = {"postgresql": f"nextval('{_SEQUENCE}')", "sqlite": "random()"}
_CHANGE = {
    vendor: f"INSERT INTO {_TABLE} (id, value) VALUES (1, {value}) ON CONFLICT (id) DO UPDATE SET value = excluded.value"
    for vendor, value in _NEW_VALUE.items()
}
# The last statement: while the triggers were missing, rows may have changed.
TRIGGERS = Triggers(
    Governing,
    names={
        "postgresql": ("{table}_mark", "{table}_mark_truncate"),
        "sqlite": ("{table}_mark_insert", "{table}_mark_update", "{table}_mark_delete"),
    },
    statements={
        "postgresql": (
            f"CREATE SEQUENCE IF NOT EXISTS {_SEQUENCE}",
            "CREATE OR REPLACE FUNCTION change_mark() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ "
            f"BEGIN {_CHANGE['postgresql']}; RETURN NULL; END $$",
            # For each row, because a statement that changes no row leaves the mark.
            "CREATE OR REPLACE TRIGGER {table}_mark AFTER INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION change_mark()",
            "CREATE OR REPLACE TRIGGER {table}_mark_truncate AFTER TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION change_mark()",
            _CHANGE["postgresql"],
        ),
        "sqlite": (
            *(
                f"CREATE TRIGGER IF NOT EXISTS {{table}}_mark_{verb} AFTER {verb} ON {{table}} "
                f"BEGIN {_CHANGE['sqlite']}; END"
                for verb in ("insert", "update", "delete")
            ),
            _CHANGE["sqlite"],
        ),
    },
    writes=_TABLE,
)
# The mark as a column of a statement, and of a queryset. It is NULL if the row is lost; the next change makes it again.
MARK_SQL = f"(SELECT value FROM {_TABLE} WHERE id = 1)"
VALUE = models.Subquery(Mark.objects.values("value"))


def current() -> int | None:
    """Return the mark, or None if its row is lost."""
    [(value,)] = fetch(f"SELECT {MARK_SQL}", Columns(), {})
    return value


def hold() -> None:
    """Lock the mark until the transaction ends, and change it. A verb that changes a governing row takes this lock first of
    all: the triggers take it in any case, and verbs that took it late would wait for each other in a circle."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE[connection.vendor])


KeptT = TypeVar("KeptT")


class Kept(Generic[KeptT]):
    """What `load` makes from governing rows, kept in the process until the mark changes. Callers must not change it."""

    def __init__(self, load: Callable[[], KeptT]) -> None:
        self._load = load
        self._kept: tuple[int | None, Any] = (None, None)

    def at(self, mark: int | None) -> KeptT:
        """Return what `load` made under this mark. If the mark has changed since it was read, return what is newer.

        Without a mark (its row is lost) everything is read each time.
        """
        known, kept = self._kept
        if mark is None:
            return self._load()
        return kept if known == mark else self._loaded(mark)

    def _loaded(self, mark: int | None) -> KeptT:
        known = None
        while known != mark:
            # If the mark is still the same after the rows were read, they belong to it.
            kept, known, mark = self._load(), mark, current()
        self._kept = known, kept
        return kept


@register(Tags.database)
def check_mark(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """wholesale.E011: a change of a governing row would not change the mark. `migrate` and `check --database default` run
    this check."""
    return errors(databases, "wholesale.E011", "governs but has no trigger that changes the mark", TRIGGERS)
