"""The simulated buyers, as values that depend on a seed: who they are, what they buy, how they answer. No database here.

None of them exists: numbers are in the exchange 555, and addresses end in example.com.
"""

from dataclasses import dataclass
from datetime import date

from governance.gate.ledger import GivenHow, Proof
from wholesale.demo.people import OFFERS_AT, PLACES, BuyerMarket, ascii_of, dice, name_of
from wholesale.demo.plan import DAY
from wholesale.plumbing.vocabulary import Province

_COMPANIES = ("Holdings", "Homes", "Properties", "Renovations", "Rentals", "Capital")
_PAUSED = 0.06  # the fraction of buyers who are paused
_EXITS = ("FLIP", "FLIP", "RENTAL")
_PRICES = {"SFR": (300_000, 900_000), "CONDO": (250_000, 700_000), "MF": (500_000, 1_600_000)}  # CAD
_PRICES_OF_1987 = (30_000, 130_000)  # in the market of the demo's offers, which are on sales of 1987
ASKED = Proof(  # for every buyer's consent to e-mail
    wording="Yes, you may e-mail me the deals that fit what I buy. Maple Key Homes, 100 Example Street, Windsor. You can "
    "withdraw at any time.",
    purpose="deals to buy",
    on_behalf_of="Maple Key Homes (simulated)",
    withdrawal_statement="You can withdraw at any time.",
    given_how=GivenHow.WEB_FORM.value,
    given_where="https://maple.example/buyers",
)
_AREA_CODES = {place.market: place.area_codes for place in PLACES}


@dataclass(frozen=True, slots=True)
class Investor:
    """A simulated buyer: the row of the book, and the habits. Probabilities are fractions 0..1."""

    buyer_id: str
    row: dict[str, str]
    is_paused: bool
    responds: float  # to a deal that is sent
    buys: float  # of the deals to which the buyer responds


def investors(seed: int, where: BuyerMarket, since: date) -> list[Investor]:
    """Return the simulated buyers of a market. Their proofs of funds were given in the weeks before the day `since`."""
    return [_investor(seed, where, number, since) for number in range(where.buyers)]


def _investor(seed: int, where: BuyerMarket, number: int, since: date) -> Investor:
    chance = dice(seed, "investor", where.market, where.property_type, number)
    first, last = name_of(chance, in_french=where.province == Province.QC)
    buyer_id = f"{where.market[:3]}-{where.property_type}-B{number + 1:02}"
    is_old = (where.province, where.market) == OFFERS_AT
    low, high = _PRICES_OF_1987 if is_old else _PRICES[where.property_type]
    least = chance.randrange(low, (low + high) // 2, 1_000)
    row = {
        "buyer_id": buyer_id,
        "name": f"{first} {last}",
        "company": f"{last} {chance.choice(_COMPANIES)}" if chance.random() < 0.6 else "",
        "email": f"{ascii_of(first)}.{ascii_of(last)}.{buyer_id.lower()}@example.com",
        "phone": f"{chance.choice(_AREA_CODES[where.market])}-555-{chance.randrange(100, 10_000):04}",
        "province": where.province,
        "market": where.market,
        "source": "investors' club",
        "places": chance.choice((f"{where.province} {where.market}",) * 3 + (where.province,)),
        "property_types": where.property_type,
        "min_price": str(least),
        "max_price": str(chance.randrange((least + high) // 2, high * 5 // 4, 1_000)),
        "max_arv_share": chance.choice(("0.65", "0.70", "0.75", "0.80")),
        "exit": chance.choice(_EXITS),
        "financing": chance.choice(("CASH", "FINANCED")),
    }
    if chance.random() < 0.5:
        row["max_repairs"] = str(chance.randrange(high // 20, high // 3, 1_000))
    if chance.random() < 0.4:
        row["min_beds"] = str(chance.randrange(2, 4))
    if chance.random() < 0.7:
        proved_on = since - DAY * chance.randrange(60)
        row["funds_amount"] = str(chance.randrange(least, 2 * high, 1_000))
        row["funds_proved_on"], row["funds_expire_on"] = str(proved_on), str(proved_on + 90 * DAY)
    responds = min(0.97, max(0.03, chance.gauss(where.good, 0.12)))
    is_paused = chance.random() < _PAUSED
    if is_paused:
        row["status"] = "PAUSED"
    return Investor(buyer_id, row, is_paused, responds, buys=chance.betavariate(3, 9))
