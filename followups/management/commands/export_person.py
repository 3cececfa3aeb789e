"""The command `export_person LEAD_ID [--output FILE]`."""

from followups.leads.people.services import export_person
from wholesale.plumbing.json_files import ExportCommand


class Command(ExportCommand):
    """The command that prints all that is on file about a person, as JSON."""

    help = "Print all that is on file about a person whom we know as a lead, as JSON."
    argument = "LEAD_ID"
    found = staticmethod(export_person)
