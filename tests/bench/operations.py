"""The measured operations: the request, the expected answer, and the target of the issue."""

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from psycopg import Connection

from tests.bench import data

Values = dict[str, str]  # the values that one request fills into its path, by name
BUYERS = 500  # of one node
_NODE = "SELECT id AS node_id FROM buyers_buyerliquiditynode WHERE province = 'ON' AND market = %(market)s"
_TASK = "SELECT ladder_id, lead_id FROM followups_followuptask WHERE id = %(id)s"

PLACES = (
    ("ON", "TORONTO"),
    ("BC", "VANCOUVER"),
    ("AB", "CALGARY"),
    ("QC", "MONTREAL"),
    ("NS", "HALIFAX"),
    ("MB", "WINNIPEG"),
    ("SK", "REGINA"),
    ("NB", "MONCTON"),
)
_EVENTS = ("RESPONDED", "NO_RESPONSE", "BOUGHT", "PASSED")
_WEDNESDAY = datetime(2027, 1, 13, tzinfo=UTC)  # far from holidays and from changes of clocks


@dataclass(frozen=True, slots=True)
class Operation:
    """One request of the API.

    `fresh(connection, amount, name of the round)` makes the values that fill `path`. With `once` each is used only once.
    Every answer must have written a KPI row of `metric`. `target` is the requests a second that the issue asks for, `takes`
    the number of due texts that a request takes. `changes` is the SQL that finds by the values the keys of the stored rows
    that a request changes, for floor.py.
    """

    name: str
    method: str
    path: str
    fresh: Callable[[Connection, int, str], list[Values]]
    text: str
    target: int | None = None
    status: int = 200
    once: bool = False
    metric: str | None = None
    takes: int = 0
    changes: str = ""

    @property
    def short_name(self) -> str:
        """The name on the command line. Several operations may share it."""
        return self.name.split(",")[0]

    def filled(self, values: Values) -> str:
        """The path of one request."""
        return self.path.format(**{name: quote(value, safe="") for name, value in values.items()})


def _places(connection: Connection, amount: int, tag: str) -> list[Values]:
    return [{"province": province, "market": market} for province, market in PLACES]


def _nothing(connection: Connection, amount: int, tag: str) -> list[Values]:
    return [{}, {}]


def _instants(hour: int) -> Callable[[Connection, int, str], list[Values]]:
    """The places, each at one of 400 minutes after this hour (UTC) of a Wednesday."""

    def fresh(connection: Connection, amount: int, tag: str) -> list[Values]:
        return [
            {
                "province": province,
                "market": market,
                "at": (_WEDNESDAY + timedelta(hours=hour, minutes=minute)).isoformat().replace("+00:00", "Z"),
            }
            for minute in range(0, 240, 5)
            for province, market in PLACES
        ]

    return fresh


def _leads(connection: Connection, amount: int, tag: str) -> list[Values]:
    return [
        {"lead_id": f"{tag}-{n}", "province": province, "market": market, "owner": f"va{n % 20}"}
        for n in range(amount)
        for province, market in (PLACES[n % len(PLACES)],)
    ]


def _open_tasks(connection: Connection, amount: int, tag: str) -> list[Values]:
    return [{"id": str(pk), "actor": f"va{pk % 20}"} for pk in data.open_tasks(connection, amount)]


def _owners(texts: int) -> Callable[[Connection, int, str], list[Values]]:
    """Owners who have so many due texts, one for each claim of them."""

    def fresh(connection: Connection, amount: int, tag: str) -> list[Values]:
        return [{"owner": owner} for owner in data.owners_of_due_texts(connection, amount, each=texts)]

    return fresh


