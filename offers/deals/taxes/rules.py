"""The land transfer tax of a sale, by schedules that are given. Amounts are in CAD, in Decimal. No database here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from offers.deals.taxes.brackets import Bracket
from offers.deals.taxes.words import PAYERS, Base, BracketMethod, BuyerKind, Combines, Grade, Kind, Land, Municipal, Payer
from wholesale.plumbing.texts import in_english
from wholesale.plumbing.vocabulary import ALL

CENT = Decimal("0.01")
OF_TAX = (Kind.TAX, Kind.SURCHARGE)


@dataclass(frozen=True, slots=True)
class Schedule:
    """How one charge is computed in one place, from a day on. Amounts are in CAD; 0 means none, where not said otherwise."""

    province: str
    municipality: str = ALL  # ALL: the province's own
    kind: str = Kind.TAX
    payer: str = Payer.ANYONE
    land: str = Land.ANY
    from_date: date = date(2000, 1, 1)
    until: date | None = None  # the last day
    max_units: int = 0  # the residences on the land, at most; 0: any number
    method: str = BracketMethod.MARGINAL
    brackets: Sequence[Bracket] = ()  # none: it is charged, and the rates are not known
    starts_within: bool = False  # WHOLE: a value at the edge is of the upper bracket
    step: Decimal = Decimal(0)  # the part of the value in a bracket is rounded up to a multiple of it
    fee: Decimal = Decimal(0)  # once, on top
    minimum: Decimal = Decimal(0)
    cap: Decimal = Decimal(0)
    base: str = Base.PRICE
    comparative_factor: Decimal = Decimal(0)  # of the assessed value; 0: not known
    by_share: bool = False  # only on the share of the buyer who pays it
    areas: Sequence[str] = ()  # only in these districts; none: everywhere
    combines: str = Combines.ADDS
    municipal: str = Municipal.NONE
    municipal_above: Decimal = Decimal(0)
    source: str = ""
    certainty: str = Grade.MEMORY
    note: str = ""

    def charge(self, value: Decimal) -> Decimal:
        """The charge on a value, half-up to the cent. There must be brackets."""
        due = self._marginal(value) if self.method == BracketMethod.MARGINAL else self._whole(value)
        due = max(due + self.fee, self.minimum)
        return (min(due, self.cap) if self.cap else due).quantize(CENT, ROUND_HALF_UP)

    def _marginal(self, value: Decimal) -> Decimal:
        """The sum over the brackets that the value reaches: its part in the bracket times the rate, plus the amount."""
        ends = [bracket.start for bracket in self.brackets[1:]] + [value]
        due = Decimal(0)
        for bracket, end in zip(self.brackets, ends, strict=True):
            part = min(value, end) - bracket.start
            if part > 0:
                due += self._stepped(part) * bracket.rate + bracket.amount
        return due

    def _whole(self, value: Decimal) -> Decimal:
        """The rate times the whole value, plus the amount, of the bracket where the value is."""
        within = [one for one in self.brackets if one.start < value or (self.starts_within and one.start == value)]
        bracket = within[-1] if within else self.brackets[0]
        return self._stepped(value) * bracket.rate + bracket.amount

    def _stepped(self, part: Decimal) -> Decimal:
        return (part / self.step).to_integral_value(ROUND_CEILING) * self.step if self.step else part


@dataclass(frozen=True, slots=True)
class Transfer:
    """A sale of land, as far as it matters to the tax. Amounts are in CAD. None is what is not known."""

    province: str
    on: date  # the day of closing
    price: Decimal  # what the buyer pays, the assignment fee included
    municipality: str | None = None
    district: str | None = None  # the regional district
    is_residential: bool = True
    units: int | None = 1  # residences on the land
    assessed_value: Decimal | None = None
    comparative_factor: Decimal | None = None  # of the assessed value; default: the schedule's, else 1
    market_value: Decimal | None = None
    buyer: str = BuyerKind.RESIDENT
    buyer_share: Decimal = Decimal(1)  # of the buyers who pay a surcharge
    last_value: Decimal | None = None  # at the last transfer
    mortgage: Decimal | None = None  # its principal; None: none is registered


class Charge(NamedTuple):
    """One charge of a transfer in CAD, by which schedule and on what. `amount` is None where it is not known."""

    place: str
    kind: str
    amount: Decimal | None
    base: Decimal | None
    detail: str
    schedule: Schedule | None = None


class TaxOfTransfer(NamedTuple):
    """What a transfer is charged, in CAD.

    `tax` is the land transfer tax with surcharges, `total` all charges with fees. Each is None if a part of it is not known.
    `known` is the sum of what is known. `assumed` says what was taken for want of a value.
    """

    tax: Decimal | None
    total: Decimal | None
    known: Decimal
    parts: tuple[Charge, ...]
    unknown: tuple[str, ...]
    assumed: tuple[str, ...]


def land_transfer_tax(schedules: Iterable[Schedule], transfer: Transfer) -> TaxOfTransfer:
    """The land transfer tax of a sale and the fees beside it, by those of the schedules that are in force where it is."""
    of_province = [schedule for schedule in schedules if schedule.province == transfer.province]
    parts = tuple(_parts(of_province, transfer))
    amounts = [part.amount for part in parts]
    taxes = [part.amount for part in parts if part.kind in OF_TAX]
    return TaxOfTransfer(
        tax=_sum(taxes) if taxes else None,
        total=_sum(amounts) if taxes else None,
        known=sum((amount for amount in amounts if amount is not None), Decimal(0)),
        parts=parts,
        unknown=tuple(f"{part.place}: {part.detail}" for part in parts if part.amount is None),
        assumed=tuple(dict.fromkeys(_assumed(parts, transfer))),
    )


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def _parts(schedules: Sequence[Schedule], transfer: Transfer) -> Iterator[Charge]:
    provincial = [one for one in schedules if one.municipality == ALL]
    own = [one for one in schedules if one.municipality == transfer.municipality != ALL]
    of_province = _part(provincial, Kind.TAX, Payer.ANYONE, transfer) or _lacking(transfer.province, Kind.TAX)
    municipal = _municipal(own, of_province, transfer)
    replaces = municipal and municipal.schedule and municipal.schedule.combines == Combines.REPLACES
    yield from (part for part in (None if replaces else of_province, municipal) if part)
    for kind in (Kind.SURCHARGE, Kind.REGISTRATION, Kind.INCREASE, Kind.MORTGAGE):
        for where in (provincial, own):
            for payer in Payer:
                if payer in PAYERS[BuyerKind(transfer.buyer)]:
                    part = _part(where, kind, payer, transfer)
                    if part:
                        yield part


def _municipal(own: Sequence[Schedule], of_province: Charge, transfer: Transfer) -> Charge | None:
    """The municipality's own part, None where it has none."""
    province = of_province.schedule
    rule = province.municipal if province else Municipal.EVERY
    if rule == Municipal.NONE:
        return None
    part = _part(own, Kind.TAX, Payer.ANYONE, transfer)
    if part and part.amount is not None:
        return part
    if rule == Municipal.ABOVE and province and (of_province.base or 0) <= province.municipal_above:
        return None
    if part or (rule == Municipal.LISTED and transfer.municipality):
        return part
    named = transfer.municipality or "the municipality, which is not named"
    return Charge(
        transfer.municipality or transfer.province, Kind.TAX, None, None, f"the tax of {named}, is not in the table"
    )


