"""`/api/governance/contact`: the recorded lines, the gate's decision afterwards, and the answers of each endpoint."""

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from governance.golive.models import GoLiveState
from governance.ledger.models import ContactPoint, ContactRecord
from governance.organisation.models import Organisation
from tests.conftest import attrs, codes
from tests.factories import LeadFactory
from wholesale.plumbing.idempotency import HEADER

pytestmark = pytest.mark.django_db

API = "/api/governance/contact"
NOON = "2026-12-15T18:00:00Z"  # a Tuesday, within the calling hours and the seeded windows of all of Canada
LAST_WEEK = "2026-11-20T15:00:00Z"
PHONE = "+14165550123"
CONSENT = {"basis": "EXPRESS", "obtained_at": LAST_WEEK, "evidence": "form 1"}


@pytest.fixture(autouse=True)
def _leads(db: None) -> None:
    LeadFactory.create(lead_id="L1", phone=PHONE, email="ann@example.ca", postal_code="")
    LeadFactory.create(lead_id="NO_PHONE", phone="", email="bob@example.ca", postal_code="")
    LeadFactory.create(lead_id="NOTHING", phone="", postal_code="")


def post(client: Any, path: str, **given: Any) -> Any:
    return client.post(f"{API}/{path}", given, format="json")


def decide(client: Any, channel: str, at: str = NOON, lead_id: str = "L1") -> dict[str, Any]:
    answer = client.get(f"{API}/decide", {"lead_id": lead_id, "channel": channel, "at": at})
    assert answer.status_code == 200, answer.json()
    return dict(answer.json())


def enforce(client: Any, **strictness: str) -> None:
    assert post(client, "organisation/upsert", **strictness).status_code == 200


# The gate's decision ----------------------------------------------------------------------------------------------------


def test_on_the_first_day_missing_proofs_are_only_warnings(auditor: APIClient) -> None:
    for channel, warnings in (
        ("SMS", ["consent_missing", "organisation_not_identified"]),
        ("CALL", ["organisation_not_registered", "area_code_not_subscribed", "scrub_missing"]),
    ):
        answer = decide(auditor, channel)
        assert (answer["ok"], answer["reasons"], answer["warnings"]) == (True, [], warnings)
        assert (answer["legal_ok"], [each["code"] for each in answer["explanations"]]) == (True, warnings)


def test_an_enforced_missing_proof_refuses_until_it_is_recorded(operator: APIClient) -> None:
    enforce(operator, consent="enforce", scrub="enforce")
    answer = decide(operator, "SMS")
    assert (answer["ok"], answer["reason"]) == (False, "consent_missing")
    assert answer["warnings"] == ["organisation_not_identified"]
    assert (answer["legal_ok"], answer["policy_ok"], answer["next_allowed_at"]) == (False, True, None)
    assert decide(operator, "CALL")["reasons"] == [
        "organisation_not_registered",
        "area_code_not_subscribed",
        "scrub_missing",
    ]

    given = {"basis": "EXPRESS", "obtained_at": "2026-11-20T15:00:00Z", "evidence": "form 1"}
    assert post(operator, "consents", lead_id="L1", channel="SMS", **given).status_code == 201
    assert decide(operator, "SMS")["ok"] is True
    enforce(operator, registration_number="R-1", registration_expires_on="2026-12-31")
    assert decide(operator, "CALL")["reasons"] == ["area_code_not_subscribed", "scrub_missing"]
    assert post(operator, "area-codes", area_code="416", expires_on="2026-12-31").status_code == 200
    assert decide(operator, "CALL")["reasons"] == ["scrub_missing"]
    scrubbed = {"checked_at": "2026-11-14T18:00:00Z", "evidence": "file 1"}
    assert post(operator, "scrubs", phone=PHONE, **scrubbed).json() == {
        "recorded": 1,
        "valid_until": "2026-12-15T18:00:00Z",
    }
    assert decide(operator, "CALL")["ok"] is True
    assert decide(operator, "CALL", "2026-12-15T18:00:01Z")["reasons"] == ["scrub_expired"]


def test_each_strictness_is_set_on_its_own(operator: APIClient) -> None:
    enforce(operator, scrub="enforce")
    assert (decide(operator, "SMS")["ok"], decide(operator, "CALL")["ok"]) == (True, False)
    enforce(operator, scrub="warn", consent="enforce", reason="a pilot")
    assert (decide(operator, "SMS")["ok"], decide(operator, "CALL")["ok"]) == (False, True)


def test_without_the_organisation_row_everything_is_enforced(operator: APIClient) -> None:
    Organisation.objects.all().delete()
    assert decide(operator, "SMS")["reasons"] == ["ledger_unreadable", "consent_missing", "organisation_not_identified"]
    answer = operator.get(f"{API}/organisation").json()
    assert (answer["consent"], answer["scrub"], answer["version"], answer["updated_at"]) == ("enforce", "enforce", 0, None)


