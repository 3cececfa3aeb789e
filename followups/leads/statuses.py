"""The rules by which a lead's status may move. They use no database."""

from followups.leads.models import Lead
from governance.people import CLOSED

Status = Lead.Status
# How far each status is. NOT_INTERESTED is as far as APPOINTMENT: each may follow the other.
_HOW_FAR: dict[str, int] = {
    Status.NEW: 0,
    Status.CONTACTED: 1,
    Status.APPOINTMENT: 2,
    Status.NOT_INTERESTED: 2,
    Status.UNDER_CONTRACT: 3,
    Status.CLOSED: 4,
    Status.DEAD: 4,
}
# Statuses of leads that nobody has to win any more: the open ladder closes, and no new one starts by itself.
ENDS_THE_HUNT = frozenset(status.value for status in Status if _HOW_FAR[status] >= _HOW_FAR[Status.APPOINTMENT])


def is_back(before: str, after: str) -> bool:
    """Whether this change moves a lead back. Outcomes and files never do so: they may be older than the stored status."""
    return _HOW_FAR[after] < _HOW_FAR[before]


def is_reopening(before: str, after: str) -> bool:
    """Whether this change reopens a lead that is CLOSED or DEAD. Only a person does so, with a reason."""
    return before in CLOSED and after not in CLOSED


def moves_on_to(status: str) -> list[str]:
    """Return the statuses, other than `status`, from which the outcome of a contact may move a lead to `status`."""
    return [before.value for before in Status if before != status and not is_back(before, status)]
