"""`/api/governance/contact`: the facts on file about a lead, and the number of queries."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from followups.leads.models import Lead
from governance import gate, law
from governance.clocks.services import set_market_zone
from governance.closed_days.models import ClosedDay
from governance.gate.reasons import Reason
from governance.ledger.points import contact_points
from governance.market.models import MarketPolicy
from governance.organisation.models import Organisation
from tests.factories import NOON, LeadFactory, PoolAgentFactory, RecordFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

DECIDE = "/api/governance/contact/decide"
EXPLAIN = "/api/governance/contact/explain"
AT = "2026-12-15T18:00:00Z"  # a Tuesday, 13:00 in Toronto


def lead(n: int = 1, **values: Any) -> Lead:
    given = {"phone": f"+1416555{n:04}", "email": f"lead{n}@example.ca", "postal_code": "", **values}
    made: Lead = LeadFactory.build(lead_id=f"L{n}", **given)
    return made


def known(n: int = 1, **values: Any) -> Lead:
    made = lead(n, **values)
    made.save()
    return made


def written(value: str, entry: str, kind: str = "PHONE", **values: Any) -> None:
    point = (kind, value)
    RecordFactory.create(point=contact_points([point], Act())[point], entry=entry, **values)


def asked(client: APIClient, **changes: Any) -> dict[str, Any]:
    response = client.get(DECIDE, {"lead_id": "L1", "channel": "SMS", "at": AT, **changes})
    assert response.status_code == 200, response.json()
    return response.json()


def test_the_answer_tells_everything_about_a_lead(operator: APIClient) -> None:
    known(score=Decimal("0.7"))
    assert asked(operator) == {
        "ok": True,
        "reason": "within_window",
        "detail": "Contact is allowed.",
        "reasons": [],
        "warnings": ["consent_missing", "organisation_not_identified"],
        "explanations": [
            {
                "code": "consent_missing",
                "en": "No consent to messages of this channel is on file.",
                "fr": "Aucun consentement aux messages de ce canal n'est au dossier.",
            },
            {
                "code": "organisation_not_identified",
                "en": str(Reason.NOT_IDENTIFIED.label),
                "fr": Reason.NOT_IDENTIFIED.sentence("fr"),
            },
        ],
        "legal_ok": True,
        "policy_ok": True,
        "lead_id": "L1",
        "province": "ON",
        "market": "TORONTO",
        "channel": "SMS",
        "purpose": "PROSPECT",
        "matched_market": "ALL",
        "policy_version": 1,
        "law_version": law.VERSION,
        "evaluated_at": AT,
        "local_time": "2026-12-15T13:00:00-05:00",
        "timezone": "America/Toronto",
        "utc_offset": "UTC-5",
        "zones": ["America/Toronto"],
        "zone_source": "market",
        "tz_version": "2026.6",
        "phone_zones": ["America/Toronto"],
    }


@pytest.mark.parametrize(
    ("values", "zones", "source"),
    [
        ({"market": "ALL"}, ["America/Toronto", "America/Winnipeg", "America/Atikokan"], "province"),
        ({"market": "DRYDEN", "postal_code": "P8N 1A1"}, ["America/Winnipeg"], "postal_code"),
        (
            {"market": "DRYDEN", "postal_code": "T2P 1A1"},
            ["America/Toronto", "America/Winnipeg", "America/Atikokan"],
            "province",
        ),
        ({"market": "TORONTO", "postal_code": "P8N 1A1"}, ["America/Toronto"], "market"),
        ({"market": "TORONTO", "zone": "America/Atikokan"}, ["America/Atikokan"], "lead"),
    ],
)
def test_the_answer_gives_the_zones_and_their_source(operator: APIClient, values: Any, zones: Any, source: Any) -> None:
    known(**values)
    answer = asked(operator)
    assert (answer["zones"], answer["zone_source"]) == (zones, source)


def test_the_zone_of_a_number_is_shown_and_decides_nothing(operator: APIClient) -> None:
    known(phone="+16045550123")
    answer = asked(operator, at="2026-12-15T14:00:00Z")  # 09:00 in Toronto, 07:00 in Vancouver
    assert (answer["ok"], answer["phone_zones"], answer["timezone"]) == (True, ["America/Vancouver"], "America/Toronto")
    Lead.objects.update(phone="")
    assert asked(operator)["phone_zones"] == []


def test_a_lead_is_answered_in_its_language(operator: APIClient) -> None:
    known(language="fr")
    written("+14165550001", "OPT_OUT")
    assert asked(operator)["detail"] == "La personne a demandé de ne plus être contactée par ce canal."


@pytest.mark.parametrize(
    ("province", "market", "at", "local_time", "ok"),
    [
        ("BC", "VANCOUVER", "2026-12-15T04:45:00Z", "2026-12-14T21:45:00-07:00", False),
        ("AB", "EDMONTON", "2026-12-15T02:10:00Z", "2026-12-14T20:10:00-06:00", False),  # the policy ends at 20:00
        ("AB", "EDMONTON", "2026-12-15T02:00:00Z", "2026-12-14T20:00:00-06:00", True),
    ],
)
def test_calls_follow_the_clocks_of_december_2026(
    operator: APIClient, province: Any, market: Any, at: Any, local_time: Any, ok: Any
) -> None:
    known(province=province, market=market)
    answer = asked(operator, channel="CALL", at=at)
    assert (answer["local_time"], answer["ok"]) == (local_time, ok)
    assert answer["legal_ok"] is (market == "EDMONTON")


def test_a_closed_day_applies_to_its_province_or_to_all(operator: APIClient) -> None:
    known()
    ClosedDay.objects.create(province="QC", day=NOON.date(), name="Snow", changed_by="test", updated_at=NOON)
    assert asked(operator)["ok"]
    ClosedDay.objects.create(province="", day=NOON.date(), name="Retreat", changed_by="test", updated_at=NOON)
    answer = asked(operator)
    assert (answer["reasons"], answer["next_allowed_at"]) == (["closed_day"], "2026-12-16T14:00:00Z")
    ClosedDay.objects.create(province="ON", day="2026-12-16", name="After it", changed_by="test", updated_at=NOON)
    assert asked(operator)["next_allowed_at"] == "2026-12-17T14:00:00Z"


def test_a_holiday_follows_the_policy(operator: APIClient) -> None:
    known()
    policy = MarketPolicy.objects.get(province="ON")
    assert asked(operator, at="2026-12-25T18:00:00Z")["ok"]
    MarketPolicy.objects.filter(pk=policy.pk).update(rules={**policy.rules, "holidays": "closed"})
    answer = asked(operator, at="2026-12-25T18:00:00Z")
    assert (answer["reasons"], answer["next_allowed_at"]) == (["closed_day"], "2026-12-29T14:00:00Z")  # Boxing Day's Monday


@pytest.mark.parametrize("channel", ["SMS", "CALL", "EMAIL"])
def test_the_queries_for_a_lead_do_not_grow_with_its_ledger(operator: APIClient, channel: str) -> None:
    known()
    for n in range(20):
        written("+14165550001", "CONSENT", basis="EXPRESS", channel="SMS", effective_at=NOON.replace(year=2000 + n))
    with CaptureQueriesContext(connection) as captured:
        gate.decide_lead("L1", channel, at=NOON)
    assert counted(captured) == queries("decide a lead")


@pytest.mark.parametrize("role", ["operator", "agent"])
def test_a_thousand_leads_cost_no_more_queries_than_ten(client_of: Callable[..., APIClient], role: str) -> None:
    client = client_of(role)
    for province in ("ON", "BC", "NU", "QC"):
        PoolAgentFactory.create(agent="agent", province=province, market="ALL")
    places = [("ON", "TORONTO"), ("ON", "ALL"), ("BC", "SOMEWHERE"), ("NU", "IQALUIT"), ("QC", "MONTREAL")]
    Lead.objects.bulk_create(
        lead(n, province=places[n % 5][0], market=places[n % 5][1] + ("" if n % 5 != 2 else f"_{n}")) for n in range(1000)
    )
    written("+14165550007", "OPT_OUT")

    def asking(size: int) -> tuple[int, Any]:
        body = {"lead_ids": [f"L{n}" for n in range(size)], "channel": "CALL", "at": AT}
        with CaptureQueriesContext(connection) as captured:
            response = client.post(EXPLAIN, body, format="json")
        assert response.status_code == 200
        return len(captured), response.json()

    asking(1)  # the token is cached from here on
    of_ten, _ = asking(10)
    of_all, answer = asking(1000)
    assert of_all == of_ten
    assert [row["lead_id"] for row in answer["answers"]] == [f"L{n}" for n in range(1000)]
    assert [row["lead_id"] for row in answer["answers"] if "opted_out" in row["reasons"]] == ["L7"]
    assert answer["unknown"] == []


def test_unknown_leads_are_named(operator: APIClient) -> None:
    known()
    answer = operator.post(EXPLAIN, {"lead_ids": ["L2", "L1", "L3"], "channel": "SMS", "at": AT}, format="json").json()
    assert (answer["unknown"], [row["lead_id"] for row in answer["answers"]]) == (["L2", "L3"], ["L1"])
    assert operator.get(DECIDE, {"lead_id": "L2", "channel": "SMS"}).status_code == 404


def test_a_zone_set_for_a_market_is_obeyed_at_once(operator: APIClient) -> None:
    known(market="DRYDEN")
    assert asked(operator)["zone_source"] == "province"
    set_market_zone(province="ON", market="DRYDEN", zone="America/Winnipeg", act=Act("test"))
    assert (asked(operator)["zones"], asked(operator)["zone_source"]) == (["America/Winnipeg"], "market")


def test_a_strict_organisation_refuses_what_a_lenient_one_warns_of(operator: APIClient) -> None:
    known()
    Organisation.objects.update(consent="enforce", scrub="enforce")
    assert asked(operator)["reasons"] == ["consent_missing"]
    assert asked(operator, channel="CALL")["reasons"] == [
        "organisation_not_registered",
        "area_code_not_subscribed",
        "scrub_missing",
    ]
    assert asked(operator)["next_allowed_at"] is None
    written("+14165550001", "CONSENT", basis="EXPRESS", channel="SMS", effective_at=NOON.replace(year=2025))
    assert asked(operator)["ok"]
    written("+14165550001", "OPT_OUT", channel="SMS")
    assert asked(operator)["reasons"] == ["opted_out"]
