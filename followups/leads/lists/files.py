"""Leads as files, CSV and XLSX: what their columns and cells mean, row by row. Refused rows are written with the reason."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO

from django.utils import timezone

from followups.leads.lists.words import COLUMN_OF
from wholesale.importing.files import READERS, Format, ListFile
from wholesale.importing.texts import key_of


def read(stream: IO[bytes], file_format: Format, now: datetime | None = None) -> ListFile:
    """Open a file of leads. Its rows are read as they are asked for; what makes all of it unreadable is found before.

    Raises:
        UnreadableFile: it is not of its format, passes a bound, has no column `lead_id` or two that mean the same.

    """
    return ListFile(READERS[file_format](stream, _rating), now or timezone.now())


def _rating(cells: Sequence[str]) -> int:
    """How many columns of ours a row names, where `lead_id` is one of them."""
    meanings = {COLUMN_OF.get(key_of(cell)) for cell in cells} - {None}
    return len(meanings) if "lead_id" in meanings else 0