def _part(schedules: Sequence[Schedule], kind: str, payer: str, transfer: Transfer) -> Charge | None:
    """The charge of this kind by the schedule in force among these of one place. None where there is no such charge."""
    ever = [one for one in schedules if one.kind == kind and one.payer == payer]
    if not ever or (kind == Kind.MORTGAGE and transfer.mortgage is None):
        return None
    place = ever[0].municipality if ever[0].municipality != ALL else ever[0].province
    if transfer.is_residential and transfer.units is None and any(one.max_units for one in ever):
        return Charge(place, kind, None, None, "how many residences there are decides, and is not given")
    of_land = _of_land(ever, transfer)
    if not of_land:
        return None
    begun = [one for one in of_land if one.from_date <= transfer.on]
    schedule = max(begun, key=lambda one: one.from_date) if begun else None
    if schedule is None or (schedule.until and schedule.until < transfer.on):
        return Charge(place, kind, None, None, f"the table has no {in_english(Kind(kind).label).lower()} for {transfer.on}")
    return _charged(schedule, place, transfer)


def _of_land(schedules: Sequence[Schedule], transfer: Transfer) -> list[Schedule]:
    """The schedules for this class of land: the residential ones if they fit, else those for other land."""
    if transfer.is_residential:
        fitting = [one for one in schedules if one.land == Land.RESIDENTIAL and _has_room(one, transfer)]
        if fitting:
            return fitting
    general = [one for one in schedules if one.land == Land.ANY and _has_room(one, transfer)]
    return general or [one for one in schedules if one.land == Land.OTHER]


