"""Many rows of one table at once: by COPY on PostgreSQL, which costs a fraction of an INSERT; by INSERT on SQLite."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of these columns (attribute names, as `user_id`), in their order; the others have their defaults.

    No signal is sent and no object made. A row that breaks a constraint undoes them all.
    """
    if connection.vendor == "postgresql":
        _copy(model, columns, rows)
    else:
        model._default_manager.bulk_create(model(**dict(zip(columns, row, strict=True))) for row in rows)


def ids(model: type[models.Model], count: int) -> list[int]:
    """The ids of as many rows that are to be inserted, of PostgreSQL's sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [model._meta.db_table, count]
        )
        return [pk for (pk,) in cursor.fetchall()]


def _copy(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    absent = {name: field.get_default() for name, field in fields.items() if name not in columns and not field.primary_key}
    defaults = {name: value for name, value in absent.items() if value is not None}
    kinds = [fields[name] for name in columns]
    json = [n for n, field in enumerate(kinds) if isinstance(field, models.JSONField)]
    times = [n for n, field in enumerate(kinds) if isinstance(field, models.DateTimeField)]
    names = ", ".join(f'"{fields[name].column}"' for name in (*columns, *defaults))
    rest = tuple(defaults.values())
    texts: dict[datetime | None, str | None] = {None: None}  # many rows share their times, and to write one costs most
    copy_in = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'
    # Django makes the driver's errors its own in every call of a cursor but this one.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(copy_in) as copy:
        for row in rows:
            values = [*row, *rest]
            for n in times:
                time = values[n]
                if time not in texts:
                    texts[time] = str(time)
                values[n] = texts[time]
            for n in json:
                values[n] = kinds[n].get_db_prep_save(values[n], connection)
            copy.write_row(values)
