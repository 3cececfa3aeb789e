"""An offer's life: counters, answers, late acceptances, expiry, and what is settled and told at its end."""

from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings

from followups.leads.people.services import erase_person, export_person
from governance.gate import KillSwitchEngaged
from governance.policies import upsert
from governance.risk.errors import AlreadySettled, LossAboveReservation, RiskDenied
from governance.risk.models import RiskDay, RiskEvent, RiskPolicy, RiskReservation
from governance.risk.reservations import release_reservation
from kpi.models import KPIEvent
from offers.deals.life import errors, services
from offers.deals.life.models import OfferEventWords
from offers.deals.life.services import expire_offers
from offers.deals.life.states import ANSWERS, FINAL, ON_THE_TABLE, OPEN, TRANSITIONS, State
from offers.models import Offer, OfferEvent, OfferPolicy
from tests.factories import (
    NOON,
    BuyerFactory,
    EvidenceFactory,
    LeadFactory,
    OfferEventFactory,
    OfferFactory,
    RecommendationFactory,
)
from tests.offers.deals.lives import TORONTO, everything, open_market, open_risk, told
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ACCEPTED, REFUSED = ("WHOLESALE", "offer_accept_rate", True, None), ("WHOLESALE", "offer_accept_rate", False, None)
SIGNED, UNSIGNED = ("WHOLESALE", "contract_rate", True, None), ("WHOLESALE", "contract_rate", False, None)
MATCHED, UNMATCHED = ("BUYER_MATCH", "match_success", True, None), ("BUYER_MATCH", "match_success", False, None)


def act(after: timedelta = timedelta(), **options: Any) -> Act:
    """An act of ann, so long after noon."""
    return Act("ann", at=NOON + after, **options)


def do(offer: Offer, verb: str, after: timedelta = timedelta(), **params: Any) -> Offer:
    done: Offer = getattr(services, f"{verb}_offer")(offer_id=offer.pk, **params, act=act(after))
    return done


@pytest.fixture
def draft(db: None) -> Offer:
    """A draft of the guide's offer, of which half of the recommended 262,500 is offered at first."""
    open_market()
    return OfferFactory.create(evidence=EvidenceFactory.create(**TORONTO), amount=Decimal(131250), lead_id="L1")


@pytest.fixture
def sent(draft: Offer) -> Offer:
    """The offer, sent at noon. It expires a week later."""
    return do(draft, "send")


@pytest.fixture
def contracted(sent: Offer) -> Offer:
    do(sent, "accept", DAY)
    return do(sent, "contract", 2 * DAY)


# The table of transitions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("before", "after"), list(product(State, State)))
def test_the_database_holds_the_table_of_transitions(before: State, after: State) -> None:
    def write() -> None:
        OfferEventFactory.create(from_state=before, to_state=after)

    if (before, after) in TRANSITIONS:
        write()
    else:
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_an_offer_has_each_seq_once(sent: Offer) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OfferEventFactory.create(offer=sent, seq=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        OfferEventFactory.create(offer=sent, seq=0)


@pytest.mark.parametrize(
    "broken",
    [
        {"state": "LOST"},
        {"amount": 0},
        {"reservation": None},
        {"sent_at": None},
        {"expires_at": None},
        {"stake": ""},
        {"state": "ASSIGNED"},  # to nobody
    ],
)
def test_the_database_refuses_a_broken_offer(sent: Offer, broken: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Offer.objects.filter(pk=sent.pk).update(**broken)


def test_every_state_is_open_or_final_or_a_draft() -> None:
    assert OPEN | FINAL | {State.DRAFT} == set(State)
    assert not OPEN & FINAL
    assert ON_THE_TABLE < OPEN
    assert {before for before, _ in TRANSITIONS} == set(State) - (FINAL - {State.EXPIRED})
    assert all((before, answer) in TRANSITIONS for before in ON_THE_TABLE for answer in ANSWERS)


# Drafts --------------------------------------------------------------------------------------------------------------------


def test_a_draft_takes_its_figures_from_the_evidence() -> None:
    evidence = EvidenceFactory.create(**TORONTO)
    offer = services.draft_offer(evidence_id=evidence.pk, act=act())
    assert (offer.state, offer.amount, offer.fee, offer.arv) == ("DRAFT", 262500, 10000, 450000)
    assert (offer.province, offer.market, offer.property_type, offer.stake) == ("ON", "TORONTO", "SFR", "")
    assert (offer.drafted_at, offer.state_since, offer.actor, offer.last_seq) == (NOON, NOON, "ann", 0)
    assert not OfferEvent.objects.exists()
    assert not RiskReservation.objects.exists()


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"amount": Decimal("262500.01")}, errors.AboveRecommended),
        ({"evidence_id": 999}, errors.EvidenceNotFound),
        ({"recommendation_id": 999}, Exception),
    ],
)
def test_a_draft_is_refused(params: Any, error: Any) -> None:
    evidence = EvidenceFactory.create(**TORONTO)
    with pytest.raises(error):
        services.draft_offer(**{"evidence_id": evidence.pk, **params}, act=act())
    assert not Offer.objects.exists()


