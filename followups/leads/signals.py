"""What leads tell: facts already decided, sent inside their transaction, so that a failing receiver undoes them."""

from django.dispatch import Signal

leads_changed = Signal()
"""Leads came or changed, by a form or a file. `changes`: sequence of (the Lead as it was, or None of a new one; the Lead as
it is); `act`: Act. Their contact points and rows are locked."""

hunt_ended = Signal()
"""Nobody has to win this lead any more. `lead_id`: str; `status`: str, which the lead may have had before; `act`: Act."""

contact_marked_wrong = Signal()
"""A number or address of a lead is somebody else's. `lead_id`: str."""

leads_opted_out = Signal()
"""Whoever is reached at these leads wants no more contact. `lead_ids`: Collection[str], known or not; `act`: Act. A receiver
answers how many steps it cancelled."""

# A person was erased. Sent with `texts`: its names, number and addresses, by which others find what they hold of it.
person_erased = Signal()
