"""Leads: one upsert for the API and imports, the spelling of values, and refusals."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.serializers import ValidationError
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.leads.fields import LeadRow, PostalCodeField
from followups.leads.models import Lead
from followups.leads.services import StoreResult, upsert_lead, upsert_leads
from governance import people
from governance.clocks.zones import ZONE_CHOICES
from governance.people import Language
from tests.conftest import attrs, codes
from tests.factories import NOON, LadderFactory, LeadFactory, many
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.fields import EmailAddressField, SpelledChoiceField
from wholesale.plumbing.phone_fields import ValidPhoneField

URL = "/api/followups/leads"
LATER = NOON + timedelta(days=1)
ROW = {
    "lead_id": " L1 ",
    "first_name": "Ana",
    "last_name": "Silva",
    "phone": "(416) 555-0123",
    "email": "Ana@Example.ca",
    "address": "1 King St W",
    "postal_code": "m5v2t6",
    "province": "on",
    "market": "Toronto",
    "language": "EN",
    "zone": "america/toronto",
    "score": "0.75",
    "source": "mailer",
    "status": "contacted",
}
STORED = {
    **ROW,
    "lead_id": "L1",
    "phone": "+14165550123",
    "email": "ana@example.ca",
    "postal_code": "M5V 2T6",
    "province": "ON",
    "market": "TORONTO",
    "language": "en",
    "role": "HOMEOWNER",
    "zone": "America/Toronto",
    "score": Decimal("0.75"),
    "status": "CONTACTED",
    "phone_is_wrong": False,
    "email_is_wrong": False,
}
KEPT_BESIDE: dict[str, Any] = {"wrong_contacts": []}


def stored(lead_id: str = "L1") -> dict[str, Any]:
    return dict(Lead.objects.values().get(lead_id=lead_id))


# How values are spelled -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "given", "expected"),
    [
        (ValidPhoneField(), "416-555-0123", "+14165550123"),
        (ValidPhoneField(), "1 (416) 555.0123", "+14165550123"),
        (ValidPhoneField(), " +1 416 555 0123 ", "+14165550123"),
        (ValidPhoneField(), 4165550123, "+14165550123"),
        (ValidPhoneField(), "+33 1 42 68 53 00", "+33142685300"),
        (EmailAddressField(), " Ana.Silva@Example.CA ", "ana.silva@example.ca"),
        (PostalCodeField(), "h2x-1y4", "H2X 1Y4"),
        (PostalCodeField(), "H 2 X 1 Y 4", "H2X 1Y4"),
        (SpelledChoiceField(Language.choices), " FR ", "fr"),
        (SpelledChoiceField(ZONE_CHOICES), "AMERICA/ST_JOHNS", "America/St_Johns"),
    ],
)
def test_a_value_has_one_spelling(field: Any, given: Any, expected: str) -> None:
    assert field.run_validation(given) == expected


@pytest.mark.parametrize(
    ("field", "given", "code"),
    [
        (ValidPhoneField(), "555", "invalid_phone"),
        (ValidPhoneField(), "call me", "invalid_phone"),
        (ValidPhoneField(), "116-555-0123", "invalid_phone"),
        (ValidPhoneField(), "+1416555012345", "invalid_phone"),
        (ValidPhoneField(), "416-555-0123 ext. 5", "extension"),
        (ValidPhoneField(), "4165550123\x00", "control_characters"),
        (EmailAddressField(), "ana", "invalid"),
        (EmailAddressField(), "ana@\ud800.ca", "control_characters"),
        (EmailAddressField(), f"a@{'b.' * 130}ca", "max_length"),
        (PostalCodeField(), "90210", "invalid_postal_code"),
        (PostalCodeField(), "D5V 2T6", "invalid_postal_code"),
        (PostalCodeField(), "M5V 2T\u0666", "invalid_postal_code"),
        (SpelledChoiceField(Language.choices), "es", "invalid_choice"),
        (SpelledChoiceField(Language.choices), 5, "invalid_choice"),
        (SpelledChoiceField(ZONE_CHOICES), "Europe/Paris", "invalid_choice"),
    ],
)
def test_an_invalid_value_is_refused(field: Any, given: Any, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        field.run_validation(given)
    assert [error.code for error in refusal.value.detail] == [code]  # type: ignore[union-attr]


# The service ------------------------------------------------------------------------------------------------------------

db = pytest.mark.django_db


@db
def test_a_row_becomes_a_lead_with_each_value_in_its_one_spelling(user_of: Callable[..., Any]) -> None:
    user = user_of("operator")

    report = upsert_leads([ROW], act=Act("bryan", user=user, at=NOON))

    assert (report.created, report.updated, report.unchanged, report.refused) == (1, 0, 0, 0)
    who = {"changed_by": "bryan", "user_id": user.pk, "created_at": NOON, "updated_at": NOON}
    assert {**stored(), "id": None} == {**STORED, **KEPT_BESIDE, **who, "id": None}


@db
def test_importing_the_same_rows_again_changes_nothing() -> None:
    upsert_leads([ROW], act=Act("bryan", at=NOON))
    before = stored()

    report = upsert_leads([ROW], act=Act("somebody else", at=LATER))

    assert (report.created, report.updated, report.unchanged, report.refused) == (0, 0, 1, 0)
    assert stored() == before


@db
@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_an_absent_or_empty_value_keeps_the_stored_one(nothing: Any) -> None:
    upsert_leads([ROW], act=Act("bryan", at=NOON))
    before = stored()
    row = {**dict.fromkeys(ROW, nothing), "lead_id": "L1", "first_name": "Anna"}

    assert upsert_leads([row], act=Act("va1", at=LATER)).updated == 1
    assert stored() == {**before, "first_name": "Anna", "changed_by": "va1", "updated_at": LATER}


@db
def test_a_new_lead_needs_only_its_province() -> None:
    upsert_leads([{"lead_id": "L1", "province": "ON"}], act=Act(at=NOON))

    lead = stored()
    assert (lead["market"], lead["language"], lead["status"], lead["score"]) == ("ALL", "en", "NEW", None)
    assert (lead["phone"], lead["zone"], lead["changed_by"]) == ("", "", "system")


@db
@pytest.mark.parametrize(("given", "expected"), [({}, "fr"), ({"language": "en"}, "en")])
def test_a_lead_in_quebec_gets_french_unless_another_language_is_given(given: dict[str, str], expected: str) -> None:
    """DOMAIN 1.3: the customer must be served in French."""
    upsert_leads([{"lead_id": "L1", "province": "QC", **given}], act=Act())

    assert stored()["language"] == expected


@db
def test_moving_a_lead_to_quebec_keeps_its_language() -> None:
    upsert_leads([{"lead_id": "L1", "province": "ON"}], act=Act())
    upsert_leads([{"lead_id": "L1", "province": "QC"}], act=Act())

    assert stored()["language"] == "en"


@db
def test_a_bad_row_is_named_with_every_fault_and_the_others_are_stored() -> None:
    bad = {"lead_id": "L2", "province": "Ontario", "score": "0.12345", "phone": "555"}

    report = upsert_leads([ROW, bad, {"lead_id": "L3", "province": "bc"}], act=Act())

    (refused,) = report.refused_rows
    assert (report.created, report.refused, report.rows) == (2, 1, 3)
    assert (refused.number, refused.row, set(refused.errors)) == (2, bad, {"province", "score", "phone"})
    assert refused.errors["score"] == ["Ensure that there are no more than 4 decimal places."]
    assert "phone: Must be a valid phone number" in refused.reason
    assert set(Lead.objects.values_list("lead_id", flat=True)) == {"L1", "L3"}


@db
def test_only_a_new_lead_needs_a_province() -> None:
    LeadFactory.create(lead_id="L1")

    report = upsert_leads([{"lead_id": "L1", "first_name": "Bo"}, {"lead_id": "L2", "first_name": "Bo"}], act=Act())

    assert (report.updated, [one.errors for one in report.refused_rows]) == (
        1,
        [{"province": ["A new lead needs its province."]}],
    )
    assert not Lead.objects.filter(lead_id="L2").exists()


@db
def test_a_second_row_of_one_lead_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same batch or another."""
    monkeypatch.setattr("governance.lists.upserting.BATCH", 2)
    rows = [{"lead_id": name, "province": "ON", "source": str(n)} for n, name in enumerate(("A", "A", "B", "A"))]

    report = upsert_leads(rows, act=Act())

    assert (report.created, report.refused) == (2, 2)
    assert [(one.number, one.errors) for one in report.refused_rows] == [
        (n, {"lead_id": ["Row 1 has the same lead; this one was left out."]}) for n in (2, 4)
    ]
    assert stored("A")["source"] == "0"


