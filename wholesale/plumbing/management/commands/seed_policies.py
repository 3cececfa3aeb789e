"""The command `seed_policies`."""

from typing import Any

from django.core.management.base import BaseCommand

from wholesale.plumbing import seeds


class Command(BaseCommand):
    """Creates the missing policies, as `migrate` does. Existing policies are not changed."""

    help = "Give each province its default policies and ladder templates, and each outcome its rule, where it has none."

    def handle(self, **options: Any) -> None:
        """Create the missing policies and print how many there were of each kind."""
        self.stdout.write("".join(f"Made {made} {what}.\n" for what, made in seeds.make_missing()), ending="")
