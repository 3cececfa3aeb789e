"""The command `contact_rules`, which prints the rules of the law that the contact gate follows."""

from typing import Any

from django.core.management.base import BaseCommand

from governance import law


class Command(BaseCommand):
    """Print the rules of the law as markdown, for docs/contact-rules.md."""

    help = "Print the rules of the law that the contact gate holds to, with their sources and dates, as markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the version of the rules, then the rules themselves."""
        self.stdout.write(f"Version {law.VERSION}\n\n{law.page()}")