@db
def test_a_refused_row_does_not_block_a_later_row_of_its_lead() -> None:
    report = upsert_leads([{"lead_id": "A", "province": "ON", "phone": "5"}, {"lead_id": "A", "province": "ON"}], act=Act())

    assert (report.created, report.refused) == (1, 1)


@db
def test_an_empty_row_does_not_count() -> None:
    report = upsert_leads([{"lead_id": "", "province": None}, {}, ROW], act=Act())

    assert (report.created, report.rows) == (1, 1)


@db
def test_a_dry_run_reports_the_result_and_stores_nothing() -> None:
    LeadFactory.create(lead_id="L2", first_name="Ana")
    LeadFactory.create(lead_id="L3", first_name="Ana")
    before = list(Lead.objects.values())
    rows = [ROW, {"lead_id": "L2", "first_name": "Bo"}, {"lead_id": "L3", "first_name": "Ana"}, {"lead_id": "L4"}]

    report = upsert_leads(rows, dry_run=True, act=Act())

    assert (report.created, report.updated, report.unchanged, report.refused) == (1, 1, 1, 1)
    assert list(Lead.objects.values()) == before


@db
def test_refused_rows_are_handed_over_as_they_come() -> None:
    taken: list[int] = []

    report = upsert_leads(
        [{"lead_id": "L1"}, {"lead_id": ""}, {"phone": "5"}], refuse=lambda one: taken.append(one.number), act=Act()
    )

    assert (taken, report.refused, report.refused_rows) == ([1, 3], 2, [])


