"""The simulated leads, agents and buyers, as values that depend on a seed. It uses no database.

None of these people exists: phone numbers are in the exchange 555, which reaches nobody, and e-mail addresses end in
example.com. Names, streets and postal codes are combined at random.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from governance.gate.ledger import NO_PROOF, Basis, GivenHow, Proof
from governance.gate.rules import MIN_SCORE, SAFE_RULES
from governance.people import Role
from wholesale.plumbing.vocabulary import Province

MARKER = "sim-"  # the beginning of the correlation id of every simulated row


def dice(seed: int, *what: object) -> Random:
    """Return a random generator for one thing of a simulation. The same seed and `what` always give the same numbers."""
    return Random("/".join(map(str, (seed, *what))))


class DemoMarket(NamedTuple):
    """A market: how many of a thousand leads live there, and the beginnings of its phone numbers and postal codes."""

    province: str
    market: str
    share: int
    area_codes: tuple[str, ...]
    postal: tuple[str, ...]


PLACES = (
    DemoMarket(Province.ON, "TORONTO", 150, ("416", "647", "437"), ("M4C", "M5V", "M6K", "M9B")),
    DemoMarket(Province.ON, "OTTAWA", 70, ("613", "343"), ("K1P", "K1S", "K2A")),
    DemoMarket(Province.ON, "HAMILTON", 60, ("905", "289"), ("L8P", "L8M")),
    DemoMarket(Province.ON, "WINDSOR", 55, ("519", "226"), ("N8X", "N9A", "N9B")),
    DemoMarket(Province.ON, "LONDON", 45, ("548",), ("N6A", "N5Y")),
    DemoMarket(Province.QC, "MONTREAL", 130, ("514", "438"), ("H1Y", "H2X", "H3K", "H4C")),
    DemoMarket(Province.QC, "QUEBEC_CITY", 45, ("418", "581"), ("G1K", "G1R")),
    DemoMarket(Province.QC, "GATINEAU", 25, ("819", "873"), ("J8X", "J8Y")),
    DemoMarket(Province.BC, "VANCOUVER", 95, ("604", "778"), ("V5K", "V5T", "V6B")),
    DemoMarket(Province.BC, "VICTORIA", 30, ("250",), ("V8V", "V8T")),
    DemoMarket(Province.AB, "CALGARY", 75, ("403", "587"), ("T2P", "T2E", "T3A")),
    DemoMarket(Province.AB, "EDMONTON", 65, ("780", "825"), ("T5J", "T6E")),
    DemoMarket(Province.SK, "SASKATOON", 22, ("306",), ("S7K", "S7M")),
    DemoMarket(Province.SK, "REGINA", 18, ("639",), ("S4P", "S4R")),
    DemoMarket(Province.MB, "WINNIPEG", 40, ("204", "431"), ("R3C", "R2W")),
    DemoMarket(Province.NB, "MONCTON", 16, ("506",), ("E1C",)),
    DemoMarket(Province.NS, "HALIFAX", 24, ("902",), ("B3J", "B3K")),
    DemoMarket(Province.PE, "CHARLOTTETOWN", 8, ("782",), ("C1A",)),
    DemoMarket(Province.NL, "ST_JOHNS", 15, ("709",), ("A1C", "A1E")),
    DemoMarket(Province.YT, "WHITEHORSE", 5, ("867",), ("Y1A",)),
    DemoMarket(Province.NT, "YELLOWKNIFE", 4, ("867",), ("X1A",)),
    DemoMarket(Province.NU, "IQALUIT", 3, ("867",), ("X0A",)),
)

_FIRST = (
    *("Olivia", "Liam", "Emma", "Noah", "Charlotte", "William", "Amelia", "Jack", "Sophie", "Ethan", "Grace"),
    *("Lucas", "Hannah", "Owen", "Priya", "Arjun", "Mei", "Wei"),
)
_FIRST_FR = (
    *("Léa", "Félix", "Alice", "Thomas", "Florence", "Émile", "Rosalie", "Olivier", "Béatrice", "Mathis"),
    *("Camille", "Nathan", "Élodie", "Gabriel", "Maëlle"),
)
_LAST = (
    *("Smith", "Brown", "Campbell", "MacDonald", "Wilson", "Singh", "Martin", "Chen", "Stewart", "Fraser"),
    *("Patel", "Murphy", "Anderson", "Clarke", "Nguyen", "Ross"),
)
_LAST_FR = (
    *("Tremblay", "Gagnon", "Roy", "Côté", "Bouchard", "Gauthier", "Morin", "Lavoie", "Fortin", "Gagné"),
    *("Ouellet", "Pelletier", "Bélanger", "Lévesque"),
)
_STREETS = (
    *("Maple Street", "King Street", "Queen Street", "Oak Avenue", "Elm Street", "Church Street"),
    *("Victoria Avenue", "River Road"),
)
_STREETS_FR = (
    *("rue Principale", "rue Saint-Jean", "avenue des Pins", "rue Notre-Dame", "boulevard Laurier"),
    *("rue des Érables"),
)
_LETTERS = "ABCEGHJKLMNPRSTVWXYZ"


class Source(NamedTuple):
    """A source of leads: its weight among the sources, the ground for contacting its leads (empty: none), their role, and
    the proof of their consent."""

    share: int
    basis: str
    role: str = Role.HOMEOWNER.value
    proof: Proof = NO_PROOF


_ASKED = Proof(
    wording="Yes, you may text, e-mail and call me about offers for my house. Maple Homes, 1 King Street, Toronto, "
    "maple.example. You can withdraw at any time.",
    purpose="offers to buy the house",
    on_behalf_of="Maple Homes",
    withdrawal_statement="You can withdraw at any time.",
    given_how=GivenHow.WEB_FORM.value,
    given_where="https://maple.example/referred",
)
SOURCES = {
    "web form": Source(40, Basis.INQUIRY),
    "bought list": Source(15, ""),
    "referral": Source(15, Basis.EXPRESS, proof=_ASKED),
    "for-sale sign": Source(25, ""),  # a homeowner's published number is no ground
    "landlord's ad": Source(20, Basis.PUBLICATION, Role.BUSINESS.value),
}
_SCORE_NEEDED = Decimal(str(SAFE_RULES[MIN_SCORE]))
_A_NUMBER = 10_000  # phone numbers in an exchange


@dataclass(frozen=True, slots=True)
class LeadPlan:
    """A simulated lead, before it is stored."""

    number: int
    place: DemoMarket
    source: str
    row: dict[str, Any]  # its row in a file of leads
    warmth: float  # 0..1: how much it wants to sell

    @property
    def lead_id(self) -> str:
        return str(self.row["lead_id"])

    @property
    def is_worked(self) -> bool:
        """Whether the lead gets a ladder. It gets none if its score is below the minimum of the policies."""
        return "score" not in self.row or Decimal(self.row["score"]) >= _SCORE_NEEDED


def lead_id_of(number: int) -> str:
    """Return the id of the n-th lead, counted from 0."""
    return f"L{number + 1:06}"


def number_of(lead_id: str) -> int:
    """Return the number of the lead with this id, counted from 0."""
    return int(lead_id[1:]) - 1


def correlation_of(lead_id: str) -> str:
    """Return the correlation id of everything that happens to this lead."""
    return f"{MARKER}{lead_id}"


def lead(seed: int, number: int, at: DemoMarket | None = None) -> LeadPlan:
    """Return the n-th lead of a simulation, counted from 0. Its market is `at`, or a random one if `at` is None."""
    random = dice(seed, "lead", number)
    (drawn,) = random.choices(PLACES, [place.share for place in PLACES])
    place = at or drawn
    in_french = place.province == Province.QC and random.random() < 0.85
    first, last = name_of(random, in_french=in_french)
    civic, street = random.randrange(1, 1900), random.choice(_STREETS_FR if in_french else _STREETS)
    (source,) = random.choices(list(SOURCES), [one.share for one in SOURCES.values()])
    area_code = place.area_codes[number // _A_NUMBER % len(place.area_codes)]
    unit = f"{random.randrange(1, 10)}{random.choice(_LETTERS)}{random.randrange(1, 10)}"
    row: dict[str, Any] = {
        "lead_id": lead_id_of(number),
        "first_name": first,
        "last_name": last,
        "phone": f"+1{area_code}555{number % _A_NUMBER:04}",
        "address": f"{civic} {street}, {place.market.replace('_', ' ').title()}",
        "postal_code": f"{random.choice(place.postal)} {unit}",
        "province": place.province,
        "market": place.market,
        "source": source,
        "role": SOURCES[source].role,
        "language": "fr" if in_french else "en",
    }
    if random.random() < 0.7:
        row["email"] = f"{ascii_of(first)}.{ascii_of(last)}.{number + 1}@example.com"
    if random.random() < 0.85:
        row["score"] = f"{random.triangular(0.55, 0.99, 0.78):.2f}"
    return LeadPlan(number, place, source, row, random.betavariate(1.5, 4))


def name_of(random: Random, *, in_french: bool) -> tuple[str, str]:
    """Return a first and a last name."""
    first = random.choice(_FIRST_FR if in_french else _FIRST)
    return first, random.choice(_LAST_FR if in_french else _LAST)


def ascii_of(name: str) -> str:
    """Return a name in small letters without accents, as e-mail addresses have it."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


