"""`seed_policies`."""

from typing import Any

from django.core.management.base import BaseCommand

from governance.market import services as market
from offers import services as offers


class Command(BaseCommand):
    """Makes the policies that are missing, as `migrate` does. A policy that exists is left as it is."""

    help = "Give each province its default market policy, and its default offer policy, off, where it has none."

    def handle(self, **options: Any) -> None:
        """Make and count."""
        made = (market.seed_policies(), offers.seed_policies())
        self.stdout.write(f"Made {made[0]} market policies and {made[1]} offer policies, the latter off.")
