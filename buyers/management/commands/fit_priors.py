"""The command `fit_priors`, which fits the priors of the rates of buyers."""

from typing import Any

from django.core.management.base import BaseCommand

from buyers.liquidity import fitting
from wholesale.plumbing.act import Act


class Command(BaseCommand):
    """Fit the priors now. The periodic job does it every night."""

    help = "Fit the priors of response and close rates to what was heard of all nodes and buyers until now."

    def handle(self, **options: Any) -> None:
        """Fit the priors, and say to what."""
        done = fitting.fit_priors(act=Act("fit_priors"))
        self.stdout.write(f"Priors fitted to {done.nodes:,} nodes and {done.buyers:,} buyers.")