@dataclass(frozen=True, slots=True)
class Agent:
    """A simulated agent: where and when the agent works, and with which habits."""

    name: str
    pools: tuple[tuple[str, str], ...]  # where the agent takes ladders: province, market
    starts: int  # the hour UTC at which the day's work begins
    hours: int
    weekdays: frozenset[int]  # Monday is 0
    at_once: int  # tasks in one claim
    pace: float  # the duration of a contact, as a multiple of the usual one
    forgets: float  # the fraction of claimed tasks that are left undone
    away: range  # days of the simulation that are vacation


_ONTARIO, _QUEBEC = ((Province.ON, "TORONTO"), (Province.ON, "HAMILTON")), ((Province.QC, "ALL"),)
_WEST, _PRAIRIES = ((Province.BC, "ALL"),), ((Province.AB, "ALL"),)
_FIVE, _SIX, _WEEK = (frozenset(range(days)) for days in (5, 6, 7))
# The habits of the agents. A larger team has several agents with each.
_TEAM: tuple[tuple[str, dict[str, Any]], ...] = (
    ("amelie", {"pools": _QUEBEC, "starts": 13, "hours": 9, "weekdays": _SIX, "at_once": 11, "pace": 0.9, "forgets": 0.01}),
    ("ben", {"pools": _ONTARIO, "starts": 13, "hours": 10, "weekdays": _SIX, "at_once": 9, "pace": 1.0, "forgets": 0.04}),
    ("carla", {"pools": _WEST, "starts": 17, "hours": 10, "weekdays": _SIX, "at_once": 11, "pace": 0.8, "forgets": 0.02}),
    ("dev", {"pools": _PRAIRIES, "starts": 15, "hours": 10, "weekdays": _FIVE, "at_once": 5, "pace": 2.2, "forgets": 0.02}),
    ("elise", {"pools": (), "starts": 12, "hours": 8, "weekdays": _WEEK, "at_once": 9, "pace": 1.0, "forgets": 0.15}),
    ("frank", {"pools": (), "starts": 18, "hours": 8, "weekdays": _SIX, "at_once": 9, "pace": 1.1, "forgets": 0.03}),
)
_LEADS_OF_AN_AGENT = 10  # new ones a day


