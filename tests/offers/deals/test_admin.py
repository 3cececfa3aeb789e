"""The admin page of offer evidence: it shows the calculation."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from governance.policies import upsert
from offers.models import OfferPolicy
from offers.services import make_offer
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


def test_the_evidence_shows_its_calculation(ops: Client) -> None:
    upsert(OfferPolicy, province="ON", enabled=True, act=Act("ops"))
    offer = make_offer(
        province="ON",
        market="WINDSOR",
        arv=Decimal(450_000),
        repairs=Decimal(50_000),
        comps=[{"address": "14 Elm <St>"}],
        act=Act(at=None),
    )

    page = ops.get(reverse("admin:offers_offerevidence_change", args=[offer.pk])).content.decode()

    for amount in ("$450,000", "70%", "$315,000", "-$50,000", "-$2,500", "$262,500"):
        assert amount in page, amount
    assert "14 Elm &lt;St&gt;" in page
    assert "none given" in page


def test_an_offer_of_0_shows_the_negative_bound(ops: Client) -> None:
    upsert(OfferPolicy, province="ON", enabled=True, act=Act("ops"))
    offer = make_offer(province="ON", arv=Decimal(10_000), repairs=Decimal(20_000), act=Act())

    page = ops.get(reverse("admin:offers_offerevidence_change", args=[offer.pk])).content.decode()

    assert "-$15,500" in page
    assert "$0" in page
