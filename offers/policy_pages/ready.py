"""What an operator should see before a policy is turned on: what is missing, an example, the pace, and what the law says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from governance import gate
from offers.comps.valuing import FEW_COMPS
from offers.deals.around.warnings import Code
from offers.deals.law.models import rules
from offers.deals.law.rules import Rule, answer_to, in_force
from offers.deals.law.words import ANSWER, LawAnswer, Topic
from offers.deals.taxes.models import schedules
from offers.deals.taxes.words import Grade
from offers.policies.models import OfferPolicy
from offers.policy_pages.entries import WhatIfForm, begin_with
from offers.policy_pages.lately import Lately, SalesKnown, lately, sales_known
from offers.policy_pages.sending import against_sending, pace_warnings
from offers.policy_pages.shown import ShownAnswer, SumStep, reasons_of, steps_of, verdict
from offers.policy_pages.what_if import TriedHouse, answer_of
from wholesale.plumbing import mark
from wholesale.plumbing.codes import place_text

GOOD, WARNING, MISSING = "good", "warning", "missing"


@dataclass(frozen=True, slots=True)
class ReadyPoint:
    """A line of the list: how it stands, and what is said of it."""

    state: str
    said: str


@dataclass(frozen=True, slots=True)
class Ready:
    """What is said of one policy before it is turned on."""

    place: str
    needs: list[ReadyPoint]  # what offers need there
    example: str
    steps: list[SumStep]
    refused: list[str]
    lately: Lately
    pace: list[str]
    law: list[ReadyPoint]
    law_known: list[str]  # what texts say, in their own language


def ready_for(policy: OfferPolicy, now: datetime) -> Ready:
    """Look at one policy as it is stored (some ten queries)."""
    usual, sales = lately(policy.province, policy.market, now), sales_known(policy.province, policy.market, now)
    house = example_house(usual)
    judged = ShownAnswer(policy, answer_of(policy, house, today=now.date()))
    return Ready(
        place=place_text(policy),
        needs=[*_needs(policy, sales), *(ReadyPoint(MISSING, said) for said in against_sending(policy, judged.answer, now))],
        example=verdict(judged.answer),
        steps=steps_of(judged, None),
        refused=[reason.said for reason in reasons_of(judged, None, house) if reason.meant == "refuses"],
        lately=usual,
        pace=pace_warnings(policy, judged.answer, usual.per_day, gate.caps_used(now), sales),
        law=list(law_points(policy.province, now)),
        law_known=[
            rule.statement
            for rule in in_force(rules(mark.current()), policy.province, now.date())
            if rule.topic in (Topic.LICENCE, Topic.ASSIGNMENT, Topic.BUYER) and rule.code != ANSWER
        ],
    )


def example_house(usual: Lately) -> TriedHouse:
    """A house as they were offered for lately."""
    form = WhatIfForm(begin_with(usual))
    form.is_valid()
    return form.house()


def _needs(policy: OfferPolicy, sales: SalesKnown) -> Iterator[ReadyPoint]:
    """Whether enough sales are known for what the policy asks of an estimate."""
    asks = policy.compute_on_low or policy.refused & {Code.FEW_COMPS, Code.WIDE_INTERVAL, Code.ABOVE_LOW}
    about = {"count": sales.total, "few": FEW_COMPS}
    if sales.total >= FEW_COMPS:
        yield ReadyPoint(GOOD, _("Market sales known of the last year: %(count)s. An ARV can be estimated.") % about)
    elif asks:
        said = _("Market sales known of the last year: %(count)s. The policy refuses an offer without an estimate.")
        yield ReadyPoint(MISSING, said % about)
    else:
        yield ReadyPoint(WARNING, _("Market sales known of the last year: %(count)s. An ARV must be given by hand.") % about)


def law_points(province: str, now: datetime) -> Iterator[ReadyPoint]:
    """What the law of the province says of licences, assignments and taxes, as far as it is known."""
    in_place = in_force(rules(mark.current()), province, now.date())
    licence, assignment = answer_to(in_place, Topic.LICENCE), answer_to(in_place, Topic.ASSIGNMENT)
    yield {
        LawAnswer.YES: ReadyPoint(WARNING, _("A licence is needed for it.") + _statement(in_place, Topic.LICENCE)),
        LawAnswer.NO: ReadyPoint(GOOD, _("No licence is needed for it.") + _statement(in_place, Topic.LICENCE)),
    }.get(LawAnswer(licence), ReadyPoint(WARNING, _("Whether a licence is needed is not answered yet. Ask counsel.")))
    yield {
        LawAnswer.NO: ReadyPoint(MISSING, _("A contract may not be assigned.") + _statement(in_place, Topic.ASSIGNMENT)),
        LawAnswer.YES: ReadyPoint(GOOD, _("A contract may be assigned.") + _statement(in_place, Topic.ASSIGNMENT)),
    }.get(
        LawAnswer(assignment), ReadyPoint(WARNING, _("Whether a contract may be assigned is not answered yet. Ask counsel."))
    )
    taxes = [one for one in schedules(mark.current()) if one.province == province]
    if not taxes:
        yield ReadyPoint(WARNING, _("No schedule of land transfer tax is stored for the province."))
    elif any(one.certainty != Grade.OFFICIAL for one in taxes):
        yield ReadyPoint(WARNING, _("Not all schedules of land transfer tax are from an official text."))


def _statement(rules_in_force: list[Rule], topic: str) -> str:
    """What counsel said, in the language in which it was typed."""
    said = next((rule.statement for rule in rules_in_force if rule.topic == topic and rule.code == ANSWER), "")
    return f" {said}" if said else ""


def ready_html(found: list[Ready]) -> Any:
    """The list of all policies that are to be turned on, as HTML for the page that asks why."""
    return render_to_string("admin/offers/offerpolicy/ready.html", {"policies": found})
