"""The command `clear_expired`."""

from typing import Any

from django.core.management.base import BaseCommand

from wholesale.plumbing.housekeeping import clear_expired


class Command(BaseCommand):
    """Removes expired idempotency keys, API tokens and sessions. Run it once a day."""

    help = "Remove expired idempotency keys, API tokens and sessions; safe at any time. What proves a contact is kept."

    def handle(self, **options: Any) -> None:
        """Remove the expired rows and print how many there were."""
        cleared = clear_expired()
        self.stdout.write(
            f"Removed {cleared.idempotency_keys} idempotency keys, {cleared.tokens} tokens, {cleared.sessions} sessions."
        )
