"""Refusals of the risk room."""

from wholesale.errors import DomainError, NotFound


class RiskDenied(DomainError):
    """A risk cap does not allow this."""

    code = "risk_denied"
    status = 409


class ReservationNotFound(NotFound):
    """There is no such reservation."""


class OtherReservation(DomainError):
    """The reservation with this id has another engine or amount."""

    code = "other_reservation"
    status = 400


class AlreadySettled(DomainError):
    """The reservation is settled already; there is nothing to release."""

    code = "already_settled"
    status = 409


class NotAnAmount(DomainError):
    """Must be CAD in whole cents, not below 0, below a trillion; what is reserved above 0."""

    code = "out_of_bounds"
    status = 400