def test_evidence_that_recommends_nothing_gives_no_offer() -> None:
    evidence = EvidenceFactory.create(**TORONTO, mao=Decimal(-5), recommended_offer=Decimal(0))
    with pytest.raises(errors.NothingToOffer):
        services.draft_offer(evidence_id=evidence.pk, act=act())


def test_a_draft_may_rest_on_advice() -> None:
    advice = RecommendationFactory.create()
    evidence = EvidenceFactory.create(**TORONTO)
    offer = services.draft_offer(evidence_id=evidence.pk, recommendation_id=advice.pk, act=act())
    assert offer.recommendation == advice


def test_a_dropped_draft_counts_nowhere(draft: Offer) -> None:
    dropped = do(draft, "fail")
    assert (dropped.state, dropped.closed_at, told()) == ("FELL_THROUGH", NOON, [])
    assert not RiskReservation.objects.exists()


def test_a_draft_can_lose_nothing(draft: Offer) -> None:
    with pytest.raises(errors.NothingAtStake):
        do(draft, "fail", realized_loss=Decimal(1))


# Counters ------------------------------------------------------------------------------------------------------------------


def test_a_counter_changes_what_is_reserved(sent: Offer) -> None:
    assert open_risk() == Decimal(131250)
    raised = do(sent, "counter", DAY, amount=Decimal(200000), asked=Decimal(300000))
    assert (raised.state, raised.amount, raised.expires_at) == ("COUNTERED", 200000, NOON + 8 * DAY)
    assert open_risk() == 200000
    lowered = do(sent, "counter", 2 * DAY, amount=Decimal(150000))
    assert (lowered.state, open_risk()) == ("COUNTERED", 150000)
    reservation = RiskReservation.objects.get()
    assert (reservation.amount, reservation.settled_at) == (150000, None)
    kinds = RiskEvent.objects.order_by("id").values_list("kind", "amount", "message")
    assert list(kinds) == [
        ("RESERVED", 131250, "reserved"),
        ("CHANGED", 200000, "131250.00 until then"),
        ("CHANGED", 150000, "200000.00 until then"),
    ]
    days = RiskDay.objects.filter(engine="WHOLESALE").order_by("day")
    assert list(days.values_list("exposure_used", "open_risk_reserved", "actions_count")) == [
        (131250, 150000, 1),
        (68750, 0, 1),  # what was more at stake is exposure and an action of its own day; what became less is not
    ]
    asked = OfferEvent.objects.order_by("seq").values_list("asked", "amount")
    assert list(asked) == [(None, 131250), (300000, 200000), (None, 150000)]


def test_a_sellers_price_alone_changes_nothing_but_the_state(sent: Offer) -> None:
    asked = do(sent, "counter", DAY, asked=Decimal(900000))
    assert (asked.state, asked.amount, asked.expires_at) == ("COUNTERED", sent.amount, sent.expires_at)
    assert open_risk() == sent.amount


