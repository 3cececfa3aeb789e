"""The command `rebuild_liquidity [--check]`, which recomputes the liquidity nodes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from buyers.liquidity.services import rebuild_liquidity
from wholesale.plumbing.act import Act


class Command(BaseCommand):
    """Recompute every liquidity node from its feedback events."""

    help = "Recompute every liquidity node from its events, mend those that differ, and name them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the option `--check`, which recomputes but writes nothing."""
        parser.add_argument("--check", action="store_true", help="write nothing, and exit 1 if a node differs")

    def handle(self, *, check: bool, **options: Any) -> None:
        """Recompute the liquidity nodes and print each node whose stored figures differed.

        Raises:
            CommandError: with `--check`, a node differs from its events.

        """
        found = 0
        for node, stored, folded in rebuild_liquidity(write=not check, act=Act("rebuild_liquidity")):
            found += 1
            self.stdout.write(f"{node}: stored {stored}, its events make {folded}")
        if not found:
            self.stdout.write("Every node is what its events make.")
        elif check:
            raise CommandError(f"Nodes that differ: {found}. Nothing was changed.")
        else:
            self.stdout.write(f"Nodes mended: {found}.")
