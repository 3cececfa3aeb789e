"""Leads in the admin: search, forms, imports and exports."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from openpyxl import load_workbook

from followups.leads.lists import importer
from followups.leads.lists.imports import begin_import, confirm_import
from followups.leads.lists.models import LeadImport
from followups.leads.lists.tasks import forget_files
from followups.leads.models import Lead
from followups.leads.services import upsert_leads
from tests.factories import NOON, LeadFactory, LeadImportFactory
from tests.followups.test_xlsx_files import SHEET, patched, workbook
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.errors import ImportNotReady

pytestmark = pytest.mark.django_db

LEADS = "/admin/followups/lead/"
GOOD = "lead_id,first_name,province\nL1,Ana,ON\nL2,Bo,QC\n"
MIXED = "lead_id,first_name,province,note\nL1,Ana,ON,x\nL2,Bo,Ontaria,y\n"
DAMAGED = patched(
    workbook([("lead_id", "province"), *((f"L{n}", "ON") for n in range(200))]), {SHEET: lambda xml: xml[:-40]}
)


def upload(client: Client, content: str | bytes = GOOD, name: str = "leads.csv") -> Any:
    content = content.encode() if isinstance(content, str) else content
    return client.post(f"{LEADS}import/", {"import_file": SimpleUploadedFile(name, content)})


def work() -> None:
    """Run the worker's tasks here: the worker closes its connections, which would end the test's transaction."""
    for result in DBTaskResult.objects.all():
        result.task.call(*result.args_kwargs["args"], **result.args_kwargs["kwargs"])
        result.delete()


def listed(client: Client, **query: Any) -> set[str]:
    return {lead.lead_id for lead in client.get(LEADS, query).context["cl"].result_list}


# One by one -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("X1", {"X1"}),
        ("(514) 555-0199", {"B"}),
        ("5145550199", {"B", "5145550199"}),
        ("BO@example.ca", {"B"}),
        ("tremb", {"B"}),
        ("montreal", {"B"}),
        ("Bo Tremblay", {"B"}),
    ],
)
def test_a_lead_is_found_by_id_name_and_contact(query: str, found: set[str], admin_client: Client) -> None:
    LeadFactory.create(lead_id="X1")
    LeadFactory.create(lead_id="5145550199", phone="")
    LeadFactory.create(
        lead_id="B", phone="+15145550199", email="bo@example.ca", first_name="Bo", last_name="Tremblay", market="MONTREAL"
    )

    assert listed(admin_client, q=query) == found


def test_a_lead_is_added_as_by_the_api(admin_client: Client, admin_user: User) -> None:
    form = form_with(admin_client.get(f"{LEADS}add/"), "lead_id")
    typed = {
        "lead_id": " L1 ",
        "province": "QC",
        "phone": "+1 (514) 555-0199",
        "postal_code": "h2x1y4",
        "market": "Montréal",
    }

    answer = admin_client.post(f"{LEADS}add/", {**form, **typed})

    lead = Lead.objects.get()
    assert answer.status_code == 302
    assert (lead.lead_id, lead.phone, lead.postal_code, lead.market) == ("L1", "+15145550199", "H2X 1Y4", "MONTREAL")
    assert (lead.language, lead.status, lead.changed_by, lead.user) == ("fr", "NEW", "admin", admin_user)


def test_a_form_changes_only_the_edited_fields_of_a_lead(admin_client: Client) -> None:
    lead = LeadFactory.create(lead_id="L1", score=Decimal("0.5"), email="a@b.ca")
    page = f"{LEADS}{lead.pk}/edit/"
    form = form_with(admin_client.get(page), "province")
    upsert_leads([{"lead_id": "L1", "source": "radio"}], act=Act())  # changed meanwhile by another user

    admin_client.post(page, {**form, "phone": "", "score": "", "market": "", "first_name": "Anna"})

    changed = Lead.objects.get()
    assert (changed.lead_id, changed.phone, changed.score, changed.market) == ("L1", "", None, "ALL")
    assert (changed.first_name, changed.email, changed.source) == ("Anna", "a@b.ca", "radio")
    assert (changed.changed_by, changed.created_at) == ("admin", NOON)


def test_a_form_that_changes_nothing_leaves_the_row_alone(admin_client: Client) -> None:
    lead = LeadFactory.create(score=Decimal("0.5"))
    page = f"{LEADS}{lead.pk}/edit/"

    assert admin_client.post(page, form_with(admin_client.get(page), "province")).status_code == 302
    assert Lead.objects.get().updated_at == NOON


def test_the_form_refuses_what_the_api_refuses_in_the_same_words(admin_client: Client) -> None:
    lead = LeadFactory.create(lead_id="L1")
    page = f"{LEADS}{lead.pk}/edit/"
    form = form_with(admin_client.get(page), "province")
    wrong = {"phone": "5", "postal_code": "x", "market": "To/ronto"}

    answer = admin_client.post(page, {**form, **wrong})

    (refused,) = upsert_leads([{"lead_id": "L1", **wrong}], act=Act()).refused_rows
    assert answer.context["adminform"].form.errors == refused.errors
    assert Lead.objects.get().updated_at == NOON


def test_a_known_lead_is_not_added_again(admin_client: Client) -> None:
    LeadFactory.create(lead_id="L1", first_name="Ana")
    form = form_with(admin_client.get(f"{LEADS}add/"), "lead_id")

    answer = admin_client.post(f"{LEADS}add/", {**form, "lead_id": "L1", "province": "ON", "first_name": "Bo"})

    assert "lead_id" in answer.context["adminform"].form.errors
    assert Lead.objects.get().first_name == "Ana"


def test_a_lead_page_links_to_its_ladders(admin_client: Client) -> None:
    lead = LeadFactory.create(lead_id="L 1")

    answer = admin_client.get(f"{LEADS}{lead.pk}/ladders/")

    assert answer["Location"] == "/admin/followups/followupladder/?q=L+1"


# Files in ---------------------------------------------------------------------------------------------------------------


def test_a_file_is_checked_shown_and_imported_after_confirmation(admin_client: Client, admin_user: User) -> None:
    asked = upload(admin_client, MIXED)
    waiting = LeadImport.objects.get()
    assert asked["Location"] == f"{LEADS}process_import/?import={waiting.pk}"
    assert not Lead.objects.exists()

    page = admin_client.get(asked["Location"]).content.decode()
    for shown in ("Import leads.csv?", "Columns that are not used: note.", "province: Must be one of AB", "Import 1 leads"):
        assert shown in page
    assert not Lead.objects.exists()

    done = admin_client.post(asked["Location"])
    imported = LeadImport.objects.get()
    assert done["Location"] == f"/admin/followups/leadimport/{imported.pk}/change/"
    assert (imported.state, imported.created, imported.refused, imported.content) == ("DONE", 1, 1, None)
    lead = Lead.objects.get()
    assert (lead.lead_id, lead.changed_by, lead.user) == ("L1", "admin", admin_user)


def test_refused_rows_are_shown_and_can_be_downloaded(admin_client: Client) -> None:
    admin_client.post(upload(admin_client, MIXED)["Location"])
    page = reverse("admin:followups_leadimport_change", args=[LeadImport.objects.get().pk])

    shown = admin_client.get(page).content.decode()
    file = admin_client.get(page.replace("change/", "refused/"))

    assert "What the import did" in shown
    assert "province: Must be one of AB" in shown
    assert file["Content-Disposition"].endswith('.refused.csv"')
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "lead_id,first_name,province,note,row,reason"
    assert lines[1].startswith('L2,Bo,Ontaria,y,3,"province: Must be one of AB')


def test_a_file_confirmed_twice_is_imported_once(admin_client: Client) -> None:
    where = upload(admin_client)["Location"]
    admin_client.post(where)
    Lead.objects.update(first_name="Changed since")

    again = admin_client.post(where, follow=True)

    assert "not waiting to be confirmed" in again.content.decode()
    assert set(Lead.objects.values_list("first_name", flat=True)) == {"Changed since"}


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("name\nAna\n", "leads.csv", "must name the columns"),
        (GOOD, "leads.xls", "must end with .csv or .xlsx"),
        (GOOD, "leads.xlsx", "no XLSX file"),
        ("lead_id\n" + "L\n" * 30, "leads.csv", "larger than"),
        ('lead_id,"province\nL1,QC\n', "leads.csv", "names its columns cannot be read"),
    ],
)
def test_an_unreadable_file_is_refused_at_upload(
    content: str | bytes, name: str, said: str, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("wholesale.plumbing.importing.batches", "wholesale.plumbing.importing.pages"):
        monkeypatch.setattr(f"{module}.BYTES_MAX", 60)

    page = upload(admin_client, content, name)

    assert page.status_code == 200
    assert said in page.context["form"].errors["import_file"][0]
    assert not LeadImport.objects.exists()


def test_the_worker_checks_and_imports_a_large_file(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wholesale.plumbing.importing.batches.ROWS_AT_ONCE", 1)

    begun = upload(admin_client, GOOD)
    large = LeadImport.objects.get()
    assert begun["Location"] == f"/admin/followups/leadimport/{large.pk}/change/"
    assert (large.state, DBTaskResult.objects.count()) == ("CHECKING", 1)
    assert "Being checked" in admin_client.get(begun["Location"]).content.decode()

    work()
    large.refresh_from_db()
    assert (large.state, large.created, Lead.objects.count()) == ("CHECKED", 2, 0)

    admin_client.post(f"{LEADS}process_import/?import={large.pk}")
    large.refresh_from_db()
    assert (large.state, Lead.objects.count()) == ("IMPORTING", 0)
    work()
    large.refresh_from_db()
    assert (large.state, large.created, large.content, Lead.objects.count()) == ("DONE", 2, None, 2)
    assert large.finished_at is not None


def test_a_large_file_that_fails_at_its_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wholesale.plumbing.importing.batches.ROWS_AT_ONCE", 1)
    begun = begin_import(file_name="leads.xlsx", content=DAMAGED, act=Act())

    importer.LEADS.work_on(begun.pk)

    begun.refresh_from_db()
    assert (begun.state, begun.content) == ("FAILED", None)
    assert "is damaged: nothing of it was read" in begun.failure
    with pytest.raises(ImportNotReady):
        confirm_import(begun.pk)


def test_a_task_that_runs_twice_does_nothing_the_second_time() -> None:
    done = confirm_import(LeadImportFactory.create().pk)
    Lead.objects.update(province="QC")

    importer.LEADS.work_on(done.pk)

    assert (Lead.objects.get().province, LeadImport.objects.get().created) == ("QC", 1)


def test_a_small_file_that_fails_at_its_end_says_so() -> None:
    begun = begin_import(file_name="leads.xlsx", content=DAMAGED, act=Act())
    assert (begun.state, begun.created) == ("FAILED", 0)
    assert "is damaged" in begun.failure


def test_an_unreadable_row_is_a_refused_row() -> None:
    begun = begin_import(file_name="leads.csv", content=GOOD.encode() + b'L3,Zo\xe9,QC\nL4,"x,ON\n', act=Act())
    assert (begun.state, begun.created, begun.refused) == ("CHECKED", 2, 2)
    assert [line.split(",")[:2] for line in begun.refused_rows.splitlines()[1:]] == [["L3", "Zo\ufffd"], ["L4", '"x']]


def test_the_first_rows_are_shown_as_they_are_understood(admin_client: Client) -> None:
    content = "identifiant;Pr\u00e9nom;Province\n1;Zo\u00e9;Qu\u00e9bec\n".encode("cp1252")
    page = admin_client.get(upload(admin_client, content)["Location"]).content.decode()
    assert "It is not in UTF-8, and was read as Windows-1252." in page
    assert all(f">{cell}</t" in page for cell in ("lead_id", "first_name", "province", "Zo\u00e9", "QC"))


def test_characters_that_postgresql_cannot_store_cause_no_fault(admin_client: Client) -> None:
    upload(admin_client, "lead_id,first_name,province,co\x00l\nL1,A\x00na,ON,x\n")

    (row,) = LeadImport.objects.all()
    assert (row.refused, row.unknown_columns) == (1, ["co\ufffdl"])
    assert "Control characters" in row.refused_rows


def test_old_files_are_deleted_and_their_counts_stay() -> None:
    now = timezone.now()
    old = LeadImportFactory.create(created_at=now - timedelta(days=31), refused=1, refused_rows="lead_id\nL1\n")
    young = LeadImportFactory.create(created_at=now - timedelta(days=29), refused=1, refused_rows="lead_id\nL1\n")

    forget_files.call()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.content, old.refused_rows, old.refused) == (None, "", 1)
    assert (bytes(young.content)[:7], young.refused_rows) == (b"lead_id", "lead_id\nL1\n")
    with pytest.raises(ImportNotReady):
        confirm_import(old.pk)


@pytest.mark.parametrize("state", ["CHECKING", "IMPORTING", "DONE", "FAILED"])
def test_a_confirmation_of_an_unready_import_redirects_to_its_page(state: str, admin_client: Client) -> None:
    row = LeadImportFactory.create(state=state)

    answer = admin_client.get(f"{LEADS}process_import/?import={row.pk}")

    assert answer["Location"] == f"/admin/followups/leadimport/{row.pk}/change/"
    assert (LeadImport.objects.get().state, Lead.objects.count()) == (state, 0)


@pytest.mark.parametrize("asked", ["", "x", "0", "\u0661", "9" * 30])
def test_an_unknown_import_is_404(asked: str, admin_client: Client) -> None:
    assert admin_client.get(f"{LEADS}process_import/", {"import": asked}).status_code == 404


# Files out --------------------------------------------------------------------------------------------------------------


def export(client: Client, number: int, **query: str) -> Any:
    return client.post(f"{LEADS}export/?{'&'.join(f'{k}={v}' for k, v in query.items())}", {"format": number})


def test_an_export_changes_nothing_when_it_is_imported(admin_client: Client) -> None:
    LeadFactory.create(lead_id="L1", first_name="=1+1", last_name="-x", score=Decimal("0.1234"), address="12, King\nUnit 4")
    LeadFactory.create(lead_id="L2", phone="", zone="America/Toronto", email="a@b.ca")
    before = list(Lead.objects.values())

    for number, name in enumerate(("leads.csv", "leads.xlsx")):
        file = export(admin_client, number)
        assert file.status_code == 200
        assert file["Content-Disposition"].endswith(f'{name[5:]}"')
        admin_client.post(upload(admin_client, file.content, name)["Location"])
        done = LeadImport.objects.latest("id")
        assert (done.state, done.unchanged, done.refused, done.unknown_columns) == ("DONE", 2, 0, [])
    assert list(Lead.objects.values()) == before


def test_an_export_runs_no_formula(admin_client: Client) -> None:
    LeadFactory.create(lead_id="L1", first_name="=1+1", last_name="@x", phone="+14165550123")

    text = export(admin_client, 0).content.decode()
    sheet = load_workbook(io.BytesIO(export(admin_client, 1).content)).worksheets[0]

    assert "L1,'=1+1,'@x,+14165550123," in text
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "n"}


def test_an_export_holds_the_rows_of_the_list(admin_client: Client) -> None:
    LeadFactory.create(lead_id="A", province="ON")
    LeadFactory.create(lead_id="B", province="QC")

    assert export(admin_client, 0, province__exact="QC").content.decode().splitlines()[1].startswith("B,")


def test_the_upload_page_names_the_columns(admin_client: Client) -> None:
    page = admin_client.get(f"{LEADS}import/").content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert "lead_id, first_name" in page
    assert "do_not_call, do_not_text" in page


# Who may ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "may"), [("operator", True), ("integrator", True), ("agent", False), ("auditor", False)])
def test_operators_and_integrators_import_and_export_leads(role: str, may: bool, user_of: Callable[..., User]) -> None:
    client = signed_in(user_of(role))
    waiting = LeadImportFactory.create(refused=1, refused_rows="row,lead_id,reason\n2,L1,x\n")
    lead = LeadFactory.create()
    page = client.get(LEADS).content.decode()

    assert [f"{LEADS}{page_name}/" in page for page_name in ("import", "export")] == [may, may]
    assert client.get(f"{LEADS}import/").status_code == (200 if may else 403)
    assert client.get(f"{LEADS}export/").status_code == (200 if may else 403)
    assert client.get(f"{LEADS}add/").status_code == (200 if may else 403)
    assert (b'name="_save"' in client.get(f"{LEADS}{lead.pk}/edit/").content) is may
    assert client.get(f"/admin/followups/leadimport/{waiting.pk}/change/").status_code == (302 if role == "agent" else 200)
    assert client.get(f"/admin/followups/leadimport/{waiting.pk}/refused/").status_code == (200 if may else 403)
    assert client.post(f"{LEADS}process_import/?import={waiting.pk}").status_code == (302 if may else 403)
    assert Lead.objects.filter(lead_id="F1").exists() is may
