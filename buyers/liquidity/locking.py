"""The locks under which nodes and buyers' records are counted. A node or a record that does not exist yet is locked as well.

Whoever locks both locks the node first, so nobody deadlocks.
"""

from hashlib import blake2b

from wholesale.plumbing import locks
from wholesale.plumbing.compiled import Statement


def taking(place: tuple[str, str, str], buyer_id: str | None) -> list[Statement]:
    """Return the statement that locks a node (province, market and property type) and a buyer's record until the transaction
    ends. What they protect must be read in a later statement."""
    return locks.taking(_key("node", *place), *([] if buyer_id is None else [_key("record", buyer_id)]))


def hold_node(place: tuple[str, str, str]) -> None:
    """Lock a node until the transaction ends."""
    locks.hold(_key("node", *place))


def hold_record(buyer_id: str) -> None:
    """Lock a buyer's record until the transaction ends."""
    locks.hold(_key("record", buyer_id))


def _key(*what: str) -> int:
    return int.from_bytes(blake2b("/".join(what).encode(), digest_size=8).digest(), signed=True)
