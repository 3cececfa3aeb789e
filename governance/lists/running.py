"""Importing a batch: a file that somebody uploaded in the admin."""

from collections.abc import Callable
from typing import Any, TypeVar

from governance.lists.remarks import recorded
from governance.lists.upserting import ListReport
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.files import ListFile, RefusedFile
from wholesale.plumbing.importing.models import ImportBatch
from wholesale.plumbing.importing.remarks import blank, missing, ranges

R = TypeVar("R", bound=ListReport)


def run(
    batch: ImportBatch, rows: ListFile, refused: RefusedFile, upsert: Callable[..., R], before: str
) -> tuple[R, dict[str, Any]]:
    """Check or import a batch's rows by `upsert`. Return its report, and the batch's columns with the results.

    `before` says in words what must not happen before a person has looked at a row with a doubt.
    """
    held: list[int] = []
    report = upsert(
        rows.rows,
        act=Act(batch.changed_by, batch.user),
        dry_run=batch.state == ImportBatch.State.CHECKING,
        source=batch.file_name,
        refuse=refused.write,
        hold=lambda one, _: held.append(one.number),
    )
    told = [*missing(report.rows, rows), *rows.notes, *blank(rows), *recorded(report)]
    if held:
        told.append(f"What these rows say of contact is to be looked at before {before}: {ranges(held)}.")
    return report, {
        **{name: getattr(report, name) for name in ("created", "updated", "unchanged", "refused")},
        "remarks": told,
    }
