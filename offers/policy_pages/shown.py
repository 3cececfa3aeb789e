"""What an offer policy answers, in words: the sum line by line beside that of the stored policy, and what refuses."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.gate import WouldDeny
from offers.comps.valuing import FEW_COMPS, WIDE_INTERVAL
from offers.deals.around.warnings import LARGE_REPAIRS, Code
from offers.policies.models import OfferPolicy
from offers.policy_pages.pace import Limit, Pace, Passed
from offers.policy_pages.what_if import PolicyAnswer, TriedHouse
from wholesale.plumbing.showing import MISSING, shown_money, shown_number, shown_rate


class SumStep(NamedTuple):
    """A line of the sum: its name, the amount by the values that are tried, by the stored ones, and the difference."""

    name: str
    meant: str
    stored: str
    difference: str
    is_result: bool = False


class ShownReason(NamedTuple):
    """A reason against the offer, and what each policy does about it: `refuses`, `warns`, or nothing."""

    said: str
    meant: str
    stored: str


class ShownAnswer(NamedTuple):
    """A policy and what it answers."""

    policy: OfferPolicy
    answer: PolicyAnswer


_Amount = Callable[[ShownAnswer], Decimal | None]


def steps_of(meant: ShownAnswer, stored: ShownAnswer | None) -> list[SumStep]:
    """The sum line by line. What a policy does not come to, because it refuses before, is left open."""
    lines: list[tuple[str, _Amount, bool]] = [
        (_("After-repair value (ARV) that counts"), lambda one: one.answer.calc and one.answer.calc.arv, False),
        (_("times the multiplier"), lambda one: one.answer.calc and one.answer.share, False),
        (_("less repairs"), lambda one: one.answer.calc and -one.answer.calc.repairs, False),
        (_("less the fees buffer"), lambda one: one.answer.calc and -one.answer.calc.fees_buffer, False),
        (_("Maximum allowable offer (MAO)"), lambda one: one.answer.calc and one.answer.calc.mao, True),
        (_("Recommended offer"), lambda one: one.answer.calc and one.answer.calc.recommended_offer, True),
        (_("less the assignment fee"), lambda one: one.answer.prices and -one.answer.prices.assignment_fee, False),
        (_("Left for the seller"), lambda one: one.answer.prices and one.answer.prices.seller_price, False),
        (_("The buyer pays"), lambda one: one.answer.prices and one.answer.prices.buyer_price, False),
        (_("Allowed at the lower bound of the ARV"), lambda one: one.answer.at_low, False),
        (_("At stake once it is sent"), lambda one: one.answer.calc and one.answer.stake, False),
    ]
    return [_step(name, amount(meant), amount(stored) if stored else None, is_result) for name, amount, is_result in lines]


def _step(name: str, meant: Decimal | None, stored: Decimal | None, is_result: bool) -> SumStep:
    change = None if meant is None or stored is None else meant - stored
    difference = MISSING if change is None else "=" if not change else ("+" if change > 0 else "") + shown_money(change)
    return SumStep(name, shown_money(meant), shown_money(stored), difference, is_result)


def reasons_of(meant: ShownAnswer, stored: ShownAnswer | None, house: TriedHouse) -> list[ShownReason]:
    """The reasons against the offer, each once, and what each policy does about it."""
    found: dict[str, list[str]] = {}
    for place, one in enumerate((meant, stored)):
        if one is not None:
            for said, does in _reasons(one, house):
                found.setdefault(said, ["", ""])[place] = does
    return [ShownReason(said, *does) for said, does in found.items()]


def _reasons(one: ShownAnswer, house: TriedHouse) -> Iterator[tuple[str, str]]:
    if one.answer.error is not None:
        yield one.answer.error.shown, "refuses"
    for warned in one.answer.refused:
        yield warning_text(warned.code, one, house), "refuses"
    for warned in one.answer.warned:
        yield warning_text(warned.code, one, house), "warns"


def warning_text(code: str, one: ShownAnswer, house: TriedHouse) -> str:
    """A warning of an offer, in the active language."""
    answer, value = one.answer, house.value
    texts: dict[str, Callable[[], str]] = {
        Code.FEW_COMPS: lambda: (
            ngettext(
                "The ARV rests on %(comps)s comparable sale; %(few)s are few.",
                "The ARV rests on %(comps)s comparable sales; %(few)s are few.",
                value.comps,
            )
            % {"comps": value.comps, "few": FEW_COMPS}
            if value.estimated
            else _("No comparable sales are known.")
        ),
        Code.WIDE_INTERVAL: lambda: (
            _("The interval of the ARV is wider than %(most)s of it.") % {"most": shown_rate(WIDE_INTERVAL)}
            if value.low is not None
            else _("No interval of the ARV is known.")
        ),
        Code.UNINSPECTED_REPAIRS: lambda: (
            _("The repairs are above %(most)s of the ARV and not inspected.") % {"most": shown_rate(LARGE_REPAIRS)}
        ),
        Code.ABOVE_LOW: lambda: (
            _("The buyer would pay more than the lower bound of the ARV allows.")
            if answer.at_low is not None
            else _("No lower bound of the ARV is known.")
        ),
        "above_mao": lambda: _("The buyer would pay more than the policy allows."),
        "no_room_for_fee": lambda: _("What the policy allows does not cover the assignment fee."),
    }
    return texts[code]()


def verdict(answer: PolicyAnswer) -> str:
    """In one line what the policy answers."""
    if answer.error is not None or answer.calc is None:
        return _("No offer: %(why)s") % {"why": answer.error.shown if answer.error else ""}
    amount = shown_money(answer.calc.recommended_offer)
    if answer.refused:
        return _("Refused. The sum would come to %(amount)s.") % {"amount": amount}
    return _("Offer of %(amount)s.") % {"amount": amount}


def denial_text(denied: WouldDeny, amount: Decimal) -> str:
    """Why the risk caps would not let an offer be sent now."""
    about = {"engine": denied.engine, "amount": shown_money(amount)}
    caps = {
        "no_policy": _("%(engine)s has no risk policy, so nothing can be sent."),
        "policy_disabled": _("The risk policy of %(engine)s is off, so nothing can be sent."),
        "max_daily_loss": _("Today's losses of %(engine)s have reached their cap, so nothing can be sent until tomorrow."),
        Passed.EXPOSURE: _("The cap of %(engine)s on exposure a day does not allow %(amount)s more today."),
        Passed.OPEN: _("The cap of %(engine)s on open risk does not allow %(amount)s more now."),
        Passed.ACTIONS: _("The actions of %(engine)s for today are used up."),
    }
    return caps[denied.code] % about


def limit_text(limit: Limit, pace: Pace) -> str:
    """Why a pace cannot be kept, and which pace could."""
    about = {
        "engine": limit.engine,
        "pace": shown_number(pace.per_day, 1),
        "kept": shown_number(limit.kept, 2),
        "stake": shown_money(pace.stake),
        "needed": shown_money(limit.needed.quantize(Decimal(1))),
        "has": shown_money(limit.has),
        "count": shown_number(limit.has, 2),
        "days": pace.open_days,
    }
    texts = {
        Passed.EXPOSURE: _(
            "At a pace of %(pace)s a day, each with %(stake)s at stake, offers need %(needed)s a day. The cap of %(engine)s "
            "on exposure a day is %(has)s, which is enough for %(kept)s a day."
        ),
        Passed.OPEN: _(
            "At a pace of %(pace)s a day, each up to %(days)s days on the table, offers have up to %(needed)s open at once. "
            "The cap of %(engine)s on open risk is %(has)s, which is enough for %(kept)s a day."
        ),
        Passed.ACTIONS: _("A pace of %(pace)s a day is above the %(count)s actions a day that %(engine)s may take."),
        Passed.SALES: _(
            "A pace of %(pace)s a day is above that of all known sales of the place, which is %(count)s a day over a year."
        ),
    }
    return texts[limit.passed] % about


def provinces_text(provinces: Sequence[str]) -> str:
    """The warning that too many provinces are turned on within a week."""
    return _(
        "%(count)s provinces within seven days: %(provinces)s. Enable one, watch its first offers, and add the next once "
        "the flow is proven. Never all 13 at once."
    ) % {"count": len(provinces), "provinces": ", ".join(provinces)}
