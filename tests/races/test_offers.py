"""32 clients race each other with random verbs of the same offers: no deadlock, and what is reserved is what is open."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from offers.deals.life.services import accept_offer, send_offer
from offers.models import Offer
from tests.factories import NOON
from tests.offers.deals.chances import any_verb, assert_lives_are_sound, assert_risk_is_what_is_open, ready
from tests.offers.deals.lives import open_risk, told
from tests.races.conftest import CLIENTS
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

OFFERS, ROUNDS = 24, 12


def test_racing_verbs_leave_offers_sound(run_together: Callable[..., list[Any]]) -> None:
    offer_ids = ready(OFFERS)

    def race(number: int) -> int:
        luck = Random(number)
        done = 0
        for _ in range(ROUNDS):
            done += any_verb(luck, offer_ids, NOON)
            assert_risk_is_what_is_open()
        return done

    answers = run_together(CLIENTS, race)
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    assert sum(answers) > CLIENTS
    assert_lives_are_sound()
    assert len(set(Offer.objects.values_list("state", flat=True))) > 3


def test_racing_acceptances_are_one(run_together: Callable[..., list[Any]]) -> None:
    [offer_id] = ready(1)
    send_offer(offer_id=offer_id, act=Act("ann"))
    answers = run_together(CLIENTS, lambda number: accept_offer(offer_id=offer_id, act=Act(f"c{number}")).last_seq)
    assert answers == [2] * CLIENTS
    assert told() == [("WHOLESALE", "offer_accept_rate", True, None)]


def test_an_offer_is_sent_once_and_a_cap_holds(run_together: Callable[..., list[Any]]) -> None:
    offer_ids = ready(8)  # of some 100,000 each, under a cap of 400,000
    answers = run_together(CLIENTS, lambda number: send_offer(offer_id=offer_ids[number % 8], act=Act("ann")).state)
    assert answers.count("SENT") == 3
    assert open_risk() == sum(Offer.objects.filter(state="SENT").values_list("amount", flat=True))
