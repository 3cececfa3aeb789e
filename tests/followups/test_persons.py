"""Export and erasure of a person: no row names the person afterwards, and every fact and opt-out stays."""

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.leads.errors import LeadUnknown
from followups.leads.inbound.services import record_inbound
from followups.leads.lists.imports import begin_import
from followups.leads.lists.models import LeadImport
from followups.leads.models import Lead
from followups.leads.people.services import erase_person, export_person
from followups.leads.services import upsert_lead
from followups.models import InboundMessage, InboxItem
from followups.services import complete_task, start_ladder
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.services import skip_task
from governance import gate
from governance.ledger.consents import record_consent
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.opt_outs import record_opt_out
from governance.ledger.proof import Proof
from tests.factories import NOON
from tests.staff import signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.append_only import APPEND_ONLY
from wholesale.plumbing.importing.errors import ImportUnderWay

pytestmark = pytest.mark.django_db

PHONE, EMAIL, ADDRESS = "+14165550123", "odile.tremblay@example.ca", "77 Rue des Secrets"
NAMES = ("Odile", "Tremblay")
# Texts that name her, in every spelling that a row may have.
PERSONAL = (*NAMES, "4165550123", "416-555-0123", "odile.tremblay", "Secrets", "H2X 1Y4", "her cousin", "her voice")
WORDING = "Odile may be texted about 77 Rue des Secrets"
ROW = "lead_id,first_name,last_name,phone,province\n"


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def everything() -> str:
    """The whole database as text."""
    found = []
    for model in apps.get_models():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            for row in cursor.fetchall():
                found.append(f"{model._meta.label} " + " ".join(_text(value) for value in row))
    return "\n".join(found)


def _text(value: Any) -> str:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


def named() -> set[str]:
    """The personal texts that the database holds, and their tables."""
    return {f"{text}: {line[:80]}" for line in everything().splitlines() for text in PERSONAL if text in line}


def facts() -> dict[str, list[int]]:
    """The ids of all append-only rows."""
    return {model._meta.label: sorted(model._default_manager.values_list("pk", flat=True)) for model in APPEND_ONLY.models()}


@pytest.fixture
def odile(client_of: Callable[..., APIClient], admin_client: Client) -> str:
    """A lead with rows in every table that can name a person."""
    operator = client_of("operator")
    lead = {"lead_id": "L1", "first_name": NAMES[0], "last_name": NAMES[1], "phone": PHONE, "email": EMAIL}
    place = {"address": ADDRESS, "postal_code": "H2X 1Y4", "province": "ON", "market": "TORONTO"}
    made = operator.post("/api/followups/leads/upsert", {**lead, **place}, headers={"Idempotency-Key": "made"})
    assert made.status_code == 201
    upsert_lead(lead_id="L1", status="DEAD", act=Act("test"))
    upsert_lead(lead_id="L1", status="NEW", act=Act("test", reason="her cousin wants to sell"))
    first = start_ladder(lead_id="L1", province="ON", market="TORONTO", act=Act("test")).tasks
    complete_task(first[0].pk, "va1", outcome="NO_ANSWER", note="Odile was away")
    skip_task(first[1].pk, act=Act("va1", reason="her cousin is ill"))
    points = [("PHONE", PHONE), ("EMAIL", EMAIL)]
    given: dict[str, Any] = {"evidence": "her voice on tape 7", "proof": Proof(wording=WORDING, given_how="SPOKEN")}
    record_consent(points=points, basis="EXPRESS", obtained_at=NOON, act=Act("test"), **given)
    record_opt_out(points=[("EMAIL", EMAIL)], channel="EMAIL", act=Act("test", reason="Tremblay said so"))
    record_inbound(channel="CALL", text="This is Odile Tremblay", phone=PHONE, act=Act("test"))
    record_inbound(channel="SMS", text="maybe leave me alone please, Odile", lead_id="L1", act=Act("test"))
    emit = {"domain": "WHOLESALE", "metric": "calls", "detail": {"who": "Odile Tremblay", "said": "é"}}
    assert operator.post("/api/governance/regression/kpi", emit, format="json").status_code == 201
    begin_import(
        file_name="refused.csv", content=f"{ROW}L1,Odile,Tremblay,416-555-0123,Ontaria\nL2,Bo,Roe,,XX\n".encode(), act=Act()
    )
    LeadImport.objects.update(content=None, state="DONE")
    begin_import(file_name="waiting.csv", content=f"{ROW}L9,Odile,Tremblay,416-555-0123,ON\n".encode(), act=Act())
    page = reverse("admin:followups_lead_change", args=[Lead.objects.get(lead_id="L1").pk])
    assert NAMES[1] in admin_client.get(page).content.decode()
    return "L1"


