"""The refusal of a phrase for the table of words."""

from wholesale.plumbing.errors import DomainError


class InvalidPhrase(DomainError, ValueError):
    """This phrase cannot be looked for."""

    code = "invalid"
    status = 400
