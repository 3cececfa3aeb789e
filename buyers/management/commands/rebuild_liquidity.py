"""The command `rebuild_liquidity [--check]`, which recomputes the liquidity nodes and the buyers' records."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from buyers.liquidity.rebuilding import rebuild_liquidity
from wholesale.plumbing.act import Act


class Command(BaseCommand):
    """Recompute every liquidity node and every buyer's record from its feedback events."""

    help = "Recompute every liquidity node and every buyer's record from its events, mend those that differ, and name them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the option `--check`, which recomputes but writes nothing."""
        parser.add_argument("--check", action="store_true", help="write nothing, and exit 1 if one differs")

    def handle(self, *, check: bool, **options: Any) -> None:
        """Recompute everything, and print each node and each record whose stored figures differed.

        Raises:
            CommandError: with `--check`, one differs from its events.

        """
        found = 0
        for row, stored, fresh in rebuild_liquidity(write=not check, act=Act("rebuild_liquidity")):
            found += 1
            self.stdout.write(f"{row}: stored {stored}, its events make {fresh}")
        if not found:
            self.stdout.write("Every node and every buyer's record is what its events make.")
        elif check:
            raise CommandError(f"Nodes and records that differ: {found}. Nothing was changed.")
        else:
            self.stdout.write(f"Nodes and records mended: {found}.")
