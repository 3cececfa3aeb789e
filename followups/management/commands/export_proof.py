"""The command `export_proof WHO [--output FILE]`."""

from followups.leads.people.proof import export_proof
from wholesale.plumbing.json_files import ExportCommand


class Command(ExportCommand):
    """The command that prints the proof of one person's consent, as JSON."""

    help = "Print the proof of a person's consent, for a regulator, as JSON. WHO is a lead id, a phone number or an e-mail."
    argument = "WHO"
    found = staticmethod(export_proof)