def refused(offer: Offer, error: Any, verb: str, after: timedelta = DAY, **params: Any) -> None:
    """A verb is refused with this error and leaves nothing behind."""
    before = everything()
    with pytest.raises(error):
        do(offer, verb, after, **params)
    assert everything() == before


@pytest.mark.parametrize("cap", ["max_open_risk", "max_daily_exposure"])
def test_a_counter_that_a_cap_refuses_leaves_the_reservation_as_it_was(sent: Offer, cap: str) -> None:
    caps: dict[str, Any] = {cap: Decimal(131260)}
    upsert(RiskPolicy, engine="WHOLESALE", **caps, act=Act("test"))
    refused(sent, RiskDenied, "counter", timedelta(hours=1), amount=Decimal("131260.01"))
    assert open_risk() == 131250
    do(sent, "counter", timedelta(hours=1), amount=Decimal(131260))
    assert open_risk() == 131260


def test_a_lower_counter_passes_any_cap(sent: Offer) -> None:
    upsert(RiskPolicy, engine="WHOLESALE", enabled=False, max_daily_loss=Decimal(1), act=Act("test"))
    do(sent, "counter", DAY, amount=Decimal(1))
    assert open_risk() == 1


def test_our_counter_never_passes_what_the_evidence_recommends(sent: Offer) -> None:
    refused(sent, errors.AboveRecommended, "counter", amount=Decimal("262500.01"))
    do(sent, "counter", DAY, amount=Decimal(262500))


def test_a_counter_needs_a_price(sent: Offer) -> None:
    refused(sent, errors.NothingCountered, "counter")


def test_a_counter_after_a_release_by_hand_is_refused(sent: Offer) -> None:
    assert sent.reservation_id
    release_reservation(sent.reservation_id, act=act())
    refused(sent, AlreadySettled, "counter", amount=Decimal(100))


def test_a_counter_stops_with_the_kill_switch(sent: Offer, kill_switch: Any) -> None:
    refused(sent, KillSwitchEngaged, "counter", amount=Decimal(100))


# Answers -------------------------------------------------------------------------------------------------------------------


def test_a_rejection_frees_what_was_reserved(sent: Offer) -> None:
    rejected = do(sent, "reject", DAY)
    assert (rejected.state, rejected.answered_at, open_risk()) == ("REJECTED", NOON + DAY, 0)
    assert told() == [REFUSED]
    assert RiskReservation.objects.get().realized_loss == 0


@pytest.mark.parametrize(("verb", "steps"), [("accept", ()), ("reject", ()), ("contract", ("accept",))])
def test_a_repeated_answer_changes_nothing(sent: Offer, verb: str, steps: Any) -> None:
    for step in (*steps, verb):
        do(sent, step, DAY)
    before = everything()
    do(sent, verb, 2 * DAY)
    assert everything() == before


def test_answers_are_recorded_with_the_kill_switch_engaged(sent: Offer, kill_switch: Any) -> None:
    do(sent, "accept", DAY)
    do(sent, "contract", DAY)
    assert do(sent, "fail", DAY).state == "FELL_THROUGH"


def test_a_withdrawn_offer_counts_as_not_accepted(sent: Offer) -> None:
    do(sent, "fail", DAY)
    assert (told(), open_risk()) == ([REFUSED], 0)


# Expiry --------------------------------------------------------------------------------------------------------------------


def test_an_offer_expires_when_its_time_has_run_out(sent: Offer) -> None:
    assert expire_offers(act=act(7 * DAY - timedelta(seconds=1))) == 0
    assert (told(), open_risk()) == ([], sent.amount)
    assert expire_offers(act=act(7 * DAY)) == 1
    sent.refresh_from_db()
    assert (sent.state, sent.answered_at, open_risk(), told()) == ("EXPIRED", NOON + 7 * DAY, 0, [REFUSED])
    before = everything()
    assert expire_offers(act=act(400 * DAY)) == 0
    assert everything() == before


def test_a_counter_puts_the_expiry_off(sent: Offer) -> None:
    do(sent, "counter", 6 * DAY, amount=Decimal(140000))
    assert expire_offers(act=act(12 * DAY)) == 0
    assert expire_offers(act=act(13 * DAY)) == 1


