"""`worker`: background work, and the schedule of what is periodic."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from wholesale.periodic import jobs, start_scheduler


class Command(BaseCommand):
    """Does background tasks until it is told to stop, and enqueues the periodic ones. Run as many as you like."""

    help = "Do background tasks until stopped, and enqueue periodic ones at their times. Safe to run twice and to kill."

    def add_arguments(self, parser: CommandParser) -> None:
        """The command's own arguments."""
        parser.add_argument("--no-schedule", action="store_true", help="only do tasks; another worker keeps the schedule")
        parser.add_argument("--batch", action="store_true", help="do what is waiting, then stop")

    def handle(self, *, no_schedule: bool, batch: bool, **options: Any) -> None:
        """Schedule in a thread, work in this one."""
        scheduler = None if no_schedule or batch else start_scheduler()
        if scheduler is not None:
            for job in jobs():
                self.stdout.write(f"{job.crontab:<14} {job.name}")
        try:
            call_command("db_worker", queue_name="*", batch=batch, reload=False, startup_delay=False)
        finally:
            if scheduler is not None:
                scheduler.shutdown(wait=False)
