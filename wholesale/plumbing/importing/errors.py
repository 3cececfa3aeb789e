"""Refusals of imports."""

from wholesale.plumbing.errors import DomainError


class UnreadableFile(DomainError, code="unreadable_file", status=400):
    """The file cannot be read."""


class ImportNotReady(DomainError, code="import_not_ready"):
    """This import is not waiting to be confirmed: it is not checked yet, was imported already, or its file is gone."""


class ImportUnderWay(DomainError, code="import_under_way"):
    """A file that names this person is being imported at this moment. Try again once it is done."""
