"""Several names of one place are read as one market, wherever a market is given."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from buyers.models import BuyerLiquidityNode
from followups.ladders.models import FollowupLadder
from followups.leads.models import Lead
from followups.leads.services import upsert_leads
from followups.models import PoolAgent
from followups.tasks.models import FollowupTask
from governance.clocks.markets import one_market, one_markets
from governance.clocks.models import MarketZone
from governance.clocks.services import remove_market_zone, set_market_zone
from governance.clocks.zones import MARKET_SEEDS, OTHER_NAMES
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from offers.models import OfferPolicy
from tests.conftest import attrs
from tests.factories import NOON, LadderFactory, LeadFactory, MarketPolicyFactory, OfferPolicyFactory, TaskFactory, many
from tests.query_counts import counted, queries
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import normalise_word

pytestmark = pytest.mark.django_db

TORONTO: dict[str, Any] = {"province": "ON", "market": "TORONTO", "zone": "America/Toronto"}


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


# The market that is meant -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("province", "word", "market"),
    [
        ("ON", "GTA", "TORONTO"),
        ("ON", "CITY_OF_TORONTO", "TORONTO"),
        ("ON", "KITCHENER", "KITCHENER_WATERLOO"),
        ("QC", "MTL", "MONTREAL"),
        ("QC", "QUEBEC", "QUEBEC_CITY"),
        ("NL", "SAINT_JOHNS", "ST_JOHNS"),
        ("NL", "ST_JOHN_S", "ST_JOHNS"),
        ("NL", "SAINT_JOHN", "ST_JOHNS"),
        ("NB", "SAINT_JOHN", "SAINT_JOHN"),
        ("NB", "ST_JOHN", "SAINT_JOHN"),
        ("QC", "WATERLOO", "WATERLOO"),  # a town of its own
        ("ON", "TORONTO", "TORONTO"),
        ("ON", "ALL", "ALL"),
        ("ON", "DRYDEN", "DRYDEN"),
        (None, "GTA", "TORONTO"),
        (None, "SAINT_JOHN", "SAINT_JOHN"),
        (None, "ST_JOHN", "ST_JOHN"),  # a name of two markets
        (None, "DRYDEN", "DRYDEN"),
    ],
)
def test_another_name_is_read_as_the_market(province: str | None, word: str, market: str) -> None:
    assert one_market(province, word) == market


def test_many_markets_are_resolved_in_one_query_and_known_ones_in_none() -> None:
    places = [(province, name) for (province, _), names in OTHER_NAMES.items() for name in names]
    with CaptureQueriesContext(connection) as captured:
        settled = one_markets(places)
        assert one_markets([*MARKET_SEEDS, (None, "TORONTO"), ("YT", "ALL")])
    assert counted(captured) == queries("settle the names of markets")
    assert set(settled.items()) == {
        ((province, name), market) for (province, market), names in OTHER_NAMES.items() for name in names
    }


def test_each_seeded_name_means_one_market_of_a_province_and_has_one_spelling() -> None:
    names = [(province, name) for (province, _), listed in OTHER_NAMES.items() for name in listed]
    assert len(set(names)) == len(names)
    assert not set(names) & set(MARKET_SEEDS)
    assert all(normalise_word(name) == name for _, name in names)
    assert {(zone.province, zone.market): zone.other_names for zone in MarketZone.objects.all()} == OTHER_NAMES


# Every place where a market is given ------------------------------------------------------------------------------------


def test_a_lead_lives_in_the_same_market_whoever_imports_it(operator: APIClient, ops: Client) -> None:
    upsert_leads([{"lead_id": "file", "province": "ON", "market": "GTA"}], act=Act())
    operator.post("/api/followups/leads/upsert", {"lead_id": "api", "province": "on", "market": "Metro Toronto"})
    form = form_with(ops.get("/admin/followups/lead/add/"), "lead_id")
    ops.post("/admin/followups/lead/add/", {**form, "lead_id": "admin", "province": "ON", "market": "g.t.a."})
    assert set(Lead.objects.values_list("lead_id", "market")) == {(name, "TORONTO") for name in ("file", "api", "admin")}


def test_a_market_without_a_province_is_resolved_in_the_leads_province(operator: APIClient) -> None:
    many(LeadFactory, 1, lead_id="NL", province="NL", market="ALL")
    upsert_leads([{"lead_id": "NL", "market": "ST_JOHN"}], act=Act())
    assert Lead.objects.get().market == "ST_JOHNS"
    report = upsert_leads([{"lead_id": "NL", "market": "SAINT_JOHN"}], act=Act())
    assert (report.unchanged, Lead.objects.get().market) == (1, "ST_JOHNS")


def test_ladders_start_in_the_resolved_market(operator: APIClient) -> None:
    operator.post("/api/followups/ladder/create", {"lead_id": "A", "province": "QC", "market": "mtl"})
    rows = [{"lead_id": "B", "province": "QC", "market": "MTL"}, {"lead_id": "C", "province": "QC", "market": "Dorval"}]
    operator.post("/api/followups/ladder/bulk", {"ladders": rows}, format="json")
    ladders = FollowupLadder.objects.values_list("lead_id", "market").order_by("lead_id")
    assert list(ladders) == [("A", "MONTREAL"), ("B", "MONTREAL"), ("C", "DORVAL")]
    assert set(FollowupTask.objects.values_list("market", flat=True)) == {"MONTREAL", "DORVAL"}


@pytest.mark.parametrize(
    "path",
    [
        "market/can-contact?province=ON&market=GTA&channel=SMS&weekday=1&hhmm=12:00",
        "market/effective?province=ON&market=GTA",
    ],
)
def test_the_gate_answers_for_the_resolved_market(path: str, agent: APIClient) -> None:
    MarketPolicyFactory.create(province="ON", market="TORONTO")
    answer = agent.get(f"/api/governance/{path}").json()
    assert (answer["market"], answer["matched_market"]) == ("TORONTO", "TORONTO")


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("governance/market/policies/upsert", {"rules": SAFE_RULES}),
        ("deals/offers/policies/upsert", {}),
        ("followups/sla/policies/upsert", {"channel": "SMS", "warn_after_minutes": 5, "breach_after_minutes": 9}),
        ("followups/templates/upsert", {"steps": [{"delay_minutes": 0, "channel": "SMS"}]}),
        ("followups/pool/upsert", {"agent": "va1"}),
    ],
)
def test_policies_templates_and_pools_use_the_resolved_market(path: str, more: dict[str, Any], operator: APIClient) -> None:
    answer = operator.post(f"/api/{path}", {"province": "ON", "market": "GTA", **more}, format="json")
    assert (answer.status_code, answer.json()["market"]) == (200, "TORONTO")


def test_due_claims_and_lists_filter_by_the_resolved_market(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1", market="TORONTO")
    ladder = LadderFactory.create(lead_id="L1", market="TORONTO")
    years = {"open_from": NOON.replace(year=2025), "open_until": NOON.replace(year=2099)}
    TaskFactory.create(ladder=ladder, lead_id="L1", market="TORONTO", due_at=NOON.replace(year=2025), **years)

    for query in ({"market": "gta"}, {"market": "GTA", "province": "ON"}):
        assert len(operator.get("/api/followups/due", {**query, "include_blocked": "true"}).json()) == 1
        for name in ("leads", "ladders", "tasks"):
            assert len(operator.get(f"/api/followups/{name}", query).json()["results"]) == 1, name
    assert operator.get("/api/followups/due", {"market": "GTA", "province": "QC", "include_blocked": "true"}).json() == []
    with time_machine.travel(NOON):
        claimed = operator.post("/api/followups/due/claim", {"market": "metro toronto", "province": "ON"}).json()
    assert [task["lead_id"] for task in claimed] == ["L1"]


def test_buyers_and_offers_use_the_resolved_market(operator: APIClient) -> None:
    OfferPolicyFactory.create(province="ON", market="TORONTO", enabled=True)
    place = {"province": "ON", "market": "Greater Toronto Area"}
    heard = operator.post("/api/buyers/liquidity/feedback", {**place, "event": "RESPONDED", "buyer_id": "B"}).json()
    score = operator.get("/api/buyers/liquidity/score", place).json()
    offer = operator.post("/api/deals/offers/compute", {**place, "arv": 400_000, "repairs": 20_000}).json()
    assert (heard["market"], score["market"], score["known"], offer["policy"]["market"]) == (
        "TORONTO",
        "TORONTO",
        True,
        "TORONTO",
    )
    assert BuyerLiquidityNode.objects.get().market == "TORONTO"
    assert len(operator.get("/api/deals/offers/evidence", {"market": "GTA"}).json()["results"]) == 1
    assert len(operator.get("/api/buyers/feedback", {"market": "GTA"}).json()["results"]) == 1
    assert {row["market"] for row in operator.get("/api/kpi/events", {"market": "gta"}).json()["results"]} == {"TORONTO"}


@pytest.mark.parametrize(("model", "path"), [(MarketPolicy, "governance/marketpolicy"), (OfferPolicy, "offers/offerpolicy")])
def test_a_policy_in_the_admin_uses_the_resolved_market(model: Any, path: str, ops: Client) -> None:
    page = f"/admin/{path}/add/"
    form = {**form_with(ops.get(page), "why"), "province": "ON", "why": "test"}
    ops.post(page, {**form, "market": "Metro Toronto"})
    again = ops.post(page, {**form, "market": "GTA"})
    assert model.objects.exclude(market="ALL").get().market == "TORONTO"
    assert "already exists" in again.content.decode()


def test_a_pool_in_the_admin_uses_the_resolved_market(ops: Client) -> None:
    page = "/admin/followups/poolagent/add/"
    ops.post(page, {**form_with(ops.get(page), "why"), "province": "ON", "market": "GTA", "agent": "va1", "why": "test"})
    assert PoolAgent.objects.get().market == "TORONTO"


# Operators edit the names -----------------------------------------------------------------------------------------------


def test_a_name_added_in_the_admin_holds_at_once(ops: Client, operator: APIClient) -> None:
    row = MarketZone.objects.get(province="ON", market="BARRIE")
    page = reverse("admin:governance_marketzone_change", args=[row.pk])
    form = form_with(ops.get(page), "why")
    assert form["other_names"] == ["CITY_OF_BARRIE"]

    ops.post(page, {**form, "other_names": "City of Barrie, Simcoe County;\ninnisfil", "why": "One office"})

    row.refresh_from_db()
    assert row.other_names == ["CITY_OF_BARRIE", "SIMCOE_COUNTY", "INNISFIL"]
    operator.post("/api/followups/leads/upsert", {"lead_id": "L1", "province": "ON", "market": "Innisfil"})
    assert Lead.objects.get().market == "BARRIE"
    latest = ops.get(reverse("admin:governance_marketzone_history", args=[row.pk])).context["page_obj"][0]
    assert [change["field"] for change in latest.history_delta_changes] == ["Other names"]


def test_rows_stored_under_a_new_name_move_to_the_market() -> None:
    LeadFactory.create(lead_id="L1", province="ON", market="INNISFIL")
    LeadFactory.create(lead_id="L2", province="NB", market="INNISFIL")
    ladder = LadderFactory.create(lead_id="L1", province="ON", market="INNISFIL")
    closed = LadderFactory.create(lead_id="L1", province="ON", market="INNISFIL", open_steps=0, closed_at=NOON)
    task = TaskFactory.create(ladder=ladder, province="ON", market="INNISFIL")
    done = TaskFactory.create(ladder=ladder, step=2, province="ON", market="INNISFIL", completed_at=NOON)

    set_market_zone(
        province="ON", market="BARRIE", zone="America/Toronto", other_names=["Innisfil"], act=Act("me", reason="one")
    )

    assert dict(Lead.objects.values_list("lead_id", "market")) == {"L1": "BARRIE", "L2": "INNISFIL"}
    for row, market in ((ladder, "BARRIE"), (closed, "INNISFIL"), (task, "BARRIE"), (done, "INNISFIL")):
        row.refresh_from_db()
        assert row.market == market


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"other_names": ["OTTAWA"]}, "other_names"),  # another market
        ({"other_names": ["kanata"]}, "other_names"),  # another market's name
        ({"other_names": ["all"]}, "other_names"),
        ({"other_names": ["!"]}, "other_names"),
        ({"market": "kanata"}, "market"),
    ],
)
def test_a_name_of_another_market_is_refused(changes: dict[str, Any], field: str, ops: Client) -> None:
    before = list(MarketZone.objects.values())
    with pytest.raises(ValidationError) as refused:
        set_market_zone(act=Act("me"), **{**TORONTO, **changes})
    form = form_with(ops.get("/admin/governance/marketzone/add/"), "why")
    new = {"province": "ON", "market": "DRYDEN", "zone": "America/Winnipeg", **changes}
    answer = ops.post("/admin/governance/marketzone/add/", {**form, **new, "why": "x"})
    assert list(refused.value.message_dict) == [field]
    assert list(answer.context["adminform"].form.errors) == [field]
    assert list(MarketZone.objects.values()) == before


def test_a_built_in_market_stays_one_without_its_row() -> None:
    remove_market_zone(province="ON", market="OTTAWA", act=Act("me"))
    with pytest.raises(ValidationError):
        set_market_zone(other_names=["OTTAWA"], act=Act("me"), **TORONTO)
    assert one_market("ON", "KANATA") == "KANATA"


def test_a_slash_in_a_market_is_still_400_over_the_api(operator: APIClient) -> None:
    answer = operator.post(
        "/api/followups/leads/upsert", {"lead_id": "L1", "province": "ON", "market": "Kitchener/Waterloo"}
    )
    assert (answer.status_code, attrs(answer)) == (400, ["market"])
