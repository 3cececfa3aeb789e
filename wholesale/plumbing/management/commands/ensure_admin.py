"""The command `ensure_admin`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from wholesale.plumbing.housekeeping import ensure_admin


class Command(BaseCommand):
    """Creates the first administrator and prints the password, which is not shown again."""

    help = "Create the superuser admin with a random password, printed once, unless there is a superuser."

    def handle(self, **options: Any) -> None:
        """Create or find the administrator, and print how to log in.

        Raises:
            CommandError: there is no active superuser, but a user named `admin`.

        """
        try:
            admin = ensure_admin()
        except ValueError as error:
            raise CommandError(str(error)) from error
        if admin.password is None:
            self.stdout.write(
                f'The admin user "{admin.name}" exists. A new password: make manage ARGS="changepassword {admin.name}"'
            )
        else:
            self.stdout.write(
                f"Made the admin user. Its password is shown only now:\n\n    {admin.name}  {admin.password}\n"
            )
