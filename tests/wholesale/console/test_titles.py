"""The titles of rows, and the names of places and people on pages: words that a person would say, and no codes."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.test import Client
from django.utils.translation import override
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken

from buyers.models import Buyer, BuyerFeedbackEvent, DealSent
from followups.models import Lead
from followups.sla.models import SlaWatch
from governance.ledger.models import ContactRecord
from kpi.models import RegressionState, RegressionTrigger
from offers.deals.life.models import Offer
from tests.factories import (
    NOON,
    BuyerFactory,
    ClosedDayFactory,
    DealSentFactory,
    EvidenceFactory,
    FeedbackFactory,
    LadderTemplateFactory,
    LeadFactory,
    MarketPolicyFactory,
    MarketZoneFactory,
    NodeFactory,
    OfferEventFactory,
    OfferFactory,
    RecommendationFactory,
    RecordFactory,
    ReservationFactory,
    RiskEventFactory,
    SlaPolicyFactory,
    TaskFactory,
    TransferTaxFactory,
)
from tests.staff import signed_in
from tests.wholesale.console.test_frame import heading, title
from tests.wholesale.test_admin import SHOWN, row_of, url
from wholesale.plumbing.codes import place_name, property_text, spelled
from wholesale.plumbing.models import PeriodicRun

pytestmark = pytest.mark.django_db
# What a title must not hold: a digest, an id of Python's, two words joined by _, a code of a place, a raw day or time.
CODE = re.compile(r"[0-9a-f]{16}|object \(|[A-Z]_[A-Z]|\b(ON|NU|QC|YT|AB) [A-Z]|\d{4}-\d\d-\d\d|\+00:00")
WITH_CODES_OF_THEIR_OWN = {"idempotencykey"}  # their title is the key that a client gave
# Called by a word, the name of a file or of a user, or as its row was called when it was logged.
AS_SOMEBODY_WROTE_THEM = {
    "admin.LogEntry",
    *("followups.InboundWord", "followups.LeadImport", "buyers.BuyerImport", "offers.SaleImport"),
    *("auth.User", "auth.Group", "followups.PoolAgent", "followups.VendorAgent"),
}


def test_a_title_is_words_and_no_code() -> None:
    codes = {}
    for model in SHOWN:
        with transaction.atomic():
            shown = str(row_of(model))
            transaction.set_rollback(True)  # the rows of models name the same users
        if model._meta.model_name not in WITH_CODES_OF_THEIR_OWN and (CODE.search(shown) or shown[:1].islower()):
            codes[model._meta.label] = shown
    assert set(codes) <= AS_SOMEBODY_WROTE_THEM, codes


def test_titles_say_what_a_row_is_in_the_language_of_the_reader() -> None:
    rows = [
        (MarketPolicyFactory.build(province="ON", market="FORT_ST_JOHN"), "Fort St John, Ontario"),
        (MarketPolicyFactory.build(province="YT", market="ALL"), "Yukon"),
        (MarketZoneFactory.build(province="NU", market="CAMBRIDGE_BAY"), "Cambridge Bay, Nunavut"),
        (LadderTemplateFactory.build(province="ON", market="ALL", kind="COLD"), "Ontario: cold"),
        (SlaPolicyFactory.build(province="YT", market="ALL", channel="EMAIL"), "Yukon: e-mail"),
        (NodeFactory.build(province="BC", market="VANCOUVER", property_type="CONDO"), "Vancouver, British Columbia: condo"),
        (
            TransferTaxFactory.build(province="NU", municipality="ALL", kind="TAX", from_date=date(2000, 1, 1)),
            "Nunavut: Land transfer tax, o",
        ),
        (ClosedDayFactory.build(day=date(2026, 11, 27), province="NS", name="Flood"), "Flood, Nov 27, 2026, Nova Scotia"),
        (ReservationFactory.build(engine="WHOLESALE", amount=Decimal(1500)), "Wholesale: $1,500 at stake"),
        (RiskEventFactory.build(engine="WHOLESALE", kind="RESERVED", amount=Decimal(1500)), "Wholesale: Reserved, $1,500"),
        (
            RecommendationFactory.build(domain="CAPITAL_ROUTE", prod_eligible=False),
            "Where capital goes: not eligible for production",
        ),
        (TaskFactory.build(step=6, channel="EMAIL"), "Step 6: e-mail"),
        (RecordFactory.build(entry="CONSENT", channel="EMAIL"), "Consent: e-mail"),
        (OfferEventFactory.build(from_state="DRAFT", to_state="SENT"), "Draft to Sent"),
        (EvidenceFactory.build(pk=60, province="ON", market="WINDSOR"), "Offer computed, no. 60: Windsor, Ontario"),
        (PeriodicRun(name="clear_expired", slot=NOON), "Clear expired, "),
    ]
    assert [str(row)[: len(said)] for row, said in rows] == [said for _row, said in rows]
    with override("fr"):
        assert place_name("QC", "QUEBEC_CITY") == "Quebec City, Québec"


def test_codes_of_markets_and_property_types_have_words() -> None:
    assert spelled("NIAGARA_ON_THE_LAKE") == "Niagara on the Lake"
    assert [property_text(code) for code in ("SFR", "MF", "TINY_HOME")] == [
        "Single-family home",
        "Multi-family building",
        "Tiny home",
    ]


def test_a_token_is_never_named_by_its_digest(admin_client: Client, admin_user: User) -> None:
    token, _secret = AuthToken.objects.create(user=admin_user)
    named = f"Token {token.token_key[:8]}... of {admin_user.username}"
    asked = admin_client.get(url(AuthToken, "delete", token.pk)).content.decode()

    assert heading(admin_client.get(url(AuthToken, "change", token.pk))) == ["API tokens", named]
    assert named in asked
    admin_client.post(url(AuthToken, "delete", token.pk), {"post": "yes"})
    assert LogEntry.objects.get(object_id=token.pk).object_repr == named


def test_a_heading_is_written_as_it_is_stored_and_once(admin_client: Client) -> None:
    buyer = BuyerFactory.create(name="de la Cruz")
    SlaWatch.objects.get_or_create(pk=1)

    assert heading(admin_client.get(url(Buyer, "change", buyer.pk)))[-1] == "de la Cruz"
    watch = admin_client.get(url(SlaWatch, "change", 1))
    assert heading(watch) == ["SLA watch"]
    assert title(watch).count("SLA watch") == 1


@pytest.mark.parametrize(
    ("model", "one", "many"),
    [
        (Group, "role", "roles"),
        (AuthToken, "API token", "API tokens"),
        (DBTaskResult, "background task", "background tasks"),
        (ContactRecord, "consent or opt-out", "consents and opt-outs"),
        (RegressionTrigger, "tripwire", "tripwires"),
        (RegressionState, "state of a tripwire", "states of tripwires"),
    ],
)
def test_a_page_and_what_it_counts_have_one_name(model: Any, one: str, many: str) -> None:
    assert (str(model._meta.verbose_name), str(model._meta.verbose_name_plural)) == (one, many)


def test_buyers_and_leads_stand_by_name_for_who_may_read_them(admin_client: Client) -> None:
    buyer = BuyerFactory.create(buyer_id="TOR-SFR-B24", name="Ethan Singh")
    lead = LeadFactory.create(lead_id="L000023", first_name="Ann", last_name="Lee")
    sent = DealSentFactory.create(buyer=buyer, deal_ref="TOR-1")
    FeedbackFactory.create(buyer_id=buyer.buyer_id, event="BOUGHT", node__market="FORT_ST_JOHN", node__province="BC")
    OfferFactory.create(lead=lead, buyer=buyer)

    for model in (DealSent, BuyerFeedbackEvent, Offer):
        page = admin_client.get(url(model, "changelist")).content.decode()
        assert "Ethan Singh" in page, model
        assert "TOR-SFR-B24<" not in page, model
    assert "Ann Lee" in admin_client.get(url(Offer, "changelist")).content.decode()
    assert heading(admin_client.get(url(DealSent, "change", sent.pk)))[-1] == "TOR-1 to Ethan Singh"
    feed = admin_client.get(url(Buyer, "change", buyer.pk)).content.decode()
    assert "TOR-SFR-B24: Bought" not in feed
    assert "Fort St John, British Columbia" in feed

    offers_only = User.objects.create_user("narrow", is_staff=True)
    offers_only.user_permissions.add(Permission.objects.get(codename="view_offer"))
    page = signed_in(offers_only).get(url(Offer, "changelist")).content.decode()
    assert ("Ethan Singh" in page, "TOR-SFR-B24" in page) == (False, True)
    proof = admin_client.post(url(Lead, "find_proof"), {"who": "L000023"}).content.decode()
    assert "Ann Lee (L000023)" in proof
