"""The command `export_buyer BUYER_ID [--output FILE]`."""

from buyers.people.services import export_buyer
from wholesale.plumbing.json_files import ExportCommand


class Command(ExportCommand):
    """The command that prints all that is on file about a buyer, as JSON."""

    help = "Print all that is on file about a person whom we know as a buyer, as JSON."
    argument = "BUYER_ID"
    found = staticmethod(export_buyer)
