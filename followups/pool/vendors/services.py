"""Verbs of vendors, and the rule that agents of an unregistered vendor may not claim."""

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext_noop

from followups.pool.vendors.errors import VendorNotFound, VendorNotRegistered
from followups.pool.vendors.models import Vendor, VendorAgent
from governance import policies
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
from wholesale.plumbing.mark import Kept

# The vendor of each agent who works for one, with the registration's last day, which counts. Every claim asks it.
_KEPT = Kept(
    lambda: {
        agent: (vendor, last_day)
        for agent, vendor, last_day in VendorAgent.objects.order_by().values_list(
            "agent", "vendor__name", "vendor__registration_expires_on"
        )
    }
)

# The same day as a column of rows with an `agent`; null if the agent works for us.
REGISTERED_UNTIL = Subquery(VendorAgent.objects.filter(agent=OuterRef("agent")).values("vendor__registration_expires_on"))


def require_registered(mark: int | None, agents: Collection[str], now: datetime) -> None:
    """Refuse if, under this mark, a vendor of these agents is no longer registered. A registration counts until its last day
    ends in UTC.

    Raises:
        VendorNotRegistered: an agent works for a vendor whose registration has ended.

    """
    employers = _KEPT.at(mark)
    for agent in agents:
        vendor, last_day = employers.get(agent, ("", date.max))
        if last_day < now.astimezone(UTC).date():
            raise VendorNotRegistered(
                gettext_noop(
                    "%(agent)s works for %(vendor)s, whose registration with the National DNCL ended on "
                    "%(last_day)s: it claims nothing."
                ),
                agent=agent,
                vendor=vendor,
                last_day=last_day,
            )


def of_ended_vendor(now: datetime) -> Exists:
    """Return the query condition for rows whose `agent` works for a vendor with an ended registration."""
    ended = VendorAgent.objects.filter(vendor__registration_expires_on__lt=now.astimezone(UTC).date())
    return Exists(ended.filter(agent=OuterRef("agent")))


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_vendor(
    *,
    name: str,
    registration_number: str,
    registration_expires_on: date,
    contract_ends_on: date | None = None,
    act: Act,
) -> Vendor:
    """Add a vendor, or renew its registration and contract."""
    changes: dict[str, Any] = {
        "registration_number": registration_number,
        "registration_expires_on": registration_expires_on,
        "contract_ends_on": contract_ends_on,
    }
    return policies.put(Vendor, key={"name": name}, changes=changes, act=act)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def assign_agent(*, agent: str, vendor: str, act: Act) -> VendorAgent:
    """Assign an agent to a vendor, by the vendor's name. An agent works for at most one vendor.

    Raises:
        VendorNotFound: there is no such vendor.

    """
    employer = Vendor.objects.filter(name=vendor).first()
    if employer is None:
        raise VendorNotFound(gettext_noop("There is no vendor %(vendor)s."), attr="vendor", vendor=vendor)
    return policies.put(VendorAgent, key={"agent": agent}, changes={"vendor": employer}, act=act)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def release_agent(*, agent: str, act: Act) -> bool:
    """Remove an agent from its vendor, and return whether the agent worked for a vendor. The history stays."""
    return policies.remove(VendorAgent, key={"agent": agent}, act=act) is not None
