"""The proof of one person's consent for a lead, number or address, by command and page. It is erased with the person."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from followups.leads.errors import LeadUnknown
from followups.leads.models import Lead
from followups.leads.people.proof import export_proof
from followups.leads.people.services import erase_person, export_person
from followups.services import complete_task, start_ladder
from governance.ledger.consents import record_consent
from governance.ledger.erasures import erase_point
from governance.ledger.models import ConsentProof, ContactRecord
from governance.ledger.opt_outs import lift_opt_out, record_opt_out
from governance.ledger.proof import Proof
from governance.organisation.models import Organisation
from governance.policies import upsert
from tests.factories import NOON, LeadFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

PHONE, EMAIL = ("PHONE", "+14165550123"), ("EMAIL", "ann@example.ca")
CONTENT = Proof(
    wording="Yes, text me offers.",
    purpose="offers to buy the house",
    on_behalf_of="Example Homes",
    withdrawal_statement="You can withdraw at any time.",
    given_how="WEB_FORM",
    given_where="https://example.ca/offer",
)
EVERYTHING = ["wording", "purpose", "on_behalf_of", "withdrawal_statement", "given_how", "given_where"]
BEFORE = NOON - timedelta(days=30)


def consent(point: tuple[str, str], channel: str, reason: str = "", **options: Any) -> None:
    given: dict[str, Any] = {"basis": "EXPRESS", "obtained_at": BEFORE, "evidence": "form 481"}
    record_consent(points=[point], channel=channel, act=Act("desk", reason=reason, at=BEFORE), **{**given, **options})


@pytest.fixture
def ann() -> Lead:
    """A lead with two consents (one with content), an opt-out and its lift."""
    lead: Lead = LeadFactory.create(lead_id="L1", phone=PHONE[1], email=EMAIL[1], province="ON", market="TORONTO")
    consent(PHONE, "SMS", proof=CONTENT, reason="asked twice")
    consent(EMAIL, "EMAIL")
    consent(PHONE, "CALL", basis="INQUIRY")
    record_opt_out(points=[("LEAD", "L1")], channel="CALL", evidence="call 9", act=Act("desk", at=BEFORE))
    lift_opt_out(points=[("LEAD", "L1")], channel="CALL", act=Act("ops", reason="another Ann", at=NOON))
    return lead


def lines(found: dict[str, Any]) -> list[tuple[str, str, str, str | None]]:
    return [(line["entry"], line["channel"], line["basis"], line["value"]) for line in found["lines"]]


OF_ANN = [
    ("CONSENT", "SMS", "EXPRESS", PHONE[1]),
    ("CONSENT", "EMAIL", "EXPRESS", EMAIL[1]),
    ("CONSENT", "CALL", "INQUIRY", PHONE[1]),
    ("OPT_OUT", "CALL", "", "L1"),
    ("LIFT", "CALL", "", "L1"),
]


def test_the_proof_holds_each_line_about_a_lead_with_its_content_and_what_is_missing(ann: Lead) -> None:
    found = export_proof("L1", now=NOON)
    assert lines(found) == OF_ANN
    whole, bare, inquiry, no, lift = found["lines"]
    assert {name: whole["proof"][name] for name in EVERYTHING} == {name: getattr(CONTENT, name) for name in EVERYTHING}
    assert (whole["missing"], whole["evidence"], whole["reason"], whole["actor"]) == ([], "form 481", "asked twice", "desk")
    assert (whole["effective_at"], whole["expires_at"], whole["created_at"]) == (BEFORE, None, BEFORE)
    assert bare["proof"] is None
    assert [one["field"] for one in bare["missing"]] == EVERYTHING
    assert bare["missing"][1] == {"field": "purpose", "section": "CASL, s. 10(1)(a)"}
    assert (inquiry["missing"], no["missing"], lift["missing"]) == ([], [], [])
    assert (no["evidence"], lift["reason"]) == ("call 9", "another Ann")
    assert (found["leads"], found["shared_with"], found["exported_at"]) == (["L1"], [], NOON)
    assert [one["section"] for one in found["to_be_read_in_each_wording"]] == ["SOR/2012-36, s. 4(d)", "SOR/2012-36, s. 4"]


def test_a_number_finds_its_own_lines_and_those_of_its_leads(ann: Lead) -> None:
    found = export_proof(" 416-555-0123 ")
    assert lines(found) == [line for line in OF_ANN if line[3] != EMAIL[1]]
    assert found["leads"] == ["L1"]


def test_an_address_is_found_in_another_spelling(ann: Lead) -> None:
    assert ("CONSENT", "EMAIL", "EXPRESS", EMAIL[1]) in lines(export_proof("Ann@Example.ca"))


def test_a_number_without_a_lead_is_found(db: None) -> None:
    consent(("PHONE", "+14165550199"), "SMS", proof=CONTENT)
    found = export_proof("416 555 0199")
    assert (lines(found), found["leads"]) == ([("CONSENT", "SMS", "EXPRESS", "+14165550199")], [])


def test_a_lead_known_only_to_the_ledger_is_found(db: None) -> None:
    record_opt_out(points=[("LEAD", "gone")], act=Act("desk"))
    assert lines(export_proof("gone")) == [("OPT_OUT", "", "", "gone")]


def test_a_shared_number_counts_and_its_other_leads_are_named(ann: Lead) -> None:
    LeadFactory.create(lead_id="L2", phone=PHONE[1])
    found = export_proof("L1")
    assert (lines(found), found["shared_with"]) == (OF_ANN, ["L2"])
    assert export_proof(PHONE[1])["leads"] == ["L1", "L2"]


def test_the_proof_holds_no_other_person(ann: Lead) -> None:
    consent(("PHONE", "+14165550199"), "SMS", proof=CONTENT)
    record_opt_out(points=[("LEAD", "L2")], act=Act("desk"))
    assert lines(export_proof("L1")) == OF_ANN


def test_the_proof_holds_the_contacts_and_who_made_them(ann: Lead) -> None:
    upsert(Organisation, name="Example Homes", mailing_address="1 Main St", contact="example.ca", act=Act("ops"))
    task = start_ladder(lead_id="L1", province="ON", market="TORONTO", act=Act("test", at=NOON)).tasks[0]
    complete_task(task.pk, "va1", now=NOON)
    found = export_proof("L1")
    (contact,) = found["contacts"]
    assert (contact["lead_id"], contact["channel"], contact["contacted_at"]) == ("L1", task.channel, NOON)
    assert found["sender"] == {"name": "Example Homes", "mailing_address": "1 Main St", "contact": "example.ca"}


@pytest.mark.parametrize("who", ["nobody", "416 555 0000", "nobody@example.ca", "416", "a@", "", "é" * 254])
def test_a_person_with_nothing_on_file_is_refused(db: None, who: str) -> None:
    with pytest.raises(LeadUnknown, match="Nothing is on file under this lead id, phone number or e-mail"):
        export_proof(who)


def test_the_proof_never_claims_compliance(ann: Lead) -> None:
    assert "complian" not in json.dumps(export_proof("L1"), default=str).lower()


# The command ------------------------------------------------------------------------------------------------------------


def test_the_command_writes_the_proof(ann: Lead, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("export_proof", "416 555 0123", stdout=out)
    assert json.loads(out.getvalue())["lines"][0]["proof"]["wording"] == "Yes, text me offers."
    call_command("export_proof", "L1", output=tmp_path / "proof.json")
    assert len(json.loads((tmp_path / "proof.json").read_text())["lines"]) == 5
    with pytest.raises(CommandError, match="Nothing is on file"):
        call_command("export_proof", "nobody")
    with pytest.raises(CommandError, match="--output"):
        call_command("export_proof", "L1", output=tmp_path / "no" / "such" / "folder")


# The pages --------------------------------------------------------------------------------------------------------------


FIND = reverse("admin:followups_lead_find_proof")


def page(lead: Lead) -> str:
    return reverse("admin:followups_lead_proof", args=[lead.pk])


@pytest.fixture
def desk(user_of: Callable[..., User]) -> Client:
    return signed_in(user_of("operator"))


def log() -> list[tuple[str, str]]:
    exported = LogEntry.objects.filter(change_message="Exported the proof of consent.")
    return list(exported.order_by("id").values_list("content_type__model", "object_repr"))


def test_the_page_of_a_lead_shows_each_line_and_what_is_missing(ann: Lead, desk: Client) -> None:
    shown = desk.get(page(ann)).content.decode()
    for text in ("Yes, text me offers.", "Web form", "form 481", "another Ann", "Express consent", "L1", "ann@example.ca"):
        assert text in shown
    assert "1 consent without some of the content" in shown
    assert "Not on file: purpose (CASL, s. 10(1)(a))" in shown
    assert "complian" not in shown.lower()
    assert log() == []


def test_a_download_is_recorded(ann: Lead, desk: Client) -> None:
    answer = desk.post(page(ann))
    assert json.loads(answer.content)["leads"] == ["L1"]
    assert ("no-store" in answer["Cache-Control"], "attachment" in answer["Content-Disposition"]) == (True, True)
    assert log() == [("lead", "L1")]


def test_any_name_of_a_person_finds_the_proof_and_the_log_holds_no_number(ann: Lead, desk: Client) -> None:
    consent(("PHONE", "+14165550199"), "SMS")
    assert "Whose proof of consent" in desk.get(FIND).content.decode()
    assert "form 481" in desk.post(FIND, {"who": "416 555 0199"}).content.decode()
    assert log() == []
    found = json.loads(desk.post(FIND, {"who": "416 555 0199", "download": "1"}).content)
    assert len(found["lines"]) == 1
    (entry,) = log()
    assert entry == ("contactpoint", f"contact point {found['contact_points'][0]['id']}")
    desk.post(FIND, {"who": "ann@example.ca", "download": "1"})
    assert log()[1:] == [("lead", "L1")]


@pytest.mark.parametrize("who", ["nobody", "", "x" * 255])
def test_a_name_that_finds_nobody_is_refused_on_the_page(db: None, desk: Client, who: str) -> None:
    answer = desk.post(FIND, {"who": who, "download": "1"})
    assert (answer.status_code, "who" in answer.context["form"].errors) == (200, True)
    assert log() == []


@pytest.mark.parametrize("role", ["agent", "integrator", "auditor"])
def test_a_user_who_may_not_export_a_person_sees_no_proof(ann: Lead, user_of: Callable[..., User], role: str) -> None:
    other = signed_in(user_of(role))
    for answer in (other.get(page(ann)), other.post(page(ann)), other.post(FIND, {"who": "L1"}), other.get(FIND)):
        assert answer.status_code in (302, 403, 404)
        assert b"Yes, text me offers." not in answer.content
    assert log() == []


# With the rest of the person --------------------------------------------------------------------------------------------


def test_a_persons_export_includes_the_proof(ann: Lead) -> None:
    (proof,) = export_person("L1")["proofs"]
    assert (proof["wording"], proof["given_how"]) == ("Yes, text me offers.", "WEB_FORM")


def test_erasing_the_person_removes_the_proof_and_keeps_the_lines(ann: Lead) -> None:
    before = ContactRecord.objects.count()
    erased = erase_person("L1", act=Act("ops", reason="asked"))
    assert not ConsentProof.objects.exists()
    assert erased.texts >= 5  # the texts of three consents, an opt-out and a lift, and the content of one consent
    assert ContactRecord.objects.exclude(entry="ERASED").count() == before
    found = export_proof(PHONE[1])
    assert ("CONSENT", "SMS", "EXPRESS", None) in lines(found)
    assert all(line["proof"] is None and line["evidence"] == "" for line in found["lines"] if line["entry"] == "CONSENT")


def test_a_shared_number_keeps_its_proof_until_the_last_is_erased(ann: Lead) -> None:
    LeadFactory.create(lead_id="L2", phone=PHONE[1])
    erase_person("L1", act=Act("ops", reason="asked"))
    assert ConsentProof.objects.count() == 1
    erase_person("L2", act=Act("ops", reason="asked"))
    assert not ConsentProof.objects.exists()


def test_an_erased_number_is_still_found_by_the_number_itself(db: None) -> None:
    consent(PHONE, "SMS", proof=CONTENT)
    erase_point(point_id=ContactRecord.objects.get().point_id, act=Act("ops", reason="asked"))
    assert lines(export_proof(PHONE[1])) == [("CONSENT", "SMS", "EXPRESS", None), ("ERASED", "", "", None)]
