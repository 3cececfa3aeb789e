"""Refusals of tasks and of the table of outcomes."""

from wholesale.plumbing.errors import DomainError, NotAllowedForYou, NotFound


class TaskNotFound(NotFound):
    """There is no task with this id."""


class NotYourTask(NotAllowedForYou):
    """This task has another owner; your role completes unowned tasks and its own."""


class NotYourName(NotAllowedForYou):
    """Your role claims tasks under its own user name only."""


class TimeOutOfRange(DomainError, code="out_of_range", status=400):
    """The time must not lie in the future, nor too far back."""


class TaskLeased(DomainError, code="task_leased"):
    """Somebody else holds a live claim of this task. With force and a note it is recorded all the same."""


class TaskClosed(DomainError, code="task_closed"):
    """This task is completed or cancelled already."""


class NothingToTakeBack(DomainError, code="nothing_to_take_back"):
    """What you said last is recorded, and can no longer be taken back."""


class NothingOpen(DomainError, code="nothing_open"):
    """This lead has no open step that could be put off."""


class NothingHeld(NotFound):
    """Nothing that you said about this task waits to be recorded."""


class OptOutStays(DomainError, code="opt_out_stays", status=400):
    """Who wants no more contact is contacted no more: this outcome always records the opt-out."""


class PauseNeedsDays(DomainError, code="pause_needs_days", status=400):
    """A pause has 1 to 365 days, any other effect 0."""