@db
@pytest.mark.postgres  # SQLite allows fewer parameters in a statement than a batch has
def test_a_batch_takes_as_many_statements_for_500_leads_as_for_5() -> None:
    def statements(size: int) -> int:
        rows = [{"lead_id": f"S{size}-{n}", "province": "ON"} for n in range(size)]
        with CaptureQueriesContext(connection) as captured:
            upsert_leads(rows, act=Act())
        return counted(captured)

    few = statements(5)

    assert few <= queries("upsert a batch of leads, at most")
    assert statements(500) == few


@db
def test_a_single_upsert_works_like_a_batch() -> None:
    made, first = upsert_lead(lead_id="L1", province="QC", act=Act("me", at=NOON))
    changed, second = upsert_lead(lead_id="L1", score=Decimal("0.5"), act=Act("you", at=LATER))
    same, third = upsert_lead(lead_id="L1", score=Decimal("0.5000"), act=Act("they", at=LATER))

    assert (first, second, third) == (StoreResult.CREATED, StoreResult.UPDATED, StoreResult.UNCHANGED)
    assert made.pk == changed.pk == same.pk == stored()["id"]
    assert (made.language, changed.language, changed.created_at, stored()["changed_by"]) == ("fr", "fr", NOON, "you")


@db
def test_a_single_upsert_can_empty_a_value() -> None:
    LeadFactory.create(lead_id="L1", score=Decimal("0.5"))

    upsert_lead(lead_id="L1", phone="", score=None, act=Act())

    assert (stored()["phone"], stored()["score"]) == ("", None)


@db
def test_a_single_upsert_of_a_new_lead_needs_a_province() -> None:
    with pytest.raises(RequiredParameter) as refusal:
        upsert_lead(lead_id="L1", first_name="Ana", act=Act())
    assert refusal.value.attr == "province"
    assert not Lead.objects.exists()


