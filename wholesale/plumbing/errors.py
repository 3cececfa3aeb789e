"""The base class of all refusals, and the refusals that several apps share. `http/handlers.py` shapes them for the API."""

import inspect
from typing import Any, ClassVar

from django.utils.translation import gettext


class DomainError(Exception):
    """The base of all refusals. A subclass names its code and HTTP status; its docstring is the default message."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 409
    retry_after: ClassVar[int | None] = None  # seconds

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__()
        for name, value in named.items():
            setattr(cls, name, value)

    def __init__(self, detail: str | None = None, *, attr: str | None = None, **values: Any) -> None:
        """Make a refusal. `values` stand in its detail by name, such as %(day)s, so that a page can translate the rest."""
        self.text, self.values = detail or default_message(type(self)), values
        self.detail = self.text % values if values else self.text
        self.attr = attr
        super().__init__(self.detail)

    @property
    def shown(self) -> str:
        """The detail for a page: in the active language if it is translated, else in English as for the API."""
        text = gettext(self.text)
        return text % self.values if self.values else text

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """The errors that the answer lists, each as its text and the parameter that it concerns (None for no parameter)."""
        return [(self.detail, self.attr)]

    @property
    def shown_errors(self) -> list[tuple[str, str | None]]:
        """The errors for a page, as `shown` is the detail for a page."""
        return [
            (detail.replace(self.detail, self.shown) if self.detail in detail else gettext(detail), attr)
            for detail, attr in self.errors
        ]


def default_message(refusal: type[DomainError]) -> str:
    """Return the docstring of a refusal on one line."""
    return " ".join(inspect.cleandoc(refusal.__doc__ or "").split())


def default_messages(base: type[DomainError] = DomainError) -> set[str]:
    """Return the default messages of all refusals that are imported by now. No extraction finds them in the sources."""
    found = {default_message(refusal) for refusal in base.__subclasses__()}
    return found.union(*(default_messages(refusal) for refusal in base.__subclasses__()))


class DatabaseUnavailable(DomainError, code="database_unavailable", status=503, retry_after=1):
    """The database did not answer; nothing was changed. Try again shortly."""


class RequestTooLarge(DomainError, code="request_too_large", status=413):
    """The body is larger than this server reads."""


class RequestTimeout(DomainError, code="request_timeout", status=408):
    """The body did not arrive in time. Nothing was done."""


class ServerBusy(DomainError, code="server_busy", status=503, retry_after=1):
    """Too many large requests are under way. Nothing was done; try again shortly."""


class TooManyLogins(DomainError, code="throttled", status=429, retry_after=5):
    """Too many people log in at this moment. Try again in a few seconds."""


class LengthRequired(DomainError, code="length_required", status=411):
    """A request with a body must say its length: send Content-Length, and no Transfer-Encoding."""


class NotAllowedForYou(DomainError, code="permission_denied", status=403):
    """You do not have permission to perform this action."""


class NotFound(DomainError, code="not_found", status=404):
    """There is no such thing."""


class RequiredParameter(DomainError, code="required", status=400):
    """This parameter is required."""


class VersionConflict(DomainError, code="version_conflict"):
    """The policy was changed by somebody else since you read it. Read it again, then repeat your change."""
