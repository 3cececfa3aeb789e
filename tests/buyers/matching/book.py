"""A made-up book of buyers, random deals, and a match recounted in plain Python."""

import math
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from scipy.special import betaincinv

from buyers.book.models import BuyBox, BuyBoxPlace, Buyer
from buyers.liquidity.models import BuyerLiquidityNode, BuyerRecord, DealSent, LiquidityPrior
from buyers.liquidity.rates import NO_TRIALS, Prior, Tally, day_of, moments, with_trial
from buyers.liquidity.tallies import CLOSE_FIELDS, RESPONSE_FIELDS
from buyers.matching.rules import Deal
from governance import gate
from governance.gate import ledger
from tests.factories import BuyerFactory
from wholesale.plumbing.act import Act

T = TypeVar("T")
NOW = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)
MARKETS = {
    "ON": ("TORONTO", "OTTAWA", "HAMILTON", "LONDON", "WINDSOR", "KINGSTON", "BARRIE", "GUELPH", "SUDBURY"),
    "QC": ("MONTREAL", "LAVAL", "GATINEAU", "LONGUEUIL", "QUEBEC"),
    "BC": ("VANCOUVER", "SURREY", "BURNABY", "VICTORIA", "KELOWNA"),
    "AB": ("CALGARY", "EDMONTON", "RED_DEER", "LETHBRIDGE"),
}
TYPES = ("SFR", "CONDO", "DUPLEX")
BATCH = 2_000
KINDS = {"response": RESPONSE_FIELDS, "close": CLOSE_FIELDS}  # of rates


def fill(size: int, *, seed: int = 1, opted_out: int = 0) -> None:
    """Store a book of so many buyers, each with one to three boxes, most with a record. Some of them opt out."""
    dice = random.Random(seed)
    for numbers in batched(range(size), BATCH):
        _store(dice, numbers)
    day = day_of(NOW)
    for province, markets in MARKETS.items():
        for market in markets[:-1]:  # one market of each province is new
            for property_type in TYPES:
                node = BuyerLiquidityNode(province=province, market=market, property_type=property_type, updated_at=NOW)
                node.prior_response_mean, node.prior_close_mean = dice.uniform(0.2, 0.6), dice.uniform(0.1, 0.5)
                node.prior_response_strength = node.prior_close_strength = 8
                _tally(node, dice, dice.randrange(400), day)
                node.save()
    figures = {"response_mean": 0.4, "response_strength": 4, "close_mean": 0.3, "close_strength": 6, "fitted_at": NOW}
    LiquidityPrior.objects.create(level="BUYER", **figures)
    LiquidityPrior.objects.create(level="CANADA", **{**figures, "response_mean": 0.35})
    LiquidityPrior.objects.create(level="PROVINCE", province="ON", **{**figures, "close_mean": 0.25})
    LiquidityPrior.objects.create(level="MARKET", province="QC", market="QUEBEC", **{**figures, "close_mean": 0.2})
    for number in dice.sample(range(size), opted_out):
        say_no(number, dice)