def test_an_opt_out_refuses_whatever_the_strictness_and_the_consent(operator: APIClient) -> None:
    given = {"basis": "EXPRESS", "obtained_at": "2026-11-20T15:00:00Z", "evidence": "form 1"}
    post(operator, "consents", lead_id="L1", **given)
    made = post(operator, "opt-outs", phone="416 555 0123", channel="SMS", said_at="2026-11-21T15:00:00Z")
    assert made.status_code == 201
    answer = decide(operator, "SMS")
    assert (answer["reason"], answer["legal_ok"], answer["next_allowed_at"]) == ("opted_out", False, None)
    assert decide(operator, "CALL")["ok"] is True
    assert decide(operator, "SMS", "2026-11-21T14:59:00Z")["reason"] != "opted_out"
    post(operator, "opt-outs", lead_id="L1", said_at="2026-11-22T15:00:00Z")
    assert {channel: decide(operator, channel)["reason"] for channel in ("SMS", "CALL", "EMAIL")} == dict.fromkeys(
        ("SMS", "CALL", "EMAIL"), "opted_out"
    )
    lifted = post(operator, "opt-outs/lift", lead_id="L1", reason="wrong number")
    assert {(each["entry"], each["kind"]) for each in lifted.json()} == {
        ("LIFT", "LEAD"),
        ("LIFT", "PHONE"),
        ("LIFT", "EMAIL"),
    }
    assert decide(operator, "SMS")["ok"] is True
    assert post(operator, "opt-outs/lift", lead_id="L1", reason="again").json() == []


def test_an_expired_consent_is_named_as_expired(operator: APIClient) -> None:
    enforce(operator, consent="enforce")
    given = {"basis": "INQUIRY", "obtained_at": "2026-06-15T18:00:00Z", "evidence": "call 1"}
    (made,) = post(operator, "consents", lead_id="L1", channel="SMS", **given).json()
    assert made["expires_at"] == NOON
    assert decide(operator, "SMS")["reasons"] == ["consent_expired"]
    assert decide(operator, "SMS", "2026-12-15T17:59:59Z")["ok"] is True


def test_the_internal_list_refuses_only_calls(operator: APIClient) -> None:
    assert post(operator, "do-not-call", phones=["416 555 0123", "902 555 0199"]).json() == {"recorded": 2}
    assert (decide(operator, "CALL", "2027-01-05T18:00:00Z")["reason"], decide(operator, "SMS")["ok"]) == ("opted_out", True)


def test_an_opt_out_is_recorded_with_the_kill_switch_engaged(integrator: APIClient, kill_switch: GoLiveState) -> None:
    assert post(integrator, "opt-outs", phone=PHONE).status_code == 201


def test_a_closed_day_of_the_province_or_of_all_provinces_refuses(operator: APIClient) -> None:
    for day in ({"day": "2026-12-15"}, {"day": "2026-12-15", "province": "ON"}):
        assert post(operator, "closed-days", name="Stocktaking", **day).status_code == 200
        answer = decide(operator, "SMS")
        assert (answer["reason"], answer["next_allowed_at"]) == ("closed_day", "2026-12-16T14:00:00Z")
        assert post(operator, "closed-days/remove", **day).json() == {"removed": True}
        assert decide(operator, "SMS")["ok"] is True
    post(operator, "closed-days", name="Stocktaking", day="2026-12-15", province="BC")
    assert decide(operator, "SMS")["ok"] is True


# The person who is meant ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "given", "status", "code", "attr"),
    [
        ("opt-outs", {}, 400, "required", "lead_id"),
        ("scrubs", {"checked_at": NOON, "evidence": "x", "email": "a@example.ca"}, 400, "required", "lead_id"),
        ("opt-outs", {"lead_id": " ", "reason": "x"}, 400, "required", "lead_id"),
        ("opt-outs", {"phone": None, "email": ""}, 400, "required", "lead_id"),
        ("do-not-call", {"phones": []}, 400, "required", "lead_id"),
        ("do-not-call", {"phones": [" "]}, 400, "required", "lead_id"),
        ("do-not-call", {"phones": [PHONE] * 10_001}, 400, "max_length", "phones"),
        ("consents", {**CONSENT, "lead_id": "NOBODY"}, 404, "not_found", None),
        ("consents", {**CONSENT, "lead_id": "NO_PHONE", "channel": "SMS"}, 400, "point_missing", "phone"),
        ("consents", {**CONSENT, "lead_id": "NOTHING", "channel": "EMAIL"}, 400, "point_missing", "email"),
        ("consents", {**CONSENT, "phone": "555 0123"}, 400, "invalid_phone", "phone"),
        ("opt-outs/lift", {"phone": "555 0123", "reason": "x"}, 400, "invalid_phone", "phone"),
        ("opt-outs/lift", {"email": "ann", "reason": "x"}, 400, "invalid", "email"),
        ("opt-outs/lift", {"phone": PHONE, "channel": "EMAIL", "reason": "x"}, 400, "point_missing", "email"),
        ("scrubs", {"lead_id": "NO_PHONE", "checked_at": LAST_WEEK, "evidence": "x"}, 400, "point_missing", "phone"),
        ("scrubs", {"phones": [PHONE, "911"], "checked_at": LAST_WEEK, "evidence": "x"}, 400, "invalid_phone", "phones.1"),
        ("scrubs", {"phones": [], "checked_at": LAST_WEEK, "evidence": "x"}, 400, "min_length", "phones"),
    ],
)
def test_an_unclear_person_is_refused_with_what_is_wrong(
    operator: APIClient, path: Any, given: Any, status: Any, code: Any, attr: Any
) -> None:
    answer = post(operator, path, **given)
    assert (answer.status_code, codes(answer), attrs(answer)) == (status, [code], [attr])
    assert not ContactRecord.objects.exists()


