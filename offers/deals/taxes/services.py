"""The verb that answers what land transfer tax a sale is charged."""

from typing import Any

from governance.decisions import ExecutionClass, verb
from offers.deals.taxes.models import schedules
from offers.deals.taxes.rules import Transfer, land_transfer_tax
from offers.deals.taxes.shown import tax_shown
from wholesale.plumbing import mark


@verb(ExecutionClass.READ)
def transfer_tax(transfer: Transfer) -> dict[str, Any]:
    """The land transfer tax of a sale, by the schedules that are on. Amounts are in CAD; None is what is not known."""
    return tax_shown(land_transfer_tax(schedules(mark.current()), transfer), [], transfer.on)
