"""Files of sales, CSV and XLSX."""

from django.utils.translation import gettext_noop

from offers.comps.fields import COLUMNS
from offers.comps.lists.words import COLUMN_OF, fault_of, value_of
from wholesale.plumbing.importing.kinds import RowKind

SALES = RowKind("sale", gettext_noop("sales"), "sale_id", COLUMNS, COLUMN_OF, fault_of, value_of)