def _due_leads(connection: Connection, amount: int, tag: str) -> list[Values]:
    return [{"lead_id": f"due-{n}"} for n in range(1, data.DUE // data.STEPS + 1)]


def _nodes(connection: Connection, amount: int, tag: str) -> list[Values]:
    return [{"market": f"BENCH_{n}_OF_{data.NODES}"} for n in range(data.NODES)]


def _feedback(nodes: int) -> Callable[[Connection, int, str], list[Values]]:
    def fresh(connection: Connection, amount: int, tag: str) -> list[Values]:
        chance = random.Random(tag)
        return [
            {
                "market": f"BENCH_{chance.randrange(nodes)}_OF_{nodes}",
                "event": chance.choice(_EVENTS),
                "buyer_id": f"buyer-{chance.randrange(BUYERS)}",
            }
            for _ in range(amount)
        ]

    return fresh


def _properties(connection: Connection, amount: int, tag: str) -> list[Values]:
    chance = random.Random(tag)
    return [
        {"arv": str(chance.randrange(200_000, 900_000)), "repairs": str(chance.randrange(90_000))} for _ in range(amount)
    ]


_CAN_CONTACT = "/api/governance/market/can-contact?province={province}&market={market}&channel=SMS"
_FEEDBACK = "/api/buyers/liquidity/feedback?province=ON&market={market}&event={event}&buyer_id={buyer_id}"

OPERATIONS = (
    Operation(
        "can-contact, weekday and hhmm",
        "GET",
        _CAN_CONTACT + "&weekday=2&hhmm=12:30",
        _places,
        '"ok":true,"reason":"within_window"',
        1_300,
    ),
    Operation("can-contact, at, open", "GET", _CAN_CONTACT + "&at={at}", _instants(17), '"ok":true,"reason"', 1_300),
    Operation(
        "can-contact, at, closed", "GET", _CAN_CONTACT + "&at={at}", _instants(5), '"next_allowed_at":"2027-01-1', 1_300
    ),
    Operation("market policies, 13", "GET", "/api/governance/market/policies", _nothing, '"province":"YT"'),
    Operation("due, 50 of 3,000", "GET", "/api/followups/due?limit=50", _nothing, '"lead_id":"due-', 900),
    Operation(
        "feedback, 100 nodes",
        "POST",
        _FEEDBACK,
        _feedback(data.NODES),
        '"score":',
        670,
        status=201,
        metric="buyer_feedback",
        changes=_NODE,
    ),
    Operation(
        "feedback, one hot node",
        "POST",
        _FEEDBACK,
        _feedback(1),
        '"score":',
        status=201,
        metric="buyer_feedback",
        changes=_NODE,
    ),
    Operation(
        "offer",
        "POST",
        "/api/deals/offers/compute?province=ON&market=TORONTO&arv={arv}&repairs={repairs}",
        _properties,
        '"recommended_offer":',
        600,
        status=201,
        metric="offer_generated",
    ),
    Operation(
        "complete",
        "POST",
        "/api/followups/task/{id}/complete?actor={actor}",
        _open_tasks,
        '"completed_at":"',
        620,
        once=True,
        metric="followup_completed",
        changes=_TASK,
    ),
    Operation(
        "ladder",
        "POST",
        "/api/followups/ladder/create?lead_id={lead_id}&province={province}&market={market}&owner={owner}",
        _leads,
        '"step":6',
        500,
        status=201,
        once=True,
        metric="ladder_created",
    ),
)

# These have no target. They use the rows that over_api.py makes.
MORE = (
    Operation(
        "decide, a lead with a number and a consent",
        "GET",
        "/api/governance/contact/decide?lead_id={lead_id}&channel=SMS&at="
        + quote(f"{_WEDNESDAY + timedelta(hours=17):%FT%TZ}"),
        _due_leads,
        '"ok":true,"reason"',
    ),
    Operation("sla, the last 500", "GET", "/api/followups/sla", _nothing, '"count":500'),
    Operation("score", "GET", "/api/buyers/liquidity/score?province=ON&market={market}", _nodes, '"known":true'),
    Operation(
        "check-and-reserve",
        "POST",
        "/api/governance/risk/check-and-reserve?engine=WHOLESALE&amount=10",
        _nothing,
        '"ok":true',
    ),
    *(
        Operation(
            f"claim, {limit} task{'s' * (limit > 1)}",
            "POST",
            f"/api/followups/due/claim?owner={{owner}}&channel=SMS&limit={limit}",
            _owners(limit),
            '"leased_by":"va',
            once=True,
            takes=limit,
        )
        for limit in (1, 10, 50, 200, 500)
    ),
)


def chosen(operations: Sequence[Operation]) -> Callable[[str], list[Operation]]:
    """Return a reader of an argument: the short names of some of the operations, separated by commas."""

    def read(text: str) -> list[Operation]:
        wanted, known = text.split(","), dict.fromkeys(operation.short_name for operation in operations)
        if unknown := set(wanted) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(known)}")
        return [operation for operation in operations if operation.short_name in wanted]

    return read