def _has_room(schedule: Schedule, transfer: Transfer) -> bool:
    return not schedule.max_units or (transfer.units or 0) <= schedule.max_units


def _charged(schedule: Schedule, place: str, transfer: Transfer) -> Charge:
    if schedule.areas:
        if transfer.district is None:
            return Charge(place, schedule.kind, None, None, "the regional district decides, and is not given", schedule)
        if transfer.district not in schedule.areas:
            return Charge(place, schedule.kind, Decimal("0.00"), None, f"not charged in {transfer.district}", schedule)
    base = _base(schedule, transfer)
    if base is None:
        return Charge(place, schedule.kind, None, None, "the value at the last transfer decides, and is not given", schedule)
    if not schedule.brackets:
        return Charge(place, schedule.kind, None, base, schedule.note or "its rates are not known", schedule)
    if schedule.by_share:
        base = base * transfer.buyer_share
    detail = in_english(Kind(schedule.kind).label)
    return Charge(place, schedule.kind, schedule.charge(base), base.quantize(CENT, ROUND_HALF_UP), detail, schedule)


def _base(schedule: Schedule, transfer: Transfer) -> Decimal | None:
    """What the charge is on."""
    if schedule.kind == Kind.MORTGAGE:
        return transfer.mortgage
    if schedule.kind == Kind.INCREASE:
        return None if transfer.last_value is None else max(transfer.price - transfer.last_value, Decimal(0))
    values = [transfer.price]
    if schedule.base in (Base.ASSESSED, Base.GREATEST) and transfer.assessed_value is not None:
        values.append(transfer.assessed_value * _factor(schedule, transfer))
    if schedule.base in (Base.MARKET, Base.GREATEST) and transfer.market_value is not None:
        values.append(transfer.market_value)
    return max(values)


def _factor(schedule: Schedule, transfer: Transfer) -> Decimal:
    return transfer.comparative_factor or schedule.comparative_factor or Decimal(1)


def _lacking(province: str, kind: str) -> Charge:
    return Charge(province, kind, None, None, f"the table has no {in_english(Kind(kind).label).lower()} of this province")


def _assumed(parts: Sequence[Charge], transfer: Transfer) -> Iterator[str]:
    bases = {part.schedule.base for part in parts if part.schedule and part.kind in OF_TAX}
    if bases & {Base.MARKET, Base.GREATEST} and transfer.market_value is None:
        yield "The market value is not given: it counts where it is above the price."
    if bases & {Base.ASSESSED, Base.GREATEST} and transfer.assessed_value is None:
        yield "The assessed value is not given: it counts where it is above the price."
    if transfer.buyer == BuyerKind.RESIDENT:
        yield "The buyer lives in the province and is no foreign buyer."
