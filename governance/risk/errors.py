"""Refusals of the risk room."""

from wholesale.plumbing.errors import DomainError, NotFound


class RiskDenied(DomainError, code="risk_denied"):
    """A risk cap does not allow this."""


class ReservationNotFound(NotFound):
    """There is no such reservation."""


class OtherReservation(DomainError, code="other_reservation", status=400):
    """The reservation with this id has another engine or amount."""


class LossAboveReservation(DomainError, code="loss_above_reservation"):
    """The loss is above what was reserved. The reservation stays open: an operator settles it."""


class NotSettled(DomainError, code="not_settled"):
    """The reservation is open: no loss is booked that could be corrected."""


class AlreadySettled(DomainError, code="already_settled"):
    """The reservation is settled already; there is nothing to release."""


class NotAnAmount(DomainError, code="out_of_bounds", status=400):
    """Must be CAD in whole cents, from 0 to below a trillion. A reserved amount must be above 0."""
