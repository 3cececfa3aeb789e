"""Refusals of the risk room."""

from wholesale.plumbing.errors import DomainError, NotFound


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


class LossAboveReservation(DomainError):
    """The loss is above what was reserved. The reservation stays open: an operator settles it."""

    code = "loss_above_reservation"
    status = 409


class NotSettled(DomainError):
    """The reservation is open: no loss is booked that could be corrected."""

    code = "not_settled"
    status = 409


class AlreadySettled(DomainError):
    """The reservation is settled already; there is nothing to release."""

    code = "already_settled"
    status = 409


class NotAnAmount(DomainError):
    """Must be CAD in whole cents, from 0 to below a trillion. A reserved amount must be above 0."""

    code = "out_of_bounds"
    status = 400
