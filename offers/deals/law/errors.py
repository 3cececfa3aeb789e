"""The refusal of a rule of a province."""

from wholesale.plumbing.errors import DomainError


class InvalidRule(DomainError, code="invalid_rule", status=400):
    """The rule contradicts itself."""
