"""Refusals of tasks and of the table of outcomes."""

from wholesale.plumbing.errors import DomainError, NotAllowedForYou, NotFound


class TaskNotFound(NotFound):
    """There is no task with this id."""


class NotYourTask(NotAllowedForYou):
    """This task has another owner; your role completes unowned tasks and its own."""


class NotYourName(NotAllowedForYou):
    """Your role claims tasks under its own user name only."""


class TimeOutOfRange(DomainError):
    """The time must not lie in the future, nor too far back."""

    code = "out_of_range"
    status = 400


class TaskLeased(DomainError):
    """Somebody else holds a live claim of this task. With force and a note it is recorded all the same."""

    code = "task_leased"


class TaskClosed(DomainError):
    """This task is completed or cancelled already."""

    code = "task_closed"


class OptOutStays(DomainError):
    """Who wants no more contact is contacted no more: this outcome always records the opt-out."""

    code = "opt_out_stays"
    status = 400


class PauseNeedsDays(DomainError):
    """A pause has 1 to 365 days, any other effect 0."""

    code = "pause_needs_days"
    status = 400