def test_nothing_names_an_erased_person_and_every_fact_stays(odile: str) -> None:
    assert {text.partition(":")[0] for text in named()} >= {"Odile", "Tremblay", "Secrets", "her cousin", "her voice"}
    before = facts()
    done = erase_person(odile, act=Act("ops", reason="asked by letter 12"))
    assert named() == set()
    after = facts()
    assert all(set(rows) <= set(after[label]) for label, rows in before.items())
    assert (done.points, done.files, done.refused_rows, done.answers) == (2, 1, 1, 1)
    lead = Lead.objects.get(lead_id=odile)
    assert (lead.status, lead.phone, lead.email, lead.province, lead.market) == ("DEAD", "", "", "ON", "TORONTO")


def test_the_open_ladder_closes_with_the_erasure_as_its_reason(odile: str) -> None:
    done = erase_person(odile, act=Act("ops", reason="asked"))
    ladder = FollowupLadder.objects.get(lead_id=odile)
    assert (ladder.open_steps, ladder.closed_at) == (0, NOON)
    cancelled = FollowupTask.objects.filter(lead_id=odile, cancel_reason="erased")
    assert done.cancelled_steps == cancelled.count() == 4
    lines = TaskEvent.objects.filter(kind="CANCELLED", reason="erased", actor="ops")
    assert lines.count() == 4


def test_opt_outs_hold_when_the_number_returns(odile: str, client_of: Callable[..., APIClient]) -> None:
    erase_person(odile, act=Act("ops", reason="asked"))
    upsert_lead(lead_id="L77", province="ON", market="TORONTO", email=EMAIL, phone=PHONE, act=Act("list"))
    decision = gate.decide_lead("L77", "EMAIL", at=NOON)
    assert "opted_out" in [reason.value for reason in decision.verdict.reasons]


def test_an_unreadable_doubtful_message_becomes_an_opt_out(odile: str) -> None:
    message = InboundMessage.objects.get(meaning="DOUBTFUL")
    erase_person(odile, act=Act("ops", reason="asked"))
    message.refresh_from_db()
    assert (message.decided_as, message.text, message.decided_reason) == ("OPT_OUT", "", "")
    assert not InboxItem.objects.filter(message=message, done_at__isnull=True).exists()
    upsert_lead(lead_id="L77", province="ON", market="TORONTO", phone=PHONE, act=Act("list"))
    reasons = gate.decide_lead("L77", "SMS", at=NOON).verdict.reasons
    assert "opted_out" in [reason.value for reason in reasons]
    assert "inbound_undecided" not in [reason.value for reason in reasons]


def test_a_stored_answer_that_named_the_person_is_deleted_and_its_act_is_not_repeated(
    odile: str, client_of: Callable[..., APIClient]
) -> None:
    erase_person(odile, act=Act("ops", reason="asked"))
    client = APIClient()
    client.force_authenticate(User.objects.get(username="operator"))
    given = {"lead_id": "L1", "first_name": NAMES[0], "last_name": NAMES[1], "phone": PHONE, "email": EMAIL}
    given |= {"address": ADDRESS, "postal_code": "H2X 1Y4", "province": "ON", "market": "TORONTO"}
    again = client.post("/api/followups/leads/upsert", given, headers={"Idempotency-Key": "made"})
    assert (again.status_code, again.json()["errors"][0]["code"]) == (410, "answer_erased")
    assert Lead.objects.get(lead_id="L1").first_name == ""


def test_other_peoples_rows_of_the_same_files_stay(odile: str) -> None:
    erase_person(odile, act=Act("ops", reason="asked"))
    refused, waiting = LeadImport.objects.order_by("id")
    assert "Bo,Roe" in refused.refused_rows
    assert (waiting.state, waiting.content) == ("FAILED", None)
    assert "erased" in waiting.failure


def test_an_import_under_way_refuses_the_erasure_of_a_person_it_names(odile: str) -> None:
    LeadImport.objects.filter(file_name="waiting.csv").update(state="IMPORTING")
    with pytest.raises(ImportUnderWay):
        erase_person(odile, act=Act("ops", reason="asked"))
    assert Lead.objects.get(lead_id=odile).last_name == "Tremblay"


def test_a_shared_number_stays_until_its_last_lead_is_erased(odile: str) -> None:
    upsert_lead(lead_id="L2", province="ON", phone=PHONE, first_name="Yves", act=Act("list"))
    assert erase_person(odile, act=Act("ops", reason="asked")).shared_with == ("L2",)
    assert ContactPoint.objects.filter(kind="PHONE", value=PHONE).exists()
    assert not ContactPoint.objects.filter(kind="EMAIL", value__isnull=False).exists()
    erase_person("L2", act=Act("ops", reason="asked too"))
    assert not ContactPoint.objects.filter(value__in=(PHONE, EMAIL)).exists()


def test_erasing_again_finds_nothing(odile: str) -> None:
    erase_person(odile, act=Act("ops", reason="asked"))
    again = erase_person(odile, act=Act("ops", reason="asked"))
    assert (again.points, again.messages, again.cancelled_steps, again.files, again.answers) == (0, 0, 0, 0, 0)
    assert ContactRecord.objects.filter(point__kind="PHONE", entry="ERASED").count() == 1