@pytest.mark.parametrize("is_swept", [True, False])
def test_a_late_acceptance_is_recorded_and_says_so(sent: Offer, is_swept: bool) -> None:
    """It is at stake again, whatever the caps say; whether the periodic task was there first makes no difference."""
    upsert(RiskPolicy, engine="WHOLESALE", max_open_risk=Decimal(1), enabled=False, act=Act("test"))
    if is_swept:
        expire_offers(act=act(8 * DAY))
    accepted = do(sent, "accept", 9 * DAY)
    assert (accepted.state, accepted.is_late, accepted.accepted_at) == ("ACCEPTED", True, NOON + 9 * DAY)
    steps = OfferEvent.objects.order_by("seq").values_list("from_state", "to_state")
    assert list(steps) == [("DRAFT", "SENT"), ("SENT", "EXPIRED"), ("EXPIRED", "ACCEPTED")]
    assert told() == [REFUSED]  # the rate has counted it by then, and counts it once
    assert open_risk() == sent.amount
    first, second = RiskReservation.objects.order_by("id")
    assert (first.settled_at is None, second.settled_at, accepted.reservation) == (False, None, second)
    assert RiskEvent.objects.latest("id").message == "the risk policy of WHOLESALE is off"
    do(sent, "contract", 10 * DAY)
    assert told() == [REFUSED, SIGNED]


def test_an_acceptance_in_time_is_not_late(sent: Offer) -> None:
    assert not do(sent, "accept", 7 * DAY - timedelta(seconds=1)).is_late


def test_a_rejection_after_the_expiry_changes_nothing(sent: Offer) -> None:
    assert do(sent, "reject", 8 * DAY).state == "EXPIRED"
    assert told() == [REFUSED]


def test_nothing_is_countered_after_the_expiry(sent: Offer) -> None:
    refused(sent, errors.TransitionRefused, "counter", 7 * DAY, amount=Decimal(100))


@override_settings(OFFER_ANSWER_DAYS=5, OFFER_CONTRACT_DAYS=3)
def test_what_is_waited_for_too_long_is_told_once(sent: Offer) -> None:
    expire_offers(act=act(5 * DAY - timedelta(seconds=1)))
    assert told() == []
    expire_offers(act=act(5 * DAY))
    expire_offers(act=act(5 * DAY))
    assert told() == [REFUSED]
    row = KPIEvent.objects.get(metric="offer_accept_rate")
    assert row.detail == {"offer_id": sent.pk, "evidence_id": sent.evidence_id, "state": "overdue"}
    assert (row.province, row.market, row.lead_id, row.subject_type, row.subject_id) == (
        *("ON", "TORONTO", "L1", "offer"),
        str(sent.pk),
    )
    do(sent, "accept", 6 * DAY)
    assert told() == [REFUSED]
    expire_offers(act=act(9 * DAY - timedelta(seconds=1)))
    assert told() == [REFUSED]
    expire_offers(act=act(9 * DAY))
    expire_offers(act=act(10 * DAY))
    assert told() == [REFUSED, UNSIGNED]
    do(sent, "contract", 11 * DAY)
    assert told() == [REFUSED, UNSIGNED]


# The deal ------------------------------------------------------------------------------------------------------------------


def test_a_contract_is_assigned_to_a_buyer_of_the_book(contracted: Offer) -> None:
    refused(contracted, errors.NoSuchBuyer, "assign", 3 * DAY, buyer_id="NOBODY")
    BuyerFactory.create(buyer_id="B1", status="BLOCKED")
    refused(contracted, errors.BuyerBlocked, "assign", 3 * DAY, buyer_id="B1")
    BuyerFactory.create(buyer_id="B2")
    assert do(contracted, "assign", 3 * DAY, buyer_id="B2").buyer_id == "B2"


