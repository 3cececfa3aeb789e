"""The what-if of an offer policy: it answers as computing an offer would, beside the stored policy, and stores nothing."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from governance.policies import upsert
from offers.deals.around.warnings import Value
from offers.deals.errors import NoLowerBound, OfferRefused, OutOfBounds
from offers.deals.services import make_offer
from offers.models import OfferEvidence, OfferPolicy
from offers.policies.models import JUDGED
from offers.policy_pages.lately import lately, sales_known
from offers.policy_pages.what_if import PolicyAnswer, TriedHouse, answer_of
from tests.factories import NOON, EvidenceFactory, OfferFactory, SaleFactory
from tests.offers.deals.lives import TORONTO, open_market
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

ENTERED = {"arv": "450000", "repairs": "50000", "interval": "8", "comps": "5", "per_day": "1"}


@pytest.fixture
def ontario() -> OfferPolicy:
    return upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"))


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    return signed_in(user_of("operator", username="ops"))


def ask(client: Client, policy: OfferPolicy, **changes: Any) -> Any:
    """Post the form of the policy's page with what is entered beside it."""
    page = client.get(reverse("admin:offers_offerpolicy_change", args=[policy.pk]))
    form = form_with(page, "why") | ENTERED | changes
    return client.post(reverse("admin:offers_offerpolicy_what_if", args=[policy.pk]), form)


# The same answer as the verb --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arv", "repairs", "settings"),
    [
        ("450000", "50000", {}),
        ("123456.78", "1234.56", {"max_arv_multiplier": Decimal("0.6543"), "default_fees_buffer": Decimal("999.99")}),
        ("100000", "150000", {}),  # below 0
        ("100000", "200000.01", {}),  # out of bounds
        ("450000", "50000", {"compute_on_low": True}),  # no lower bound
        ("450000", "50000", {"refuse_few_comps": True}),
        ("450000", "90000", {"refuse_uninspected_repairs": True}),
        ("450000", "50000", {"refuse_wide_interval": True, "refuse_above_low": True}),
    ],
)
def test_it_answers_as_the_verb_does(arv: str, repairs: str, settings: dict[str, Any]) -> None:
    policy = upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"), **settings)
    given = {"arv": Decimal(arv), "repairs": Decimal(repairs)}

    answer = answer_of(policy, TriedHouse(Value(given["arv"]), given["repairs"], inspected=False), today=NOON.date())

    assert (answer.is_offer, said_by(answer)) == answered_by_the_verb(**given)


def said_by(answer: PolicyAnswer) -> Any:
    """What the what-if says, as `answered_by_the_verb` says it."""
    if answer.error is not None:
        return type(answer.error), answer.error.attr
    assert answer.calc is not None
    return answer.refused or (answer.calc.mao, answer.calc.recommended_offer)


def answered_by_the_verb(arv: Decimal, repairs: Decimal) -> tuple[bool, Any]:
    """Whether the verb computes an offer, and the offer or the refusal."""
    try:
        evidence = make_offer(province="ON", arv=arv, repairs=repairs, act=Act("test"))
    except OfferRefused as refusal:
        return False, refusal.warnings
    except (NoLowerBound, OutOfBounds) as refusal:
        return False, (type(refusal), refusal.attr)
    return True, (evidence.mao, evidence.recommended_offer)


def test_on_the_lower_bound_of_an_estimate_all_refusals_can_be_avoided() -> None:
    settings = {f"refuse_{code}": True for code in JUDGED}
    policy = upsert(OfferPolicy, province="ON", compute_on_low=True, act=Act("test"), **settings)
    value = Value(Decimal(450000), 5, Decimal(450000), Decimal(414000), Decimal(486000))

    answer = answer_of(policy, TriedHouse(value, Decimal(50000), inspected=False), today=NOON.date())

    assert answer.calc is not None
    assert (answer.calc.arv, answer.calc.mao, answer.is_offer) == (Decimal(414000), Decimal(237300), True)
    assert (answer.share, answer.at_low, answer.stake) == (Decimal(289800), Decimal(237300), Decimal(237300))


# The page ---------------------------------------------------------------------------------------------------------------


def test_values_that_are_not_saved_stand_beside_the_stored_ones(ops: Client, ontario: OfferPolicy) -> None:
    part = ask(ops, ontario, max_arv_multiplier="0.65", default_assignment_fee="12000")

    said = {step.name: (step.meant, step.stored, step.difference) for step in part.context["steps"]}
    assert said["times the multiplier"] == ("$292,500", "$315,000", "-$22,500")
    assert said["Recommended offer"] == ("$240,000", "$262,500", "-$22,500")
    assert said["Left for the seller"] == ("$228,000", "$252,500", "-$24,500")
    assert said["less repairs"] == ("-$50,000", "-$50,000", "=")
    assert (part.context["verdict"], part.context["stored_verdict"]) == ("Offer of $240,000.", "Offer of $262,500.")
    ontario.refresh_from_db()
    assert (ontario.version, ontario.max_arv_multiplier) == (2, Decimal("0.70"))
    assert not OfferEvidence.objects.exists()


