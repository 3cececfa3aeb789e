"""Files of buyers, CSV and XLSX. A row is a buyer with at most one box."""

from django.utils.translation import gettext_noop

from buyers.book.fields import COLUMNS
from buyers.book.lists.words import COLUMN_OF, fault_of, value_of
from governance.lists.wishes import WishColumns
from wholesale.plumbing.importing.kinds import RowKind

BUYERS = RowKind("buyer", gettext_noop("buyers"), "buyer_id", COLUMNS, COLUMN_OF, fault_of, value_of, WishColumns)
