"""The content of a consent: recorded beside its line, never changed, erased with the person. Missing parts are named."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from governance.grounds import Basis
from governance.ledger import consents, erasures
from governance.ledger.models import ConsentProof, ContactPoint, ContactRecord
from governance.ledger.points import points_of
from governance.ledger.proof import NO_PROOF, PROOF_FIELDS, WORDING_MAX_LENGTH, GivenHow, Missing, Proof, missing_of
from tests.conftest import attrs, codes
from tests.factories import NOON
from wholesale.plumbing.act import Act
from wholesale.plumbing.append_only import AppendOnlyError

pytestmark = pytest.mark.django_db

API = "/api/governance/contact"
PHONE = "+14165550123"
CONTENT = {
    "wording": "Yes, text me offers.\nExample Homes, 1 Main St, Toronto, example.ca.",
    "purpose": "offers to buy the house",
    "on_behalf_of": "Example Homes",
    "withdrawal_statement": "You can withdraw at any time.",
    "given_how": "WEB_FORM",
    "given_where": "https://example.ca/offer",
}
EVERYTHING = ["wording", "purpose", "on_behalf_of", "withdrawal_statement", "given_how", "given_where"]
NOBODY_ELSE = {"referrer_name": "", "referrer_to_lead": "", "referrer_to_us": ""}


def consent(client: Any, **given: Any) -> Any:
    whole = {"phone": PHONE, "basis": "EXPRESS", "obtained_at": "2026-05-01T12:00:00Z", "evidence": "form 1", **given}
    return client.post(f"{API}/consents", json.dumps(whole), content_type="application/json")


# The rule ---------------------------------------------------------------------------------------------------------------


def test_an_express_consent_needs_six_parts_each_with_its_section() -> None:
    assert missing_of(Basis.EXPRESS) == [
        Missing("wording", "CASL, s. 13"),
        Missing("purpose", "CASL, s. 10(1)(a)"),
        Missing("on_behalf_of", "CASL, s. 10(1)(b); SOR/2012-36, s. 4(a) to (c)"),
        Missing("withdrawal_statement", "SOR/2012-36, s. 4(e)"),
        Missing("given_how", "SOR/2012-36, s. 4"),
        Missing("given_where", "CASL, s. 13"),
    ]
    assert missing_of(Basis.EXPRESS, Proof(**CONTENT)) == []


@pytest.mark.parametrize("name", EVERYTHING)
def test_each_empty_part_is_named_alone(name: str) -> None:
    assert [one.field for one in missing_of(Basis.EXPRESS, Proof(**{**CONTENT, name: ""}))] == [name]


REFERRER = {"referrer_name": "Ann Lee", "referrer_to_lead": "her sister", "referrer_to_us": "sold to us in May"}


def test_a_referral_needs_the_referrer_and_both_relationships() -> None:
    assert missing_of(Basis.REFERRAL) == [Missing(name, "SOR/2013-221, s. 4") for name in REFERRER]
    assert missing_of(Basis.REFERRAL, Proof(**REFERRER)) == []


@pytest.mark.parametrize("basis", [basis for basis in Basis if basis not in (Basis.EXPRESS, Basis.REFERRAL)])
def test_no_other_ground_needs_content(basis: str) -> None:
    assert missing_of(basis) == []


def test_a_proof_without_content_is_stored_as_none() -> None:
    assert not NO_PROOF
    assert all(Proof(**{name: "x"}) for name in PROOF_FIELDS)


# Recording --------------------------------------------------------------------------------------------------------------


def test_each_line_of_a_consent_has_the_whole_proof(operator: APIClient) -> None:
    answer = consent(operator, email="ann@example.ca", proof=CONTENT)
    assert answer.status_code == 201, answer.json()
    lines = answer.json()
    assert [line["channel"] for line in lines] == ["SMS", "CALL", "EMAIL"]
    assert all(line["proof"] == {**CONTENT, **NOBODY_ELSE} and line["missing"] == [] for line in lines)
    assert set(ConsentProof.objects.values_list("record", flat=True)) == {line["id"] for line in lines}


def test_a_consent_without_content_is_stored_and_names_what_is_missing(operator: APIClient) -> None:
    (line,) = consent(operator, channel="SMS").json()
    assert line["proof"] is None
    assert [one["field"] for one in line["missing"]] == EVERYTHING
    assert not ConsentProof.objects.exists()
    listed = operator.get(f"{API}/records", {"phone": PHONE}).json()["results"]
    assert listed == [line]
    assert operator.get(f"{API}/records/{line['id']}").json() == line


def test_partial_content_is_stored_and_the_rest_is_named(operator: APIClient) -> None:
    (line,) = consent(operator, channel="SMS", proof={"given_how": " spoken ", "wording": None, "purpose": " "}).json()
    assert (line["proof"]["given_how"], line["proof"]["purpose"]) == ("SPOKEN", "")
    assert [one["field"] for one in line["missing"]] == [name for name in EVERYTHING if name != "given_how"]


@pytest.mark.parametrize("proof", [{}, {"wording": ""}, {"wording": None}, "{}", None, ""])
def test_an_empty_proof_is_stored_as_none(operator: APIClient, proof: Any) -> None:
    (line,) = consent(operator, channel="SMS", proof=proof).json()
    assert line["proof"] is None


def test_only_a_consent_can_have_or_lack_content(operator: APIClient) -> None:
    (line,) = operator.post(f"{API}/opt-outs", {"phone": PHONE}, format="json").json()
    assert (line["proof"], line["missing"]) == (None, [])


def test_a_form_sends_the_proof_as_text(operator: APIClient) -> None:
    given = {"phone": PHONE, "channel": "SMS", "basis": "EXPRESS", "obtained_at": "2026-05-01T12:00:00Z", "evidence": "x"}
    (line,) = operator.post(f"{API}/consents", {**given, "proof": '{"given_how": "PAPER"}'}).json()
    assert line["proof"]["given_how"] == "PAPER"


def test_an_unknown_name_within_the_proof_is_reported_or_refused(operator: APIClient) -> None:
    answer = consent(operator, channel="SMS", proof={"colour": "blue"})
    assert (answer.status_code, answer["X-Ignored-Parameters"]) == (201, "proof.colour")
    given = {"phone": PHONE, "basis": "EXPRESS", "obtained_at": "2026-05-01T12:00:00Z", "evidence": "form 1"}
    refused = operator.post(
        f"{API}/consents", {**given, "proof": {"colour": "blue"}}, format="json", headers={"Prefer": "handling=strict"}
    )
    assert (refused.status_code, codes(refused), attrs(refused)) == (400, ["unknown_parameter"], ["proof.colour"])


@pytest.mark.parametrize(
    ("proof", "attr", "code"),
    [
        ({"given_how": "TELEPATHY"}, "proof.given_how", "invalid_choice"),
        ({"given_how": ["PAPER"]}, "proof.given_how", "invalid_choice"),
        ({"given_how": 10**400}, "proof.given_how", "invalid_choice"),
        ({"wording": "x" * (WORDING_MAX_LENGTH + 1)}, "proof.wording", "max_length"),
        ({"wording": "a\x00b"}, "proof.wording", "control_characters"),
        ({"wording": "a\ud800b"}, "proof.wording", "control_characters"),
        ({"wording": {"en": "yes"}}, "proof.wording", "invalid"),
        ({"purpose": "x" * 1001}, "proof.purpose", "max_length"),
        ({"referrer_name": "Ann\nLee"}, "proof.referrer_name", "control_characters"),
        (["wording"], "proof", "not_an_object"),
        ("wording", "proof", "not_an_object"),
        ("[]", "proof", "not_an_object"),
        (7, "proof", "not_an_object"),
        (10**400, "proof", "not_an_object"),
        (True, "proof", "not_an_object"),
    ],
    ids=str,
)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(operator: APIClient, proof: Any, attr: str, code: str) -> None:
    answer = consent(operator, proof=proof)
    assert (answer.status_code, attrs(answer), codes(answer)) == (400, [attr], [code])
    assert not ContactRecord.objects.exists()


@pytest.mark.parametrize("lacking", [tuple(REFERRER), *((name,) for name in REFERRER)], ids=str)
def test_an_incomplete_referral_is_refused_with_each_missing_part(operator: APIClient, lacking: tuple[str, ...]) -> None:
    given = {name: text for name, text in REFERRER.items() if name not in lacking}
    answer = consent(operator, basis="REFERRAL", channel="SMS", proof=given)
    assert (answer.status_code, attrs(answer)) == (400, [f"proof.{name}" for name in lacking])
    assert set(codes(answer)) == {"referrer_missing"}
    assert not ContactRecord.objects.exists()


def test_a_complete_referral_is_stored_with_its_referrer(operator: APIClient) -> None:
    (line,) = consent(operator, basis="REFERRAL", channel="SMS", proof=REFERRER).json()
    assert (line["missing"], {name: line["proof"][name] for name in REFERRER}) == ([], REFERRER)


def test_the_end_of_a_contract_has_no_content(operator: APIClient) -> None:
    made, end = consent(operator, basis="CONTRACT", channel="SMS", ended_on="2026-06-01", proof=CONTENT).json()
    assert (made["proof"]["wording"], end["proof"], end["missing"]) == (CONTENT["wording"], None, [])
    assert ConsentProof.objects.count() == 1


# An append-only fact, except for the person's erasure -------------------------------------------------------------------


def on_file(at: datetime = NOON, **options: Any) -> list[ContactRecord]:
    given: dict[str, Any] = {"basis": "EXPRESS", "obtained_at": at, "evidence": "form 1", "proof": Proof(**CONTENT)}
    points = points_of(phone=PHONE)
    return consents.record_consent(points=points, channel="SMS", act=Act("test", at=at), **{**given, **options})


def test_a_proof_is_never_changed() -> None:
    (record,) = on_file()
    record.proof.wording = "something else"
    with pytest.raises(AppendOnlyError):
        record.proof.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE governance_consentproof SET wording = 'something else'")
    assert ConsentProof.objects.get().wording == CONTENT["wording"]


def test_erasing_the_number_removes_the_proof_and_keeps_the_line() -> None:
    (record,) = on_file(NOON - timedelta(days=1))
    erasures.erase_point(point_id=ContactPoint.objects.get().pk, act=Act("ops", reason="asked", at=NOON))
    assert not ConsentProof.objects.exists()
    line = ContactRecord.objects.get(pk=record.pk)
    assert (line.entry, line.basis, line.evidence) == ("CONSENT", "EXPRESS", "")


def test_a_consent_with_content_costs_one_more_statement() -> None:
    on_file()
    counts = []
    for seconds, proof in enumerate((NO_PROOF, Proof(**CONTENT)), start=1):
        with CaptureQueriesContext(connection) as captured:
            on_file(NOON + timedelta(seconds=seconds), proof=proof)
        counts.append(len(captured))
    assert counts[1] == counts[0] + 1


def test_every_way_of_consenting_is_stored() -> None:
    for how in GivenHow:
        on_file(proof=Proof(given_how=how))
    assert set(ConsentProof.objects.values_list("given_how", flat=True)) == set(GivenHow.values)