def batched(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows in lists of this size."""
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch


def say_no(number: int, dice: random.Random) -> None:
    """Have the buyer of this number opt out, by the phone or by the e-mail address."""
    point = ("PHONE", _phone(number)) if dice.random() < 0.5 else ("EMAIL", _email(number))
    gate.record_opt_out(points=[point], channel="", act=Act("a person", at=NOW - timedelta(days=dice.randrange(200))))


def _phone(number: int) -> str:
    return f"+1416{2_000_000 + number}"


def _email(number: int) -> str:
    return f"buyer.{number}@example.com"


def _store(dice: random.Random, numbers: Iterable[int]) -> None:
    buyers = Buyer.objects.bulk_create(_buyer(dice, number) for number in numbers)
    boxes = BuyBox.objects.bulk_create(box for buyer in buyers for box in _boxes(dice, buyer))
    BuyBoxPlace.objects.bulk_create(place for box in boxes for place in _places(dice, box))
    day, records, sent = day_of(NOW), [], []
    for buyer in buyers:
        if dice.random() < 0.7:
            record = BuyerRecord(buyer_id=buyer.buyer_id)
            _tally(record, dice, dice.randrange(1, 30), day)
            records.append(record)
        for n in range(dice.choice((0, 0, 1, 3))):
            sent.append(_sent(buyer, n, dice))
    BuyerRecord.objects.bulk_create(records)
    DealSent.objects.bulk_create(sent)


def _buyer(dice: random.Random, number: int) -> Buyer:
    funds: dict[str, Any] = {}
    if dice.random() < 0.5:
        proved_on = (NOW - timedelta(days=dice.randrange(200))).date()
        funds = {
            "funds_amount": Decimal(dice.randrange(100, 1_000) * 1_000),
            "funds_proved_on": proved_on,
            "funds_expire_on": proved_on + timedelta(days=120),
        }
    is_silent = dice.random() < 0.02
    return BuyerFactory.build(
        buyer_id=f"B{number:06}",
        name=f"Buyer {number}",
        phone="" if is_silent else _phone(number),
        email="" if is_silent or dice.random() < 0.3 else _email(number),
        status=dice.choices(("ACTIVE", "PAUSED", "BLOCKED"), (90, 5, 5))[0],
        **funds,
    )


def _boxes(dice: random.Random, buyer: Buyer) -> Iterator[BuyBox]:
    for n in range(dice.choice((1, 1, 1, 2, 3))):
        box = BuyBox(buyer=buyer, name=f"box {n}" if n else "")
        box.property_types = dice.choice(([], ["SFR"], ["CONDO"], ["SFR", "DUPLEX"]))
        pairs = {"price": (100, 900, 1_000), "beds": (1, 6, 1), "baths": (1, 5, 1), "area": (500, 3_000, 1)}
        for name, (low, high, unit) in {**pairs, "lot": (1_000, 9_000, 1), "year_built": (1900, 2020, 1)}.items():
            least, most = sorted(dice.randrange(low, high) * unit for _ in range(2))
            if dice.random() < 0.3:
                setattr(box, f"min_{name}", least)
            if dice.random() < 0.4:
                setattr(box, f"max_{name}", most)
        if dice.random() < 0.4:
            box.max_arv_share = Decimal(dice.randrange(5_500, 9_500)) / 10_000
        if dice.random() < 0.3:
            box.max_repairs = Decimal(dice.randrange(10, 150) * 1_000)
        yield box


def _places(dice: random.Random, box: BuyBox) -> Iterator[BuyBoxPlace]:
    province = dice.choices(list(MARKETS), (3, 2, 2, 2))[0]
    for market in {dice.choice((*MARKETS[province], "ALL")) for _ in range(dice.choice((1, 1, 2)))}:
        yield BuyBoxPlace(box=box, province=province, market=market)


def _tally(row: Any, dice: random.Random, trials: int, day: float) -> None:
    for names, count in zip(KINDS.values(), (trials, trials // 3), strict=True):
        tally, rate = NO_TRIALS, dice.random()
        for _ in range(min(count, 40)):
            tally = with_trial(tally, day - dice.uniform(0, 300), dice.random() < rate)
        for name, value in zip(names, tally, strict=True):
            setattr(row, name, value)


def _sent(buyer: Buyer, n: int, dice: random.Random) -> DealSent:
    return DealSent(
        buyer_id=buyer.buyer_id,
        deal_ref=f"D{n}",
        channel="EMAIL",
        sent_at=NOW - timedelta(hours=dice.randrange(5_000)),
        province="ON",
        market="TORONTO",
        property_type="SFR",
        actor="the book",
        correlation_id="made",
        created_at=NOW,
    )


def deals(count: int, seed: int = 2) -> Iterator[Deal]:
    """So many random deals. Each leaves some things unsaid."""
    dice = random.Random(seed)

    def said(value: Any) -> Any:
        return value if dice.random() < 0.75 else None

    for _ in range(count):
        province = dice.choice(list(MARKETS))
        yield Deal(
            province=province,
            market=dice.choice((*MARKETS[province], "ALL", "NOWHERE")),
            property_type=dice.choice(TYPES),
            price=said(Decimal(dice.randrange(100, 900) * 1_000)),
            arv=said(Decimal(dice.randrange(200, 1_200) * 1_000)),
            repairs=said(Decimal(dice.randrange(0, 120) * 1_000)),
            beds=said(dice.randrange(1, 6)),
            baths=said(Decimal(dice.randrange(2, 9)) / 2),
            area=said(dice.randrange(500, 3_000)),
            lot=said(dice.randrange(1_000, 9_000)),
            year_built=said(dice.randrange(1900, 2020)),
        )


# The recount -----------------------------------------------------------------------------------------------------------


class Recount:
    """The whole book in memory, and a match as one would do it by hand: buyer by buyer, box by box, bound by bound."""

    def __init__(self) -> None:
        self.records = {record.buyer_id: record for record in BuyerRecord.objects.all()}
        self.nodes = {(n.province, n.market, n.property_type): n for n in BuyerLiquidityNode.objects.all()}
        self.priors = {(p.level, p.province, p.market): p for p in LiquidityPrior.objects.all()}
        self.boxes: dict[str, list[tuple[Buyer, BuyBox, set[str]]]] = {province: [] for province in MARKETS}
        self.gone: set[str] = set()
        for buyers in batched(Buyer.objects.order_by("pk").prefetch_related("boxes__places").iterator(BATCH), BATCH):
            self._read(buyers)

    def _read(self, buyers: Sequence[Buyer]) -> None:
        points = {buyer.buyer_id: gate.points_of(phone=buyer.phone, email=buyer.email) for buyer in buyers}
        on_file = ledger.ledgers({point for own in points.values() for point in own})
        for buyer in buyers:
            lines = [on_file[point].lines for point in points[buyer.buyer_id]]
            if any(ledger.opted_out(one, channel, NOW) for one in lines for channel in ("CALL", "SMS", "EMAIL")):
                self.gone.add(buyer.buyer_id)
            for box in buyer.boxes.all():
                for province in MARKETS:
                    markets = {place.market for place in box.places.all() if place.province == province}
                    if markets:
                        self.boxes[province].append((buyer, box, markets))

    def matched(self, deal: Deal) -> list[tuple[str, dict[str, str], float]]:
        """All candidates in their order: the buyer_id, the criteria of the best box, and the probability."""
        judged: dict[str, list[dict[str, str]]] = {}
        for buyer, box, markets in self.boxes[deal.province]:
            is_there = deal.market == "ALL" or {"ALL", deal.market} & markets
            is_wanted = not box.property_types or deal.property_type in box.property_types
            if is_there and is_wanted and buyer.status == "ACTIVE" and buyer.buyer_id not in self.gone:
                judged.setdefault(buyer.buyer_id, []).append(_criteria(box, markets, deal))
        found = []
        day = day_of(NOW)
        priors = [Prior(*self._prior(kind, names, deal, day)) for kind, names in KINDS.items()]
        for buyer_id, boxes in judged.items():
            best = min(boxes, key=lambda one: (_count(one, "MISSED"), _count(one, "UNKNOWN")))  # min keeps the first
            found.append((buyer_id, best, self._probability(buyer_id, priors, day)))
        return sorted(found, key=lambda one: (_count(one[1], "MISSED"), -one[2], one[0]))

    def _probability(self, buyer_id: str, priors: Sequence[Prior], day: float) -> float:
        record, probability = self.records.get(buyer_id), 1.0
        for names, prior in zip(KINDS.values(), priors, strict=True):
            tally = Tally(*(getattr(record, name) for name in names)) if record else NO_TRIALS
            probability *= moments(tally, prior, day)[0]
        return float(probability)

    def _prior(self, kind: str, names: tuple[str, ...], deal: Deal, day: float) -> tuple[float, float]:
        strength = getattr(self.priors["BUYER", "", ""], f"{kind}_strength")
        node = self.nodes.get((deal.province, deal.market, deal.property_type))
        if node is not None:
            prior = Prior(getattr(node, f"prior_{kind}_mean"), getattr(node, f"prior_{kind}_strength"))
            return float(moments(Tally(*(getattr(node, name) for name in names)), prior, day)[0]), strength
        above = (("MARKET", deal.province, deal.market), ("PROVINCE", deal.province, ""), ("CANADA", "", ""))
        return next(getattr(self.priors[key], f"{kind}_mean") for key in above if key in self.priors), strength


def _criteria(box: BuyBox, markets: set[str], deal: Deal) -> dict[str, str]:
    judged = {"place": "MET" if {"ALL", deal.market} & markets else "UNKNOWN"}
    if box.property_types:
        judged["property_type"] = "MET"
    share = None
    if deal.price is not None and deal.repairs is not None and deal.arv is not None:
        share = (deal.price + deal.repairs) / deal.arv
    figures: dict[str, Any] = {
        "price": (deal.price, box.min_price, box.max_price),
        "arv_share": (share, None, box.max_arv_share),
        "repairs": (deal.repairs, None, box.max_repairs),
        "beds": (deal.beds, box.min_beds, box.max_beds),
        "baths": (deal.baths, box.min_baths, box.max_baths),
        "area": (deal.area, box.min_area, box.max_area),
        "lot": (deal.lot, box.min_lot, box.max_lot),
        "year_built": (deal.year_built, box.min_year_built, box.max_year_built),
    }
    for name, (value, least, most) in figures.items():
        if least is None and most is None:
            continue
        if value is None:
            judged[name] = "UNKNOWN"
        else:
            is_missed = (least is not None and value < least) or (most is not None and value > most)
            judged[name] = "MISSED" if is_missed else "MET"
    return judged


def _count(criteria: dict[str, str], verdict: str) -> int:
    return sum(one == verdict for one in criteria.values())


def by_chance(response: tuple[float, float], close: tuple[float, float], draws: int, seed: int = 3) -> tuple[float, float]:
    """The 5% and 95% quantiles of the product of two Betas, by their means and variances, from random draws."""
    dice = random.Random(seed)
    shapes = [(m * (m * (1 - m) / v - 1), (1 - m) * (m * (1 - m) / v - 1)) for m, v in (response, close)]
    products = sorted(math.prod(float(betaincinv(a, b, dice.random())) for a, b in shapes) for _ in range(draws))
    return products[draws // 20], products[draws - draws // 20]
