"""`contact_rules`: the rules of the law that the contact gate holds to."""

from typing import Any

from django.core.management.base import BaseCommand

from governance import law


class Command(BaseCommand):
    """Prints the rules as markdown, as docs/contact-rules.md shows them."""

    help = "Print the rules of the law that the contact gate holds to, with their sources and dates, as markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the version and the page."""
        self.stdout.write(f"Version {law.VERSION}\n\n{law.page()}")
