"""The life of a batch: it is checked, and imported after somebody has confirmed it.

A small file is handled within the request, a large one by the worker. Each app calls this from its own verbs and task.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.utils import timezone
from django.utils.translation import gettext_noop
from django_tasks.base import Task

from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.errors import ImportNotReady, UnreadableFile
from wholesale.plumbing.importing.files import Format, ListFile, RefusedFile, open_list
from wholesale.plumbing.importing.kinds import RowKind
from wholesale.plumbing.importing.models import ImportBatch

ROWS_AT_ONCE = 5_000  # the worker handles files with more rows
BYTES_MAX = 50 * 1024 * 1024  # about 300,000 leads
KEPT_FOR = timedelta(days=30)  # for files and refused rows: they are personal, and of no use later

State = ImportBatch.State
Batch = TypeVar("Batch", bound=ImportBatch)


@dataclass(frozen=True, slots=True)
class Importer(Generic[Batch]):
    """Handles the batches of one kind of rows. All methods but `work_on` run in the caller's transaction."""

    model: type[Batch]
    kind: RowKind
    # Imports the rows, or only checks them while the batch is CHECKING. Returns the batch's columns with the results.
    run: Callable[[Batch, ListFile, RefusedFile], dict[str, Any]]
    command: str  # the command for larger files

    def begin(self, *, file_name: str, content: bytes, act: Act) -> Batch:
        """Store a file as a new batch.

        Raises:
            UnreadableFile: the file is too large, neither CSV nor XLSX, or has an unusable header.

        """
        if len(content) > BYTES_MAX:
            raise UnreadableFile(
                gettext_noop("It is larger than %(bytes_max)s MB: divide it, or use %(command)s."),
                bytes_max=BYTES_MAX // 1024**2,
                command=self.command,
            )
        found = open_list(io.BytesIO(content), Format.of(file_name), self.kind)
        return self.model._default_manager.create(
            file_name=file_name,
            content=content,
            unknown_columns=found.unknown,
            is_large=found.about > ROWS_AT_ONCE,
            changed_by=act.actor,
            user=act.user,
            created_at=act.now,
        )

    def confirm(self, batch_id: int) -> Batch:
        """Mark a checked batch to be imported.

        Raises:
            ImportNotReady: the batch was not checked, was imported already, or its file is gone.

        """
        batches = self.model._default_manager.filter(pk=batch_id)
        confirmed = batches.select_for_update().defer("content").get()
        if not confirmed.is_ready or not batches.filter(content__isnull=False).exists():
            raise ImportNotReady
        confirmed.state = State.IMPORTING
        confirmed.save(update_fields=["state"])
        return confirmed

    def retry(self, batch_id: int) -> Batch:
        """Mark a failed batch to be checked again.

        Raises:
            ImportNotReady: the batch has not failed, or its file is gone.

        """
        kept = self.model._default_manager.filter(pk=batch_id, content__isnull=False)
        failed = kept.select_for_update().defer("content").first()
        if failed is None or failed.state != State.FAILED:
            raise ImportNotReady(gettext_noop("This import has not failed, or its file is gone."))
        failed.state, failed.failure, failed.finished_at = State.CHECKING, "", None
        failed.save(update_fields=["state", "failure", "finished_at"])
        return failed

    def worked_on(self, batch: Batch, task: Task[..., Any]) -> Batch:
        """Return the batch after `work_on`. A large file is left to the task, which does the same in the background."""
        if batch.is_large:
            task.enqueue(batch.pk)
        else:
            self.work_on(batch.pk)
            batch.refresh_from_db()
        return batch

    def work_on(self, batch_id: int) -> None:
        """Check or import a batch, depending on its state. A batch in another state is left alone."""
        batch = self.model._default_manager.get(pk=batch_id)
        if batch.state not in (State.CHECKING, State.IMPORTING):
            return
        waiting = self.model._default_manager.filter(pk=batch_id, state=batch.state)
        text = io.StringIO()
        try:
            rows = self.open(batch)
            found = self.run(batch, rows, RefusedFile(text, rows.columns))
        except UnreadableFile as error:
            waiting.update(state=State.FAILED, failure=error.detail, content=None, finished_at=timezone.now())
            return
        found["refused_rows"] = text.getvalue() if found["refused"] else ""
        if batch.state == State.CHECKING:
            waiting.update(state=State.CHECKED, **found)
        else:
            waiting.update(state=State.DONE, content=None, finished_at=timezone.now(), **found)

    def open(self, batch: Batch) -> ListFile:
        """Open the batch's file.

        Raises:
            UnreadableFile: the file is damaged or gone.

        """
        return open_list(io.BytesIO(batch.content or b""), Format.of(batch.file_name), self.kind)

    def forget(self) -> None:
        """Remove the uploaded files and the refused rows of old batches. The counts of these batches stay."""
        old = self.model._default_manager.filter(created_at__lt=timezone.now() - KEPT_FOR)
        old.update(content=None, refused_rows="")

    def give_up(self, what_happened: str, batch_id: int) -> None:
        """Mark a batch as failed because its task failed. The file stays, so that somebody can try again."""
        waiting = self.model._default_manager.filter(pk=batch_id, state__in=(State.CHECKING, State.IMPORTING))
        waiting.update(
            state=State.FAILED, failure=f"{what_happened} Try again, or upload it in parts.", finished_at=timezone.now()
        )