def test_a_buyer_who_steps_back_was_no_match(contracted: Offer) -> None:
    for buyer_id in ("B1", "B2"):
        BuyerFactory.create(buyer_id=buyer_id)
        do(contracted, "assign", 3 * DAY, buyer_id=buyer_id)
    assert told()[2:] == [UNMATCHED]
    do(contracted, "close", 4 * DAY, realized_profit=Decimal("-1312.50"))
    assert told()[3:] == [MATCHED, ("CAPITAL", "roi_event", False, Decimal("-0.01"))]
    reservation = RiskReservation.objects.get()
    assert (reservation.realized_loss, open_risk()) == (Decimal("1312.50"), 0)
    losses = RiskDay.objects.filter(engine="WHOLESALE", realized_loss__gt=0).values_list("day", "realized_loss")
    assert list(losses) == [((NOON + 4 * DAY).date(), Decimal("1312.50"))]


def test_a_deal_that_falls_through_books_its_loss(contracted: Offer) -> None:
    failed = do(contracted, "fail", 5 * DAY, realized_loss=Decimal(5000))
    assert (failed.state, failed.realized_loss, failed.closed_at) == ("FELL_THROUGH", 5000, NOON + 5 * DAY)
    assert told()[2:] == [UNMATCHED, ("CAPITAL", "roi_event", False, Decimal("-0.0381"))]
    assert (open_risk(), RiskReservation.objects.get().realized_loss) == (0, 5000)


def test_an_accepted_offer_that_falls_through_came_to_no_contract(sent: Offer) -> None:
    do(sent, "accept", DAY)
    do(sent, "fail", 2 * DAY)
    assert told() == [ACCEPTED, UNSIGNED]


def test_a_loss_above_what_was_at_stake_needs_the_right_to_settle_it(contracted: Offer) -> None:
    refused(contracted, LossAboveReservation, "fail", 3 * DAY, realized_loss=Decimal("131250.01"))


def test_a_reservation_that_was_released_by_hand_is_settled_no_second_time(contracted: Offer) -> None:
    assert contracted.reservation_id
    release_reservation(contracted.reservation_id, act=act(2 * DAY))
    do(contracted, "fail", 3 * DAY, realized_loss=Decimal(5))
    assert RiskReservation.objects.get().realized_loss == 0


def test_what_we_buy_ourselves_closes_without_a_match(contracted: Offer) -> None:
    do(contracted, "close", 4 * DAY, realized_profit=Decimal(0))
    assert told()[2:] == [("CAPITAL", "roi_event", False, Decimal(0))]
    before = everything()
    do(contracted, "close", 5 * DAY, realized_profit=Decimal(7))
    assert everything() == before


@pytest.mark.parametrize("verb", ["accept", "reject", "contract", "counter", "send"])
def test_what_has_ended_stays_as_it_is(contracted: Offer, verb: str) -> None:
    do(contracted, "fail", 3 * DAY)
    params = {"amount": Decimal(100)} if verb == "counter" else {}
    refused(contracted, errors.TransitionRefused, verb, 4 * DAY, **params)


def test_an_unknown_offer_is_not_found() -> None:
    with pytest.raises(errors.OfferNotFound):
        services.accept_offer(offer_id=999, act=act())


# Persons -------------------------------------------------------------------------------------------------------------------


def test_erasing_a_seller_erases_the_words_about_their_offers(draft: Offer) -> None:
    LeadFactory.create(lead_id="L1")
    services.send_offer(offer_id=draft.pk, documents=["letter to Ann Roy"], act=act(reason="Ann Roy is in a hurry"))
    exported = export_person("L1")
    assert [row["id"] for row in exported["offers"]] == [draft.pk]
    assert len(exported["offer_events"]) == 1
    event = OfferEvent.objects.get()
    assert (event.reason, event.documents) == ("Ann Roy is in a hurry", ["letter to Ann Roy"])
    erase_person("L1", act=act(reason="asked"))
    event = OfferEvent.objects.get()
    assert (event.reason, event.documents) == ("", [])
    assert not OfferEventWords.objects.exists()
    assert Offer.objects.get().state == "SENT"


def test_the_offers_policy_settings_are_bounded(draft: Offer) -> None:
    for broken in ({"liquidity_gate": "x"}, {"stake": "x"}, {"expires_after_days": 0}, {"min_liquidity_score": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OfferPolicy.objects.filter(province="ON").update(**broken)
