"""The proof of one person's consent, for a regulator. Whoever relies on a consent has to prove it (CASL 13)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_noop

from followups.leads.errors import LeadUnknown
from followups.leads.lookups import leads_at
from followups.leads.people import registry
from followups.leads.people.subjects import person
from governance.decisions import ExecutionClass, verb
from governance.gate import Point, lead_point, sender
from governance.gate.ledger import READ_IN_WORDING, ContactPoint, number_or_address, points_on_file, proof_lines
from wholesale.plumbing import mark
from wholesale.plumbing.texts import shown

NOTHING = gettext_noop("Nothing is on file under this lead id, phone number or e-mail address.")
_CONTACT = ("lead_id", "channel", "contacted_at", "allowed", "reasons", "warnings", "actor")


@dataclass(frozen=True, slots=True)
class _Covered:
    """The leads and points that the proof covers."""

    lead_ids: list[str]
    points: list[ContactPoint]
    shared_with: list[str]  # other leads with the same number or address


@verb(ExecutionClass.READ)
def export_proof(who: str, *, now: datetime | None = None) -> dict[str, Any]:
    """Return the ledger's lines about a person, as plain values. `who` is a lead id, a phone number or an e-mail address.

    Points that other leads share are included, because a consent belongs to the number. All contacts of the leads are
    included, whatever their ground was.

    Raises:
        LeadUnknown: nothing is on file under `who`.

    """
    who = who.strip()
    covered = _of_lead(who) or _of_points(who)
    if covered is None:
        raise LeadUnknown(NOTHING)
    contacts = [contact for room in registry.rooms() for contact in room.contacts(covered.lead_ids)]
    return {
        "leads": covered.lead_ids,
        "exported_at": now or timezone.now(),
        "sender": sender(mark.current())._asdict(),
        "contact_points": [shown(point, ("id", "kind", "value")) for point in covered.points],
        "shared_with": covered.shared_with,
        "lines": proof_lines(covered.points),
        "contacts": [shown(contact, _CONTACT) for contact in contacts],
        "to_be_read_in_each_wording": [{"what": what, "section": section} for what, section in READ_IN_WORDING.items()],
    }


def _of_lead(lead_id: str) -> _Covered | None:
    try:
        whom = person(lead_id)
    except LeadUnknown:
        return None
    return _Covered([lead_id], whom.all_points, whom.shared_with)


def _of_points(text: str) -> _Covered | None:
    """Return the point of a number or an address, also an erased point, with the leads that have it. A text that is neither
    is taken as the id of an unknown lead. None if nothing is on file."""
    points = _named(text)
    lead_ids = sorted(leads_at(points).values_list("lead_id", flat=True))
    found = points_on_file([*points, *filter(None, map(lead_point, lead_ids))])
    return _Covered(lead_ids, found, []) if found or lead_ids else None


def _named(text: str) -> list[Point]:
    try:
        return number_or_address(text)
    except ValidationError:
        as_such = lead_point(text)
        return [as_such] if as_such else []
