"""Refusals of imports."""

from wholesale.plumbing.errors import DomainError


class UnreadableFile(DomainError):
    """The file cannot be read."""

    code = "unreadable_file"
    status = 400


class ImportNotReady(DomainError):
    """This import is not waiting to be confirmed: it is not checked yet, was imported already, or its file is gone."""

    code = "import_not_ready"
    status = 409
