"""`compute` with `deal=true`: the deal around the offer, its warnings, and the policies that refuse by them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from governance.policies import upsert
from kpi.models import KPIEvent
from offers.deals.around.figures import outcome, prices
from offers.deals.around.warnings import Code
from offers.deals.law.errors import InvalidRule
from offers.deals.law.models import ProvinceRule
from offers.deals.taxes.errors import InvalidSchedule
from offers.deals.taxes.models import TransferTax
from offers.models import OfferEvidence, OfferPolicy
from offers.policies.models import JUDGED
from tests.conftest import attrs, codes
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import Province

COMPUTE, EVIDENCE, TAX = "/api/deals/offers/compute", "/api/deals/offers/evidence", "/api/deals/land-transfer-tax"
TORONTO = {"province": "ON", "market": "TORONTO", "arv": 450000, "repairs": 50000}
CLOSING = {"closing_on": "2026-12-15"}
DEAL = {**TORONTO, "deal": True, "terms": CLOSING}


def comps(*prices_: int) -> list[dict[str, Any]]:
    return [{"price": price, "sold_on": f"2026-10-{day:02}"} for day, price in enumerate(prices_, 1)]


@pytest.fixture
def ontario(db: None) -> OfferPolicy:
    """The enabled policy of Ontario."""
    return upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"))


def deal_of(client: APIClient, given: dict[str, Any]) -> dict[str, Any]:
    """The deal in the answer to `compute`."""
    response = client.post(COMPUTE, given, format="json")
    assert response.status_code == 201, response.content
    return dict(response.json()["deal"])


def warned(deal: dict[str, Any]) -> set[str]:
    return {warning["code"] for warning in deal["warnings"]}


def test_without_the_parameter_the_answer_has_no_deal(integrator: APIClient, ontario: Any) -> None:
    answer = integrator.post(COMPUTE, TORONTO).json()
    assert set(answer) == {"policy", "calc", "evidence_id"}
    assert OfferEvidence.objects.get().deal_json is None


def test_the_deal_is_answered_and_stored_with_the_evidence(integrator: APIClient, ontario: Any) -> None:
    answer = integrator.post(COMPUTE, DEAL, format="json").json()
    assert answer["calc"] == {
        "arv": 450000,
        "repairs": 50000,
        "fees_buffer": 2500,
        "mao": 262500,
        "recommended_offer": 262500,
    }
    assert OfferEvidence.objects.get().deal_json == answer["deal"]
    assert integrator.get(f"{EVIDENCE}/{answer['evidence_id']}").json()["deal_json"] == answer["deal"]


def test_the_buyers_price_is_the_sellers_and_the_fee(integrator: APIClient, ontario: Any) -> None:
    assert deal_of(integrator, DEAL)["prices"] == {
        "seller_price": 252500,
        "assignment_fee": 10000,
        "buyer_price": 262500,
        "computed_on": "ARV",
        "mao": 262500,
    }


def test_each_cost_says_where_it_is_from_and_the_profit_is_what_they_leave(integrator: APIClient, ontario: Any) -> None:
    deal = deal_of(integrator, DEAL)
    costs = {cost["code"]: cost["amount"] for cost in deal["costs"]}
    assert costs == {
        "price": 262500,
        "transfer_tax": 4825,  # 2,412.50 of Ontario and the same of Toronto
        "sales_tax_on_fee": None,
        "legal": 2500,
        "title_insurance": 350,
        "repairs": 50000,
        "holding": 13125,  # 1% of the price for 5 months
        "selling": 22500,
    }
    assert all(cost["source"] for cost in deal["costs"])
    buyer = deal["buyer"]
    assert (buyer["cash_in"], buyer["profit"], buyer["return"]) == (333300, 94200, 0.2826)
    assert (buyer["is_complete"], buyer["unknown"]) == (False, ["HST on the fee: Whether the home is new is not given."])


def test_given_costs_count_in_place_of_assumed_ones(integrator: APIClient, ontario: Any) -> None:
    given = {
        **{"legal": 1000, "title_insurance": 0, "holding_months": 3, "holding_per_month": 1500.50, "selling_rate": 0.04},
        **{"home_is_new": True, "offer": 240000},
    }
    deal = deal_of(integrator, {**DEAL, "terms": {**CLOSING, **given}})
    costs = {cost["code"]: (cost["amount"], cost["source"]) for cost in deal["costs"]}
    assert [costs[name][0] for name in ("price", "legal", "title_insurance", "holding", "selling")] == [
        250000,
        1000,
        0,
        4501.5,
        18000,
    ]
    assert {costs[name][1] for name in ("legal", "title_insurance", "holding", "selling")} == {"given"}
    assert costs["sales_tax_on_fee"][0] == 1300
    assert deal["buyer"]["is_complete"]
    assert deal["buyer"]["profit"] == 450000 - 250000 - 4450 - 1300 - 1000 - 50000 - 4501.5 - 18000


@pytest.mark.parametrize(
    ("province", "taxes"),
    [
        ("AB", {"GST": 500}),
        ("BC", {"GST": 500, "HOME_FLIPPING": 2000}),
        ("MB", {"GST": 500}),
        ("NB", {"HST": 1500}),
        ("NL", {"HST": 1500}),
        ("NS", {"HST": 1400}),
        ("NT", {"GST": 500}),
        ("NU", {"GST": 500}),
        ("ON", {"HST": 1300}),
        ("PE", {"HST": 1500}),
        ("QC", {"GST": 500, "QST": 997.5}),
        ("SK", {"GST": 500}),
        ("YT", {"GST": 500}),
    ],
)
def test_the_fee_of_a_new_home_is_taxed_by_province(integrator: APIClient, db: None, province: str, taxes: Any) -> None:
    upsert(OfferPolicy, province=province, enabled=True, act=Act("test"))
    terms = {**CLOSING, "home_is_new": True}
    deal = deal_of(integrator, {"province": province, "arv": 450000, "repairs": 50000, "deal": True, "terms": terms})
    assert {tax["code"]: tax["amount"] for tax in deal["fee_taxes"]} == {"FLIPPED_PROPERTY": None, **taxes}
    used = {"province": province, "arv": 450000, "repairs": 50000, "deal": True, "terms": {**CLOSING, "home_is_new": False}}
    amounts = {tax["code"]: tax["amount"] for tax in deal_of(integrator, used)["fee_taxes"]}
    assert all(amounts[code] is None for code in ("GST", "HST", "QST") if code in amounts)


@pytest.mark.parametrize("province", Province.values)
def test_what_the_law_says_is_unknown_until_counsel_answers(integrator: APIClient, db: None, province: str) -> None:
    upsert(OfferPolicy, province=province, enabled=True, act=Act("test"))
    given = {"province": province, "arv": 450000, "repairs": 50000, "deal": True, "terms": CLOSING}
    law = deal_of(integrator, given)["law"]
    assert (law["licence"]["answer"], law["assignment"]["answer"], law["buyer"]["answer"]) == ("UNKNOWN",) * 3
    assert all(rule["source"] and rule["checked_on"] for topic in law.values() for rule in topic["rules"])
    upsert(ProvinceRule, place=province, topic="LICENCE", answer="NO", source="counsel", act=Act("counsel"))
    assert deal_of(integrator, given)["law"]["licence"]["answer"] == "NO"


def test_without_a_rule_the_sales_tax_is_unknown(integrator: APIClient, ontario: Any) -> None:
    for rule in ProvinceRule.objects.filter(place="ON", topic="FEE_TAX"):
        upsert(ProvinceRule, **{name: getattr(rule, name) for name in ProvinceRule.key}, enabled=False, act=Act("me"))
    deal = deal_of(integrator, {**DEAL, "terms": {**CLOSING, "home_is_new": True}})
    assert deal["buyer"]["unknown"] == ["Sales tax on the fee: no rule is known."]


def test_the_grid_moves_the_arv_and_the_repairs(integrator: APIClient, ontario: Any) -> None:
    grid = deal_of(integrator, DEAL)["grid"]
    assert [[(cell["arv"], cell["repairs"]) for cell in row] for row in grid] == [
        [(arv, repairs) for repairs in (50000, 60000, 70000)] for arv in (405000, 450000, 495000)
    ]
    assert grid[1][0] == {"arv": 450000, "repairs": 50000, "mao": 262500, "profit": 94200}
    assert grid[0][2] == {"arv": 405000, "repairs": 70000, "mao": 211000, "profit": 94200 - 45000 * 0.95 - 20000}


def test_the_transfer_tax_is_by_the_terms(integrator: APIClient, ontario: Any) -> None:
    terms = {**CLOSING, "municipality": "Hamilton", "buyer": "FOREIGN", "units": 2}
    tax = deal_of(integrator, {**DEAL, "terms": terms})["transfer_tax"]
    assert (tax["tax"], tax["closing_on"]) == (2412.5 + 65625, "2026-12-15")
    assert [part["is_official"] for part in tax["parts"]] == [False, False]


def test_a_municipality_that_is_not_named_leaves_the_tax_unknown(integrator: APIClient, ontario: Any) -> None:
    deal = deal_of(integrator, {**DEAL, "market": "ALL"})
    assert (deal["transfer_tax"]["tax"], deal["transfer_tax"]["known"]) == (None, 2412.5)
    assert len(deal["buyer"]["unknown"]) == 2
    assert "unknown_costs" in warned(deal)


def test_the_type_of_property_gives_the_class_of_the_land(integrator: APIClient, ontario: Any) -> None:
    given = {"province": "ON", "market": "TORONTO", "repairs": 0, "deal": True, "comps": comps(6_000_000, 6_100_000)}
    taxes = [
        deal_of(integrator, {**given, "subject": {"property_type": kind}, "terms": CLOSING})["transfer_tax"]
        for kind in ("DUPLEX", "TRIPLEX", "COMMERCIAL", "MULTI")
    ]
    due = [tax["tax"] for tax in taxes]
    assert due[0] > due[1] == due[2]
    assert due[3] is None


@pytest.mark.parametrize(
    ("given", "codes_"),
    [
        ({"arv": 450000}, {"few_comps", "wide_interval", "above_low"}),
        ({"comps": comps(450000, 451000)}, {"few_comps", "above_low"}),
        ({"comps": comps(448000, 450000, 451000, 452000)}, {"above_low"}),
        ({"arv": 450000, "repairs": 67500.01}, {"few_comps", "wide_interval", "above_low", "uninspected_repairs"}),
        ({"arv": 450000, "repairs": 67500}, {"few_comps", "wide_interval", "above_low"}),
        (
            {"arv": 450000, "repairs": 90000, "terms": {"repairs_inspected": True}},
            {"few_comps", "wide_interval", "above_low"},
        ),
        ({"comps": comps(448000, 450000, 451000, 452000), "terms": {"offer": 100000}}, set()),
    ],
)
def test_the_deal_warns(integrator: APIClient, ontario: Any, given: dict[str, Any], codes_: set[str]) -> None:
    deal = deal_of(integrator, {"province": "ON", "market": "TORONTO", "repairs": 50000, "deal": True, **given})
    wide = {"wide_interval"} if "comps" in given else set()  # a few comps leave the interval as the market has it
    assert warned(deal) & set(JUDGED) - wide == codes_ - wide


def test_an_offer_that_the_policy_does_not_cover_is_warned_of(integrator: APIClient, ontario: Any) -> None:
    deal = deal_of(integrator, {**DEAL, "terms": {**CLOSING, "offer": 440000}})
    assert {"above_mao", "loss"} <= warned(deal)
    deal = deal_of(integrator, {**DEAL, "arv": 50000, "repairs": 30000})
    assert "no_room_for_fee" in warned(deal)
    assert deal["prices"]["seller_price"] == 0


def test_each_refusal_of_a_policy_is_a_warning() -> None:
    assert set(JUDGED) == set(Code)


@pytest.mark.parametrize("code", JUDGED)
@pytest.mark.parametrize("asks", [True, False])
def test_a_policy_refuses_by_a_warning_and_nothing_is_stored(
    integrator: APIClient, ontario: Any, code: str, asks: bool
) -> None:
    upsert(OfferPolicy, province="ON", **{f"refuse_{code}": True}, act=Act("test"))
    given = {**TORONTO, "repairs": 90000, "deal": asks}
    response = integrator.post(COMPUTE, given, format="json")
    assert (response.status_code, codes(response), attrs(response)) == (409, ["offer_refused"], [code])
    assert not OfferEvidence.objects.exists()
    assert not KPIEvent.objects.exists()


def test_a_policy_that_refuses_lets_other_offers_pass(integrator: APIClient, ontario: Any) -> None:
    upsert(OfferPolicy, province="ON", refuse_uninspected_repairs=True, act=Act("test"))
    assert integrator.post(COMPUTE, TORONTO).status_code == 201
    terms = {"repairs_inspected": True}
    assert integrator.post(COMPUTE, {**TORONTO, "repairs": 90000, "terms": terms}, format="json").status_code == 201
    assert OfferEvidence.objects.filter(deal_json__isnull=True).count() == 2


def test_a_policy_computes_on_the_lower_bound(integrator: APIClient, ontario: Any) -> None:
    upsert(OfferPolicy, province="ON", compute_on_low=True, act=Act("test"))
    given = {"province": "ON", "market": "TORONTO", "repairs": 50000, "deal": True}
    sold = comps(448000, 450000, 451000, 452000)
    answer = integrator.post(COMPUTE, {**given, "comps": sold}, format="json").json()
    low = answer["estimate"]["low"]
    assert low < answer["estimate"]["arv"]
    assert (answer["calc"]["arv"], answer["deal"]["value"]["arv"]) == (low, low)
    assert answer["deal"]["prices"]["computed_on"] == "LOW"
    assert "above_low" not in warned(answer["deal"])
    # A given ARV counts only below the bound.
    for arv, on in ((1_000_000, low), (200_000, 200_000)):
        subject = {"province": "ON"}
        answer = integrator.post(COMPUTE, {**given, "arv": arv, "comps": sold, "subject": subject}, format="json").json()
        assert answer["calc"]["arv"] == on


def test_without_an_estimate_there_is_no_lower_bound_to_compute_on(integrator: APIClient, ontario: Any) -> None:
    upsert(OfferPolicy, province="ON", compute_on_low=True, act=Act("test"))
    response = integrator.post(COMPUTE, TORONTO)
    assert (response.status_code, codes(response)) == (409, ["lower_bound_unknown"])
    assert not OfferEvidence.objects.exists()


def test_a_deal_asks_the_database_nothing_more(integrator: APIClient, ontario: Any) -> None:
    counts = []
    for given in (TORONTO, DEAL, TORONTO, DEAL):
        with CaptureQueriesContext(connection) as queries:
            assert integrator.post(COMPUTE, given, format="json").status_code == 201
        counts.append(len(queries))
    assert counts[2] == counts[3]


@pytest.mark.parametrize(
    ("terms", "attr"),
    [
        ({"buyer": "MARTIAN"}, "terms.buyer"),
        ({"closing_on": "tomorrow"}, "terms.closing_on"),
        ({"buyer_share": 1.5}, "terms.buyer_share"),
        ({"offer": -1}, "terms.offer"),
        ({"units": -1}, "terms.units"),
        ({"assessed_value": "NaN"}, "terms.assessed_value"),
        (5, "terms"),
    ],
)
def test_bad_terms_are_named_and_nothing_is_stored(integrator: APIClient, ontario: Any, terms: Any, attr: str) -> None:
    response = integrator.post(COMPUTE, {**DEAL, "terms": terms}, format="json")
    assert (response.status_code, attrs(response)) == (400, [attr])
    assert not OfferEvidence.objects.exists()


@pytest.mark.parametrize("amount", [0.01, 100_000_000])
def test_the_largest_and_smallest_offers_have_a_deal(integrator: APIClient, ontario: Any, amount: float) -> None:
    assert deal_of(integrator, {**DEAL, "arv": amount, "repairs": amount * 2})["prices"]["seller_price"] == 0


def test_transfer_tax_is_answered_by_itself(agent: APIClient) -> None:
    given: Any = {"province": "on", "municipality": "GTA", "price": 2500000, "closing_on": "2026-03-31"}
    answer = agent.get(TAX, given).json()
    assert (answer["tax"], [part["place"] for part in answer["parts"]]) == (97950, ["ON", "TORONTO"])
    response = agent.get(TAX, {"province": "ON"})
    assert (response.status_code, attrs(response)) == (400, ["price"])


def test_a_changed_schedule_counts_at_once_and_keeps_its_history(agent: APIClient, operator: APIClient) -> None:
    given: Any = {"province": "MB", "price": 450000, "closing_on": "2026-12-15"}
    assert agent.get(TAX, given).json()["tax"] == 6650
    upsert(TransferTax, province="MB", brackets="0: 1%", act=Act("me", reason="new budget"))
    assert agent.get(TAX, given).json()["tax"] == 4500
    row = TransferTax.objects.get(province="MB", kind="TAX")
    assert [entry.brackets for entry in row.history.all()] == [
        "0: 1%",
        "0: 0%; 30000: 0.5%; 90000: 1%; 150000: 1.5%; 200000: 2%",
    ]


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"brackets": "1%"}, "brackets"),
        ({"areas": "a/b"}, "areas"),
        ({"until": date(1999, 12, 31)}, "until"),
    ],
)
def test_a_schedule_that_cannot_be_read_is_refused(db: None, given: dict[str, Any], attr: str) -> None:
    with pytest.raises(InvalidSchedule) as refused:
        upsert(TransferTax, province="MB", **given, act=Act("me"))
    assert refused.value.attr == attr


def test_a_rule_that_ends_before_it_begins_is_refused(db: None) -> None:
    with pytest.raises(InvalidRule):
        upsert(ProvinceRule, place="ON", topic="LICENCE", until=date(1999, 12, 31), act=Act("me"))


@pytest.mark.parametrize(
    ("model", "key", "changes"),
    [
        (TransferTax, {"province": "PE", "kind": "TAX", "enabled": True}, {"brackets": "0: 0%; 30000: 1.5%"}),
        (ProvinceRule, {"place": "ON", "topic": "LICENCE", "code": "ANSWER"}, {"answer": "YES"}),
    ],
)
def test_an_operator_edits_a_row_in_the_admin_for_a_reason(
    user_of: Callable[..., User], model: Any, key: dict[str, Any], changes: dict[str, str]
) -> None:
    ops, row = signed_in(user_of("operator", username="ops")), model.objects.get(**key)
    page = f"/admin/offers/{model._meta.model_name}/{row.pk}/"
    form = form_with(ops.get(f"{page}change/"), "why")
    assert ops.post(f"{page}change/", {**form, **changes, "why": "new text"}).status_code == 302
    row.refresh_from_db()
    assert {name: getattr(row, name) for name in changes} == changes
    assert (row.version, row.changed_by, row.reason) == (2, "ops", "new text")
    assert "new text" in ops.get(f"{page}history/").content.decode()


def test_nothing_paid_has_no_return() -> None:
    assert outcome(Decimal(1), []).rate is None
    assert prices(Decimal(5), Decimal(10), None) == (0, 10, 10)