def test_it_says_which_of_the_two_refuses_and_why(ops: Client, ontario: OfferPolicy) -> None:
    part = ask(ops, ontario, refuse_uninspected_repairs="on", repairs="90000", comps="2")

    assert [(reason.said, reason.meant, reason.stored) for reason in part.context["reasons"]][:2] == [
        ("The repairs are above 15% of the ARV and not inspected.", "refuses", "warns"),
        ("The ARV rests on 2 comparable sales; 3 are few.", "warns", "warns"),
    ]
    assert part.context["verdict"] == "Refused. The sum would come to $222,500."
    assert "As stored it is only a warning." in part.content.decode()


def test_a_value_out_of_bounds_is_named_in_the_answer(ops: Client, ontario: OfferPolicy) -> None:
    part = ask(ops, ontario, max_arv_multiplier="1.5", arv="x")

    assert len(part.context["errors"]) == 2
    assert "The sum" not in part.content.decode()


def test_the_caps_and_the_market_stand_against_sending_and_against_the_pace(ops: Client, ontario: OfferPolicy) -> None:
    part = ask(ops, ontario)
    assert "The cap of GLOBAL on exposure a day does not allow $262,500 more today." in part.context["against"]
    assert any("is 0; the policy asks for 50" in said for said in part.context["against"])
    assert len(part.context["pace"]) == 2  # exposure and open risk

    open_market()
    ontario.refresh_from_db()
    upsert(OfferPolicy, province="ON", min_liquidity_score=Decimal(0), act=Act("test"))
    again = ask(ops, ontario)
    assert (again.context["against"], again.context["pace"]) == ([], [])


def test_a_new_policy_is_tried_against_the_one_in_force(ops: Client, ontario: OfferPolicy) -> None:
    form = form_with(ops.get(reverse("admin:offers_offerpolicy_add")), "why") | ENTERED
    tried = {"province": "ON", "market": "Windsor", "max_arv_multiplier": "0.75"}

    part = ops.post(reverse("admin:offers_offerpolicy_what_if_new"), form | tried)

    assert part.context["stored"] == ontario
    assert part.context["verdict"] == "Offer of $285,000."
    nowhere = ops.post(reverse("admin:offers_offerpolicy_what_if_new"), form | {"province": "XX"})
    assert nowhere.context["stored"] is None


@pytest.mark.parametrize("role", ["auditor", "agent"])
def test_who_may_only_read_tries_terms_too(role: str, user_of: Callable[..., User], ontario: OfferPolicy) -> None:
    client = signed_in(user_of(role))
    page = client.get(reverse("admin:offers_offerpolicy_change", args=[ontario.pk]))
    form = form_with(page, "arv") | {"max_arv_multiplier": "0.5"}

    part = client.post(reverse("admin:offers_offerpolicy_what_if", args=[ontario.pk]), form)

    assert part.context["stored_verdict"] == "Offer of $262,500."
    assert part.context["verdict"] == "Offer of $172,500."


def test_nobody_else_asks(ontario: OfferPolicy, user_of: Callable[..., User]) -> None:
    address = reverse("admin:offers_offerpolicy_what_if", args=[ontario.pk])
    assert signed_in(user_of()).post(address, ENTERED).status_code == 403
    assert signed_in(user_of("auditor")).get(address).status_code == 405


def test_the_answer_takes_few_queries(
    ops: Client, ontario: OfferPolicy, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    ask(ops, ontario)
    with django_assert_max_num_queries(30):
        ask(ops, ontario)


# What it begins with ----------------------------------------------------------------------------------------------------


def test_it_begins_with_the_middle_of_what_was_computed_lately(db: None) -> None:
    now = timezone.now()
    for arv, repairs in ((300_000, 20_000), (400_400, 40_000), (900_000, 90_000)):
        made = EvidenceFactory.create(**TORONTO, arv=arv, repairs=repairs, created_at=now - timedelta(days=3))
        OfferFactory.create(evidence=made, **TORONTO, sent_at=now - timedelta(days=3))
    EvidenceFactory.create(**TORONTO, arv=1, repairs=0, created_at=now - timedelta(days=40))
    EvidenceFactory.create(province="QC", market="LAVAL", arv=700_000, repairs=10_000, created_at=now)

    toronto = lately("ON", "TORONTO", now)
    assert (toronto.arv, toronto.repairs, toronto.computed, toronto.sent) == (400_000, 40_000, 3, 3)
    assert toronto.per_day == Decimal("0.1")
    assert lately("ON", "ALL", now) == toronto
    assert lately("ON", "LONDON", now) == (Decimal(450_000), Decimal(50_000), 0, 0, Decimal(1))


def test_market_sales_of_a_year_are_known(db: None) -> None:
    now = timezone.now()
    for days, arms_length in ((10, True), (300, True), (400, True), (5, False)):
        SaleFactory.create(**TORONTO, sold_on=(now - timedelta(days=days)).date(), arms_length=arms_length)

    assert [sales_known("ON", market, now).total for market in ("TORONTO", "ALL", "LONDON")] == [2, 2, 0]
    assert sales_known("ON", "LONDON", now).per_day is None
