"""The command `worker`: background tasks and the schedule of periodic jobs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wholesale.plumbing.work.periodic import jobs
from wholesale.plumbing.work.queues import Queue
from wholesale.plumbing.work.worker import Crew, work, work_off


class Command(BaseCommand):
    """Runs background tasks until it is told to stop, and enqueues periodic jobs. Several workers may run."""

    help = "Do background tasks until stopped, and enqueue periodic ones at their times. Safe to run twice and to kill."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("--no-schedule", action="store_true", help="only do tasks; another worker keeps the schedule")
        parser.add_argument("--queue", choices=list(Queue), help="this one alone; without it each has a process of its own")
        parser.add_argument("--batch", action="store_true", help="do what is waiting, then stop")

    def handle(self, *, no_schedule: bool, queue: str | None, batch: bool, **options: Any) -> None:
        """Print the times of the periodic jobs, then run the tasks."""
        if batch:
            work_off([queue] if queue else list(Queue))
            return
        if not no_schedule:
            for job in jobs():
                self.stdout.write(f"{job.crontab:<14} {job.name}")
        if queue:
            work(Queue(queue), schedule=not no_schedule)
        else:
            Crew(schedule=not no_schedule).run()
