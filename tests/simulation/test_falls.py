"""Acceptance that falls in one province is seen there: the short form of `tests.simulation.falls`."""

import pytest
from django.db import transaction

from tests.simulation.answering import FALL, ONTARIO, answers, answers_watched, falling, went_red
from wholesale.demo.people import OFFER_MARKETS
from wholesale.demo.plan import Fall
from wholesale.demo.sellers import Heard

pytestmark = pytest.mark.django_db
SEEDS = range(1, 11)
QUICK = 100  # the first answers of a market: who says yes is heard of sooner than who says nothing


def rate(heard: list[Heard]) -> float:
    return sum(answer.accepted for answer in heard) / len(heard)


def test_acceptance_falls_by_40_percent_in_its_province_from_its_day_on() -> None:
    for where in OFFER_MARKETS:
        before: list[Heard] = []
        after: list[Heard] = []
        for seed in SEEDS:
            plan = falling(seed)
            for answer in answers(plan, where)[QUICK:]:
                (before if answer.at < plan.starts(FALL.day) else after).append(answer)
        usual = 1 if where is not ONTARIO else 0.6
        assert rate(after) / rate(before) == pytest.approx(usual, abs=0.06), where


def test_the_same_seed_gives_the_same_answers_and_the_fall_changes_none_before_it() -> None:
    plan = falling(1)
    usual = answers(type(plan)(plan.seed, plan.leads, plan.days, plan.until), ONTARIO)
    fallen = answers(plan, ONTARIO)
    assert fallen == answers(plan, ONTARIO)
    begins = plan.starts(FALL.day)
    assert [one for one in usual if one.at < begins and one.accepted] == [
        one for one in fallen if one.at < begins and one.accepted
    ]
    assert sum(one.accepted for one in usual) > sum(one.accepted for one in fallen)


def test_the_cusum_goes_red_after_the_fall_and_at_most_once_in_ten_seeds_before_it() -> None:
    early = 0
    for seed in SEEDS:
        plan = falling(seed)
        with transaction.atomic():
            answers_watched(plan)
            red = went_red(ONTARIO.province)
            transaction.set_rollback(True)
        assert red is not None, f"seed {seed}: the fall was not seen"
        early += red < plan.starts(FALL.day)
    assert early <= 1


def test_no_fall_is_no_fall() -> None:
    plan = falling(1)
    assert plan.acceptance("ON", plan.starts(FALL.day)) == 0.6
    assert plan.acceptance("AB", plan.until) == 1
    assert plan.fall == Fall("ON", 50)
