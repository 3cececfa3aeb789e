"""The command `import_buyers FILE [--refused FILE] [--dry-run]`."""

from buyers.book.lists import files
from buyers.book.lists.services import upsert_buyers
from governance.lists.commands import ImportCommand


class Command(ImportCommand):
    """The command that imports buyers from a file."""

    help = (
        "Create or change buyers from a CSV or XLSX file. A row at the top names the columns, buyer_id among them. An "
        "absent or empty value keeps the stored one. The columns of a box, such as places and max_price, replace the "
        "buyer's box without a name as a whole. Invalid rows are refused and written to a file with their reasons. The "
        "same file again changes nothing. Columns such as do_not_call, unsubscribed and consent are recorded in the "
        "ledger. The exit code is 1 if rows were refused or not read."
    )
    kind, actor = files.BUYERS, "import_buyers"
    upsert = staticmethod(upsert_buyers)