def team(seed: int, leads_a_day: float, days: int) -> list[Agent]:
    """Return the agents that this many new leads a day need, at least four. Each agent has a vacation."""
    agents = []
    for n in range(max(4, round(leads_a_day / _LEADS_OF_AN_AGENT))):
        name, habits = _TEAM[n % len(_TEAM)]
        turn = n // len(_TEAM)
        off = max(1, min(7, days // 7))
        first = dice(seed, "away", n).randrange(days)
        name = f"{name}{turn + 1}" if turn else name
        agents.append(Agent(name, away=range(first, min(first + off, days - 1)), **habits))
    return agents


OFFERS_AT = Province.ON, "WINDSOR"  # where offers are made at the prices of the houses


class OfferMarket(NamedTuple):
    """A market in which offers are made: its prices as a multiple of the houses' own, its offers as a fraction of those of
    the first market, the fraction of the simulation after which its offers begin, and the assignment fee in CAD."""

    province: str
    market: str
    times: int
    share: float
    begins: float
    fee: int


OFFER_MARKETS = (
    OfferMarket(*OFFERS_AT, 1, 1.0, 0.0, 1_500),
    OfferMarket(Province.AB, "CALGARY", 6, 0.5, 0.3, 5_000),
)


class BuyerMarket(NamedTuple):
    """The buyers of a market: how many there are, the weight of this market's deals, and how often a buyer responds."""

    province: str
    market: str
    property_type: str
    buyers: int
    share: int
    good: float


BUYER_MARKETS = (
    BuyerMarket(Province.ON, "WINDSOR", "SFR", 45, 260, 0.9),
    BuyerMarket(Province.ON, "TORONTO", "SFR", 30, 60, 0.85),
    BuyerMarket(Province.ON, "TORONTO", "CONDO", 15, 25, 0.40),
    BuyerMarket(Province.AB, "CALGARY", "SFR", 25, 40, 0.70),
    BuyerMarket(Province.BC, "VANCOUVER", "CONDO", 20, 30, 0.55),
    BuyerMarket(Province.QC, "MONTREAL", "MF", 12, 20, 0.60),
    BuyerMarket(Province.NS, "HALIFAX", "SFR", 8, 12, 0.50),
)

# The replies of leads: (kind, language) -> texts.
REPLIES: dict[tuple[str, str], Sequence[str]] = {
    ("interest", "en"): (
        "Yes, we may sell this spring. Call me after 5.",
        "What would you offer?",
        "Who is this?",
        "Maybe. The roof needs work.",
    ),
    ("interest", "fr"): (
        "Oui, on pense vendre au printemps.",
        "Combien offrez-vous?",
        "Qui êtes-vous?",
        "Peut-être, rappelez-moi demain.",
    ),
    ("stop", "en"): ("STOP", "Stop please", "UNSUBSCRIBE", "STOPALL"),
    ("stop", "fr"): ("ARRET", "Arrêtez svp", "STOP", "DESABONNER"),
    ("doubtful", "en"): ("Please stop calling before noon", "Wrong number, try my brother", "Not interested right now"),
    ("doubtful", "fr"): ("Mauvais numéro", "Pas intéressé pour le moment", "Ne m'appelez plus le soir"),
}
