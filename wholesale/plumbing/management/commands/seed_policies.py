"""`seed_policies`."""

from typing import Any

from django.core.management.base import BaseCommand

from wholesale.plumbing import seeds


class Command(BaseCommand):
    """Makes the policies that are missing, as `migrate` does. A policy that exists is left as it is."""

    help = "Give each province its default policies and ladder templates, and each outcome its rule, where it has none."

    def handle(self, **options: Any) -> None:
        """Make and count."""
        self.stdout.write("".join(f"Made {made} {what}.\n" for what, made in seeds.make_missing()), ending="")
