"""The command `serve`: the production server."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from wholesale.plumbing.serving.server import serve


class Command(BaseCommand):
    """Runs the production server until it is told to stop. `make serve` uses it."""

    help = "The production server. SIGTERM ends it after the requests under way."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the command's arguments."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2, help="processes; as many as cores")
        parser.add_argument("--threads", type=int, default=1, help="of a worker, for the API and for the admin each")

    def handle(self, *, host: str, port: int, workers: int, threads: int, **options: Any) -> None:
        """Start the server. The application is loaded before the workers are forked."""
        connections.close_all()  # no connection to the database may be shared by two processes
        try:
            serve(host=host, port=port, workers=workers, threads=threads)
        except OSError as error:
            raise CommandError(f"{host}:{port} cannot be listened on: {error.strerror}") from error
