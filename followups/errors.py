"""Refusals of follow-up."""

from wholesale.errors import NotAllowedForYou, NotFound


class TaskNotFound(NotFound):
    """There is no task with this id."""


class NotYourTask(NotAllowedForYou):
    """This task has another owner; your role completes unowned tasks and its own."""
