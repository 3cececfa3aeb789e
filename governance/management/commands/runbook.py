"""The command `runbook`, which prints whether the system is ready."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from governance.runbook.services import as_markdown, status


class Command(BaseCommand):
    """Print the runbook's status as markdown, and exit with 1 while it has a blocker."""

    help = "Print the runbook's status as markdown; exit 1 while something blocks going live."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every check once and print what it finds."""
        found = status()
        self.stdout.write(as_markdown(found))
        if not found["ok_to_enable_go_live"]:
            sys.exit(1)
