"""The command `evaluate_tripwires`, which does the same as the daily job of this name."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from kpi.tripwire.evaluations import evaluate_all
from wholesale.plumbing.act import Act


class Command(BaseCommand):
    """Evaluates every enabled regression policy; exits 1 when one is triggered."""

    help = "Evaluate every enabled regression policy, act on a fall that begins, and exit 1 when one is triggered."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line for each policy. Exit 1 if a policy is triggered."""
        states = []
        for policy, state in evaluate_all(act=Act("evaluate_tripwires")):
            states.append(state)
            verdict = f"TRIGGERED ({state.action_taken})" if state.triggered else "amber" if state.amber else "quiet"
            self.stdout.write(f"{policy.codes}: {verdict}: {state.note}")
        if not states:
            self.stdout.write("No regression policy is enabled.")
        if any(state.triggered for state in states):
            sys.exit(1)
