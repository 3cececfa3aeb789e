"""The command `review_grounds`."""

from typing import Any

from django.core.management.base import BaseCommand

from followups.leads.retired_grounds import RetiredGround, retired_grounds
from governance.gate.ledger import WHAT_TO_DO
from wholesale.plumbing.texts import iso_utc


class Command(BaseCommand):
    """The command that prints each ledger line whose ground is retired."""

    help = "Print each line of the ledger whose ground is retired (BUSINESS), for a person to look at."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each ledger line with a retired ground, then what to do about these lines."""
        count = 0
        for ground in retired_grounds():
            count += 1
            self.stdout.write(_text(ground))
        self.stdout.write(f"{count:,} to look at. {WHAT_TO_DO}" if count else "No line on file has a retired ground.")


def _text(ground: RetiredGround) -> str:
    record = ground.record
    parts = [
        f"line {record.pk}",
        f"lead {', '.join(ground.lead_ids) or 'unknown'}",
        str(record.point),
        record.channel,
        f"{record.basis} of {iso_utc(record.effective_at)}",
        f"counts until {iso_utc(record.expires_at) if record.expires_at else 'nobody knows'}",
        f"proof: {record.evidence or 'erased'}",
    ]
    return " | ".join(parts)