def test_every_named_point_counts(operator: APIClient) -> None:
    made = post(operator, "opt-outs", lead_id="NO_PHONE", phone="902-555-0199", email="Ann@Example.CA").json()
    assert {each["value"] for each in made} == {"NO_PHONE", "bob@example.ca", "+19025550199", "ann@example.ca"}


def test_a_repeated_opt_out_under_its_key_is_one_line(operator: APIClient) -> None:
    for _ in range(2):
        answer = operator.post(f"{API}/opt-outs", {"phone": PHONE}, headers={HEADER: "K-1"})
        assert answer.status_code == 201
    assert ContactRecord.objects.count() == 1


# What is on file --------------------------------------------------------------------------------------------------------


def test_ledger_lines_are_found_by_lead_by_number_and_by_address(operator: APIClient, auditor: APIClient) -> None:
    post(operator, "opt-outs", lead_id="L1", channel="SMS", correlation_id="C1", reason="STOP")
    post(operator, "opt-outs", lead_id="L1", channel="EMAIL")
    post(operator, "opt-outs", phone=PHONE)
    post(operator, "do-not-call", phone="902 555 0199")

    def found(**filters: str) -> list[tuple[str, str, str]]:
        rows = auditor.get(f"{API}/records", filters).json()["results"]
        return [(row["value"], row["entry"], row["channel"]) for row in rows]

    everything = found()
    assert [row[1] for row in everything] == ["DO_NOT_CALL", *["OPT_OUT"] * 5]
    assert found(lead_id="L1") == everything[1:]
    assert {row[0] for row in everything[1:]} == {"L1", PHONE, "ann@example.ca"}
    assert found(phone="(416) 555-0123") == [(PHONE, "OPT_OUT", ""), (PHONE, "OPT_OUT", "SMS")]
    assert found(email="ANN@example.ca") == [("ann@example.ca", "OPT_OUT", "EMAIL")]
    assert found(lead_id="L1", channel="call") == [(PHONE, "OPT_OUT", "")]
    assert found(entry="do_not_call") == everything[:1]
    assert found(lead_id="NOBODY") == found(lead_id="NOTHING") == []
    row = ContactRecord.objects.order_by("id")[0]
    one = auditor.get(f"{API}/records/{row.pk}").json()
    assert (one["kind"], one["reason"], one["actor"], one["correlation_id"]) == ("LEAD", "STOP", "operator", "C1")


def test_an_erased_number_can_be_searched_but_is_not_shown(operator: APIClient) -> None:
    post(operator, "opt-outs", phone=PHONE)
    ContactPoint.objects.update(value=None)
    (row,) = operator.get(f"{API}/records", {"phone": PHONE}).json()["results"]
    assert (row["kind"], row["value"]) == ("PHONE", None)


def test_the_organisation_is_changed_only_under_the_version_that_was_read(operator: APIClient) -> None:
    version = operator.get(f"{API}/organisation").json()["version"]
    changed = post(operator, "organisation/upsert", name="Maple Homes", consent=" Enforce ", expected_version=version)
    assert (changed.json()["name"], changed.json()["consent"], changed.json()["version"]) == ("Maple Homes", "enforce", 2)
    stale = post(operator, "organisation/upsert", name="Oak", expected_version=version)
    assert (stale.status_code, codes(stale)) == (409, ["version_conflict"])
    assert operator.get(f"{API}/organisation").json()["name"] == "Maple Homes"


def test_the_closed_days_of_a_province_include_those_of_all_provinces(operator: APIClient) -> None:
    for province in ("", "ON", "BC"):
        post(operator, "closed-days", day="2026-12-24", name="Eve", province=province)
    rows = operator.get(f"{API}/closed-days", {"province": "ON"}).json()["results"]
    assert [(row["day"], row["province"], row["name"]) for row in rows] == [
        ("2026-12-24", "ON", "Eve"),
        ("2026-12-24", "", "Eve"),
    ]


def test_with_a_changed_key_no_lead_is_contacted_and_the_runbook_blocks(operator: APIClient, settings: Settings) -> None:
    post(operator, "opt-outs", phone=PHONE)
    settings.CONTACT_DIGEST_KEY = "another key"
    answer = decide(operator, "SMS")  # a search cannot find the opt-out itself
    assert (answer["reasons"], answer["legal_ok"]) == (["ledger_unreadable"], False)
    blockers = operator.get("/api/governance/runbook/status").json()["blockers"]
    assert [item["id"] for item in blockers] == ["contact.digest_key"]