@db
def test_governance_loads_leads_together() -> None:
    many(LeadFactory, 3)
    LeadFactory.create(lead_id="L-9", zone="America/Toronto", score=Decimal("0.4"), phone="+14165550123", email="a@b.ca")

    with CaptureQueriesContext(connection) as captured:
        facts = people.load(people.LEAD, ["L-9", "nobody", *Lead.objects.values_list("lead_id", flat=True)])
    loaded = facts["L-9"]

    assert (len(facts), "nobody" in facts) == (4, False)
    assert counted(captured) == queries("load leads") + 1  # the other query belongs to this test
    assert (loaded.province, loaded.market, loaded.zone, loaded.postal_code) == (
        "ON",
        "TORONTO",
        "America/Toronto",
        "M5V 2T6",
    )
    assert (loaded.phone, loaded.email, loaded.language, loaded.score) == ("+14165550123", "a@b.ca", "en", Decimal("0.4"))


@db
def test_a_ladder_belongs_to_its_lead_whichever_comes_first() -> None:
    LadderFactory.create(lead_id="L1")
    assert not Lead.objects.filter(lead_id="L1").exists()

    upsert_leads([ROW], act=Act())

    ladder = FollowupLadder.objects.select_related("lead").get()
    assert ladder.lead == Lead.objects.get(lead_id="L1")


# The API ----------------------------------------------------------------------------------------------------------------


@db
def test_an_upsert_answers_201_for_a_new_lead_and_200_for_a_known_one(operator: APIClient) -> None:
    made = operator.post(f"{URL}/upsert", ROW)
    changed = operator.post(f"{URL}/upsert", {"lead_id": "L1", "last_name": "Silva-Roy", "phone": None, "email": ""})
    same = operator.post(f"{URL}/upsert", {"lead_id": "L1", "last_name": "Silva-Roy"})

    assert (made.status_code, changed.status_code, same.status_code) == (201, 200, 200)
    assert {name: made.json()[name] for name in STORED} == {**STORED, "score": 0.75}
    assert (changed.json()["phone"], changed.json()["changed_by"]) == ("+14165550123", "operator")
    assert same.json() == changed.json() == operator.get(f"{URL}/{stored()['id']}").json()


@db
def test_the_api_and_an_import_give_the_same_error_for_a_bad_value(operator: APIClient) -> None:
    row = {"lead_id": "L1", "province": "ON", "phone": "5", "postal_code": "x", "zone": "x", "score": "2", "email": "x"}

    answer = operator.post(f"{URL}/upsert", row)
    (refused,) = upsert_leads([row], act=Act()).refused_rows

    assert answer.status_code == 400
    assert {error["attr"]: [error["detail"]] for error in answer.json()["errors"]} == refused.errors
    assert not Lead.objects.exists()


@db
def test_a_new_lead_without_a_province_is_400(operator: APIClient) -> None:
    answer = operator.post(f"{URL}/upsert", {"lead_id": "L1"})

    assert (answer.status_code, codes(answer), attrs(answer)) == (400, ["required"], ["province"])


@db
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"lead_id": "A"}, {"A"}),
        ({"phone": "(514) 555-0199"}, {"B"}),
        ({"phone": "+15145550199"}, {"B"}),
        ({"email": "B@Example.ca"}, {"B"}),
        ({"province": "qc"}, {"B"}),
        ({"province": "qc", "market": "Montréal"}, {"B"}),
        ({"status": "dead"}, {"B"}),
        ({"source": "radio"}, {"B"}),
        ({"language": "FR"}, {"B"}),
        ({"since": "2026-12-16T00:00:00Z"}, {"B"}),
        ({"until": "2026-12-16T00:00:00Z"}, {"A"}),
        ({}, {"A", "B"}),
    ],
)
def test_leads_are_filtered(operator: APIClient, query: dict[str, str], found: set[str]) -> None:
    LeadFactory.create(lead_id="A")
    LeadFactory.create(
        lead_id="B",
        phone="+15145550199",
        email="b@example.ca",
        province="QC",
        market="MONTREAL",
        status="DEAD",
        source="radio",
        language="fr",
        created_at=LATER,
    )

    answer = operator.get(URL, query)

    assert answer.status_code == 200
    assert {lead["lead_id"] for lead in answer.json()["results"]} == found


def test_an_import_has_every_column_of_a_lead() -> None:
    ours = {"id", "changed_by", "user", "created_at", "updated_at", "phone_is_wrong", "email_is_wrong", "wrong_contacts"}
    assert set(LeadRow().fields) == {column.name for column in Lead._meta.fields} - ours
