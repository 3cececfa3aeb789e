"""Files of leads, CSV and XLSX."""

from datetime import datetime
from typing import IO

from django.utils.translation import gettext_noop

from followups.leads.fields import COLUMNS
from followups.leads.lists.words import COLUMN_OF, fault_of, value_of
from governance.lists.wishes import WishColumns
from wholesale.plumbing.importing.files import Format, ListFile, open_list
from wholesale.plumbing.importing.kinds import RowKind

LEADS = RowKind("lead", gettext_noop("leads"), "lead_id", COLUMNS, COLUMN_OF, fault_of, value_of, WishColumns)


def read(stream: IO[bytes], file_format: Format, now: datetime | None = None) -> ListFile:
    """Open a file of leads. Rows are read lazily; a fault that makes the whole file unreadable is raised here.

    Raises:
        UnreadableFile: the file is not of its format, exceeds a bound, lacks the column `lead_id`, or has a column twice.

    """
    return open_list(stream, file_format, LEADS, now)
