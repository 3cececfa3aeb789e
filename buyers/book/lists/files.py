"""Files of buyers, CSV and XLSX. A row is a buyer with at most one box."""

from buyers.book.fields import COLUMNS
from buyers.book.lists.words import COLUMN_OF, fault_of, value_of
from governance.lists.wishes import WishColumns
from wholesale.plumbing.importing.kinds import RowKind

BUYERS = RowKind("buyer", "buyers", "buyer_id", COLUMNS, COLUMN_OF, fault_of, value_of, WishColumns)
