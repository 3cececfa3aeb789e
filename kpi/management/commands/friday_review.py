"""The command `friday_review [--until TIME] [--format markdown|json|html] [--mail]`."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.exceptions import ValidationError

from kpi.review.rendering import as_html, as_markdown
from kpi.review.services import friday_review, keep_review
from kpi.review.tasks import ACTOR
from wholesale.plumbing.act import Act
from wholesale.plumbing.fields import AwareDateTimeField

FORMATS = {"markdown": as_markdown, "json": lambda review: json.dumps(review, indent=2), "html": as_html}


class Command(BaseCommand):
    """The command that prints the review of a week, or mails that of the last Friday."""

    help = (
        "Print the review of the week before --until (default: now) for each province, against the four weeks before: "
        "offers, rates, days in each state, the SLA, contacts outside the rules, tripwires, risk and ratios."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("--until", metavar="TIME", help="such as 2026-11-27T21:00:00Z")
        parser.add_argument("--format", choices=FORMATS, default="markdown")
        parser.add_argument(
            "--mail",
            action="store_true",
            help="keep and mail the review of the week that ended on the last Friday at 16:00, as the worker does, at most "
            "two days later and once a week",
        )

    def handle(self, *, until: str | None, format: str, mail: bool, **options: Any) -> None:
        """Print or mail the review.

        Raises:
            CommandError: `until` is no time, or is given together with `mail`.

        """
        if mail:
            if until:
                raise CommandError("--until: not together with --mail, which mails the last Friday's review.")
            review = keep_review(act=Act(ACTOR))
            said = "Not mailed: it was kept before, or that Friday is more than two days ago."
            self.stdout.write(f"Kept; mailed to {review.mailed_to}." if review else said)
            return
        try:
            end = AwareDateTimeField().run_validation(until) if until else None
        except ValidationError as error:
            raise CommandError(f"--until: {' '.join(map(str, error.detail))}") from error
        self.stdout.write(FORMATS[format](friday_review(until=end)))
