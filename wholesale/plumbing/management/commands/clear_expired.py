"""The command `clear_expired`."""

from typing import Any

from django.core.management.base import BaseCommand

from wholesale.plumbing.housekeeping import clear_expired


class Command(BaseCommand):
    """Removes expired idempotency keys, API tokens and sessions, and old notices. Run it once a day."""

    help = (
        "Remove expired idempotency keys, tokens and sessions, and old notices; at any time. What proves a contact is kept."
    )

    def handle(self, **options: Any) -> None:
        """Remove the expired rows and print how many there were."""
        cleared = clear_expired()
        removed = {
            "idempotency keys": cleared.idempotency_keys,
            "tokens": cleared.tokens,
            "sessions": cleared.sessions,
            **cleared.others,
        }
        self.stdout.write(f"Removed {', '.join(f'{count} {what}' for what, count in removed.items())}.")