def test_a_lead_known_only_by_its_ladder_is_erased_too() -> None:
    task = start_ladder(lead_id="nobody-knows", province="ON", market="TORONTO", act=Act("test")).tasks[0]
    complete_task(task.pk, "va1", note="Odile Tremblay")
    erase_person("nobody-knows", act=Act("ops", reason="asked"))
    assert named() == set()
    with pytest.raises(LeadUnknown):
        erase_person("never heard of", act=Act("ops", reason="asked"))


def test_an_export_holds_everything_about_the_person(odile: str) -> None:
    whole = json.dumps(export_person(odile), default=str, ensure_ascii=False)
    for text in (
        *NAMES,
        PHONE,
        EMAIL,
        ADDRESS,
        "her cousin is ill",
        "her voice on tape 7",
        WORDING,
        "Odile was away",
        "leave me alone",
    ):
        assert text in whole, text
    assert "Bo" not in whole
    found = export_person(odile)
    assert len(found["tasks"]) == 6
    assert [row["import"] for row in found["refused_rows"]] == [LeadImport.objects.order_by("id")[0].pk]
    assert found["answers"]
    assert found["files"]


def test_the_commands_export_and_erase_a_person(odile: str, tmp_path: Any) -> None:
    out = io.StringIO()
    call_command("export_person", odile, stdout=out)
    assert json.loads(out.getvalue())["lead"]["last_name"] == "Tremblay"
    call_command("export_person", odile, output=tmp_path / "odile.json")
    assert json.loads((tmp_path / "odile.json").read_text())["lead_id"] == odile
    call_command("erase_person", odile, reason="asked", stdout=out)
    assert "4 open steps are cancelled" in out.getvalue()
    assert named() == set()
    for command, options in (("erase_person", {"reason": "x"}), ("export_person", {})):
        with pytest.raises(CommandError, match="Nothing is on file"):
            call_command(command, "never heard of", **options)


# The pages --------------------------------------------------------------------------------------------------------------


def page(name: str) -> str:
    return reverse(f"admin:followups_lead_{name}", args=[Lead.objects.get(lead_id="L1").pk])


def test_the_page_erases_with_a_reason(odile: str, user_of: Callable[..., User]) -> None:
    desk = signed_in(User.objects.get(username="operator"))
    shown = desk.get(page("erase"))
    assert (shown.status_code, Lead.objects.get(lead_id="L1").last_name) == (200, "Tremblay")
    assert desk.post(page("erase"), {"reason": "asked by letter 12"}).status_code == 302
    assert named() == set()
    line = ContactRecord.objects.get(entry="ERASED", point__kind="LEAD")
    assert (line.reason, line.actor) == ("asked by letter 12", "operator")


def test_the_page_exports_what_is_on_file(odile: str) -> None:
    answer = signed_in(User.objects.get(username="operator")).get(page("export_person"))
    assert json.loads(answer.content)["lead"]["last_name"] == "Tremblay"
    assert "no-store" in answer["Cache-Control"]
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.parametrize("role", ["agent", "integrator", "auditor"])
def test_no_other_role_may_export_or_erase(odile: str, user_of: Callable[..., User], role: str) -> None:
    desk = signed_in(user_of(role))
    for name in ("erase", "export_person"):
        assert desk.post(page(name), {"reason": "x"}).status_code in (302, 403, 404)
    assert Lead.objects.get(lead_id="L1").last_name == "Tremblay"


def test_deleting_a_lead_as_superuser_shows_the_erasing_page(odile: str, admin_client: Client) -> None:
    for answer in (admin_client.get(page("delete")), admin_client.post(page("delete"), {"post": "yes"})):
        assert answer.status_code == 403
        assert page("erase") in answer.content.decode()
    assert Lead.objects.filter(lead_id="L1").exists()


# Written text -----------------------------------------------------------------------------------------------------------


def test_written_text_is_still_shown_with_its_fact(odile: str, client_of: Callable[..., APIClient]) -> None:
    client = APIClient()
    client.force_authenticate(User.objects.get(username="operator"))
    events = client.get("/api/followups/events", {"kind": "SKIPPED"}).json()["results"]
    assert [event["reason"] for event in events] == ["her cousin is ill"]
    records = client.get("/api/governance/contact/records", {"entry": "CONSENT"}).json()["results"]
    assert {record["evidence"] for record in records} == {"her voice on tape 7"}


def test_no_append_only_row_holds_written_text(odile: str) -> None:
    for model in APPEND_ONLY.models():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            rows = " ".join(_text(value) for row in cursor.fetchall() for value in row)
        assert not [text for text in PERSONAL if text in rows], model


def test_the_client_detail_of_a_kpi_event_is_shown_and_erased(odile: str, client_of: Callable[..., APIClient]) -> None:
    auditor = client_of("auditor")

    def details() -> list[Any]:
        return [row["detail"] for row in auditor.get("/api/kpi/events", {"metric": "calls"}).json()["results"]]

    assert details() == [{"who": "Odile Tremblay", "said": "é"}]
    erase_person(odile, act=Act("ops", reason="asked"))
    assert details() == [{}]
