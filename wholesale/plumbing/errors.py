"""The base class of all refusals, and the refusals that several apps share. `http/handlers.py` shapes them for the API."""

import inspect
from typing import ClassVar


class DomainError(Exception):
    """The base of all refusals. A subclass names its code and HTTP status; its docstring is the default message."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 409
    retry_after: ClassVar[int | None] = None  # seconds

    def __init__(self, detail: str | None = None, *, attr: str | None = None) -> None:
        self.detail = detail or " ".join(inspect.cleandoc(self.__doc__ or "").split())
        self.attr = attr
        super().__init__(self.detail)

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """The errors that the answer lists, each as its text and the parameter that it concerns (None for no parameter)."""
        return [(self.detail, self.attr)]


class DatabaseUnavailable(DomainError):
    """The database did not answer; nothing was changed. Try again shortly."""

    code = "database_unavailable"
    status = 503
    retry_after = 1


class RequestTooLarge(DomainError):
    """The body is larger than this server reads."""

    code = "request_too_large"
    status = 413


class RequestTimeout(DomainError):
    """The body did not arrive in time. Nothing was done."""

    code = "request_timeout"
    status = 408


class ServerBusy(DomainError):
    """Too many large requests are under way. Nothing was done; try again shortly."""

    code = "server_busy"
    status = 503
    retry_after = 1


class TooManyLogins(DomainError):
    """Too many people log in at this moment. Try again in a few seconds."""

    code = "throttled"
    status = 429
    retry_after = 5


class LengthRequired(DomainError):
    """A request with a body must say its length: send Content-Length, and no Transfer-Encoding."""

    code = "length_required"
    status = 411


class NotAllowedForYou(DomainError):
    """You do not have permission to perform this action."""

    code = "permission_denied"
    status = 403


class NotFound(DomainError):
    """There is no such thing."""

    code = "not_found"
    status = 404


class RequiredParameter(DomainError):
    """This parameter is required."""

    code = "required"
    status = 400


class VersionConflict(DomainError):
    """The policy was changed by somebody else since you read it. Read it again, then repeat your change."""

    code = "version_conflict"
    status = 409
