"""Files of leads: how they are read, and the output and the rows of `import_leads`."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from followups.ladders.models import FollowupLadder
from followups.leads.lists import files
from followups.leads.models import Lead
from followups.leads.services import upsert_leads
from followups.services import start_ladder
from governance.golive.services import release_kill_switch
from governance.ledger.opt_outs import record_opt_out
from kpi.models import KPIEvent
from tests.factories import LeadFactory
from tests.followups.test_xlsx_files import SHEET, patched
from tests.leads.rows import BAD_EVERY, fault, write
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.errors import UnreadableFile
from wholesale.plumbing.importing.files import Format, RefusedFile
from wholesale.plumbing.importing.rows import EXTRA_CELLS, RefusedRow

HEADER = "lead_id,first_name,province,score"
CELLS = ("L1", "L2", "ON", "XX", "", "416-555-0123", "yes", "maybe", "0,5", "9", '"', '"x', "#N/A", "\u00e9", "\x00", " ")


def read(text: str | bytes, file_format: Format = Format.CSV) -> list[dict[Any, Any]]:
    content = text if isinstance(text, bytes) else text.encode()
    return list(files.read(io.BytesIO(content), file_format).rows)


def workbook(*rows: tuple[Any, ...]) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def run(path: Path, *options: str) -> str:
    """Run the command. Return its output, with its error if there is one."""
    out = io.StringIO()
    try:
        call_command("import_leads", str(path), *options, stdout=out)
    except CommandError as error:
        return out.getvalue() + f"error: {error}"
    return out.getvalue()


# Reading ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_file_is_read_as_spreadsheets_write_it(delimiter: str, encoding: str, end: str) -> None:
    text = end.join(('Lead ID,First-Name, "province"', 'L1,"Ana; Bo, Cy",ON', "L2,Zo\u00e9,QC")).replace(
        ' "province"', " PROVINCE "
    )
    lines = [delimiter.join(cells) for cells in csv.reader(io.StringIO(text)) if cells]
    quoted = end.join(line.replace("Ana; Bo, Cy", '"Ana; Bo, Cy"') for line in lines)

    assert read(quoted.encode(encoding)) == [
        {"lead_id": "L1", "first_name": "Ana; Bo, Cy", "province": "ON"},
        {"lead_id": "L2", "first_name": "Zo\u00e9", "province": "QC"},
    ]


def test_an_xlsx_file_is_read_with_its_numbers_as_people_see_them() -> None:
    content = workbook(("lead_id", "phone", "score", None), (17.0, 4165550123, 0.25, None), ("L2", None, None, None))

    assert read(content, Format.XLSX) == [
        {"lead_id": "17", "phone": "4165550123", "score": "0.25"},
        {"lead_id": "L2", "phone": "", "score": ""},
    ]


def test_a_row_may_be_shorter_than_the_header_but_not_longer() -> None:
    assert read("lead_id,province\nL1\nL2,ON,\nL3,ON,x\n") == [
        {"lead_id": "L1"},
        {"lead_id": "L2", "province": "ON"},
        {"lead_id": "L3", "province": "ON", EXTRA_CELLS: ["x"]},
    ]


def test_columns_without_a_meaning_are_named() -> None:
    lead_file = files.read(io.BytesIO(b"lead_id,Note\x00,province,\nL1,x,ON,\n"), Format.CSV)

    assert (lead_file.unknown, lead_file.about, list(lead_file.rows)) == (
        ["note\ufffd"],
        1,
        [{"lead_id": "L1", "note\ufffd": "x", "province": "ON"}],
    )


@pytest.mark.parametrize(
    ("content", "file_format", "said"),
    [
        (b"", Format.CSV, "must name the columns"),
        (b"name,phone\nA,1\n", Format.CSV, "must name the columns"),
        (b"lead_id,province,Province\n", Format.CSV, "a column twice"),
        (b"lead_id\nL1\n", Format.XLSX, "no XLSX file"),
        (workbook(("lead_id",), ("L1",))[:-400], Format.XLSX, "no XLSX file"),
    ],
)
def test_an_unreadable_file_is_refused_with_the_reason(content: bytes, file_format: Format, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read(content, file_format)


@pytest.mark.parametrize(("name", "expected"), [("a.csv", Format.CSV), ("A.B.XLSX", Format.XLSX)])
def test_the_file_name_gives_the_format(name: str, expected: Format) -> None:
    assert Format.of(name) is expected


@pytest.mark.parametrize("name", ["a.xls", "csv", "a.csv.zip"])
def test_another_format_is_refused(name: str) -> None:
    with pytest.raises(UnreadableFile, match=r"\.csv or \.xlsx"):
        Format.of(name)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "Ana", "'", "'quoted'", "\tx"])
def test_refused_rows_are_returned_unchanged_and_run_no_formula(cell: str) -> None:
    text = io.StringIO()
    refused = RefusedFile(text, ["lead_id", "first_name", "reason"])
    refused.write(RefusedRow(7, {"lead_id": "L1", "first_name": cell}, {"phone": ["Wrong."]}))

    (written,) = csv.DictReader(io.StringIO(text.getvalue()))

    assert (written["row"], written["reason"], read(text.getvalue())[0]["first_name"]) == ("7", "phone: Wrong.", cell)
    assert not written["first_name"].startswith(("=", "+", "-", "@", "\t"))


# The command ------------------------------------------------------------------------------------------------------------

db = pytest.mark.django_db


@db
def test_a_good_file_is_imported_and_leaves_no_other_file(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(f"{HEADER},Colour\nL1,Ana,ON,0.5,red\nL2,Bo,qc,,\n")

    assert run(path) == "Columns that are not used: colour.\nLeads: created 2, updated 0, unchanged 0.\n"
    assert run(path).endswith("created 0, updated 0, unchanged 2.\n")
    assert sorted(Lead.objects.values_list("lead_id", "language", "changed_by")) == [
        ("L1", "en", "import_leads"),
        ("L2", "fr", "import_leads"),
    ]
    assert list(tmp_path.iterdir()) == [path]


@db
def test_refused_rows_are_written_beside_the_file_and_can_be_imported_once_mended(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(f"{HEADER}\nL1,Ana,ON,\nL2,=Bo,Ontaria,7\n\nL3,Cy,ON,x\n")
    beside = tmp_path / "leads.refused.csv"

    said = run(path)

    assert said.startswith("Leads: created 1, updated 0, unchanged 0.\nerror: Refused 2 of 3 rows")
    assert said.endswith(f"{beside} Skipped 1 blank row.")
    rows = list(csv.DictReader(io.StringIO(beside.read_text("utf-8-sig"))))
    assert [(row["row"], row["lead_id"], row["first_name"]) for row in rows] == [("3", "L2", "'=Bo"), ("5", "L3", "Cy")]
    assert "province: Must be one of AB, " in rows[0]["reason"]
    assert "score: " in rows[0]["reason"]
    assert rows[1]["reason"] == "score: A valid number is required."

    beside.write_text(beside.read_text("utf-8-sig").replace("Ontaria,7", "ON,0.7").replace("ON,x", "ON,"))
    assert "created 2, updated 0, unchanged 0." in run(beside)
    assert Lead.objects.get(lead_id="L2").first_name == "=Bo"


LIVE = (
    '=hyperlink("http://a.example";"x")',
    "+1+1",
    "-1+1",
    "@sum(1)",
    " =1+1",
    "\t=1+1",
    "\u00a0=1+1",
    "\n=1",
    "\uff1d1+1",
    "\uff201",
)


@db
@pytest.mark.parametrize("text", LIVE)
def test_no_cell_of_the_refused_rows_is_a_formula_and_each_is_read_back_unchanged(tmp_path: Path, text: str) -> None:
    path, beside = tmp_path / "leads.csv", tmp_path / "leads.refused.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["lead_id", "province", "first_name", text], ["L1", "Ontaria", text, text]])

    run(path)

    header, row = csv.reader(io.StringIO(beside.read_text("utf-8-sig")))
    assert not [cell for cell in (*header, *row) if cell.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff20"))]
    assert row[2:4] == [f"'{text}"] * 2
    (mended,) = files.read(io.BytesIO(beside.read_bytes()), Format.CSV).rows
    first, second = (files.read(io.BytesIO(one.read_bytes()), Format.CSV).columns for one in (path, beside))
    assert second[: len(first)] == first
    assert mended["first_name"] == text


@db
def test_a_dry_run_stores_nothing_and_names_the_refused_rows(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "leads.csv", tmp_path / "elsewhere.csv"
    path.write_text(f"{HEADER}\nL1,Ana,ON,\nL2,Bo,Ontaria,\n")

    said = run(path, "--dry-run", "--refused", str(elsewhere))

    assert said.startswith("Nothing was stored; it would be: created 1, updated 0, unchanged 0.\nerror: Refused 1 of 2")
    assert not Lead.objects.exists()
    assert sorted(tmp_path.iterdir()) == [elsewhere, path]


@db
def test_an_xlsx_file_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "leads.xlsx"
    path.write_bytes(workbook(("lead_id", "phone", "province", "score"), (17, 4165550123, "ON", 0.25)))

    assert "created 1," in run(path)
    lead = Lead.objects.get()
    assert (lead.lead_id, lead.phone, str(lead.score)) == ("17", "+14165550123", "0.2500")


@db
@pytest.mark.parametrize("bad", [b'L2,"Bo,ON,\n', b"L2,Zo\xe9,QC,\n", b'L2,"B"o,ON,\n'])
def test_an_unreadable_row_costs_no_other_row(bad: bytes, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(f"{HEADER}\n".encode() + b"".join(b"A%d,Ana,ON,\n" % n for n in range(30)) + bad + b"L3,Cy,ON,\n")

    said = run(path)

    assert "Leads: created 31, updated 0, unchanged 0.\nerror: Refused 1 of 32 rows" in said
    (row,) = csv.DictReader(io.StringIO((tmp_path / "leads.refused.csv").read_text("utf-8-sig")))
    assert (row["row"], row["lead_id"], row["reason"][:5]) == ("32", "L2", "row: ")


@db
def test_a_sheet_damaged_far_below_stores_nothing_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.lists.upserting.BATCH", 1)
    path = tmp_path / "leads.xlsx"
    whole = workbook(("lead_id", "province"), *((f"L{n}", "ON") for n in range(200)))
    path.write_bytes(patched(whole, {SHEET: lambda xml: xml[:-40]}))

    assert "nothing of it was read. Nothing was stored." in run(path)
    assert not Lead.objects.exists()


@db
def test_an_unread_sheet_of_leads_is_an_error_whatever_became_of_the_other(tmp_path: Path) -> None:
    book = Workbook()
    for sheet in (book.active, book.create_sheet("More")):
        assert sheet is not None
        sheet.append(("lead_id", "province"))
        sheet.append(("L1", "ON"))
    path = tmp_path / "leads.xlsx"
    book.save(path)

    said = run(path)

    assert "Sheet “Sheet” was read.\nSheet “More” was not read.\nLeads: created 1," in said
    assert "error: Sheet “More” names leads too, and was not read: import it as a file of its own." in said


@db
def test_rows_beyond_the_counted_ones_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.lists.upserting.batches", lambda rows, size: [list(rows)[:2]])
    path = tmp_path / "leads.csv"
    path.write_text(f"{HEADER}\nL1,Ana,ON,\nL2,Bo,ON,\nL3,Cy,ON,\n")

    assert "error: Of the file's rows 1 are not among those counted." in run(path)


@db
@pytest.mark.parametrize("cell", ["00123", "'00123", '="00123"'])
def test_leading_zeros_survive_the_import_and_a_refused_row(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(f"lead_id,province,score\n{cell},ON,9\n")
    run(path)
    beside = tmp_path / "leads.refused.csv"
    assert "'00123,ON,9" in beside.read_text("utf-8-sig")  # a spreadsheet would change it to 123

    beside.write_text(beside.read_text("utf-8-sig").replace(",9,", ",0.9,"))
    run(beside)
    assert Lead.objects.get().lead_id == "00123"


@db
@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=1, max_size=6).map(",".join), max_size=8))
def test_every_row_ends_as_created_changed_unchanged_or_refused(lines: list[str]) -> None:
    """For any content and any number of imports."""
    content = "\n".join(("lead_id,province,phone,dnc,score", *lines)).encode()
    with transaction.atomic():
        for _ in range(2):
            lead_file = files.read(io.BytesIO(content), Format.CSV)
            report = upsert_leads(lead_file.rows, act=Act())
            assert report.created + report.updated + report.unchanged + report.refused == lead_file.count
            assert len({one.number for one in report.refused_rows}) == report.refused
        assert report.created == 0
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("absent.csv", (), "No such file"),
        ("leads.txt", (), "must end with .csv or .xlsx"),
        ("leads.csv", ("--refused", "leads.csv"), "must be another file"),
    ],
)
def test_a_wrong_argument_is_an_error(
    name: str, options: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for there in ("leads.txt", "leads.csv"):
        Path(there).write_text(f"{HEADER}\n")

    assert said in run(Path(name), *options)


@db
def test_an_import_of_5000_rows_names_each_bad_row_and_stores_the_rest(tmp_path: Path) -> None:
    """The full size is `python -m tests.leads.full`."""
    rows = 5_000
    path = write(tmp_path / "leads.csv", rows)
    bad = {number: fault(number) for number in range(rows) if fault(number)}
    assert len(bad) == rows // BAD_EVERY

    assert f"created {rows - len(bad):,}, updated 0, unchanged 0.\nerror: Refused {len(bad)} of {rows:,}" in run(path)
    assert Lead.objects.count() == rows - len(bad)
    with (tmp_path / "leads.refused.csv").open(encoding="utf-8-sig", newline="") as stream:
        named = {int(row["row"]) - 2: row["reason"].partition(":")[0] for row in csv.DictReader(stream)}
    assert named == {number: wrong[0] for number, wrong in bad.items() if wrong}

    before = list(Lead.objects.order_by("id").values())
    assert f"created 0, updated 0, unchanged {rows - len(bad):,}." in run(path)
    assert list(Lead.objects.order_by("id").values()) == before


# Ladders ----------------------------------------------------------------------------------------------------------------


def file_of(folder: Path, *lines: str) -> Path:
    path = folder / "leads.csv"
    path.write_text("\n".join(("lead_id,province,market,phone,status", *lines)) + "\n")
    return path


@pytest.mark.django_db
def test_ladders_start_for_the_leads_of_the_file_without_an_open_ladder(tmp_path: Path) -> None:
    LeadFactory.create(lead_id="gone", phone="+14165550123")
    record_opt_out(points=[("PHONE", "+14165550123")], act=Act("me"))
    start_ladder(lead_id="open", province="QC", act=Act())
    path = file_of(
        tmp_path,
        *("new,BC,Vancouver,,", "called,ON,,,contacted", "open,ON,,,new", "gone,ON,,,", "met,ON,,,appointment", "bad,XX,,,"),
    )

    said = run(path, "--start-ladders")

    assert "Ladders: started 2, open already 1, refused 2 (lead_closed 1, lead_opted_out 1)." in said
    assert "error: Refused 1 of 6 rows" in said
    ladders = FollowupLadder.objects.values_list("lead_id", "province", "market", "created_by").order_by("lead_id")
    assert list(ladders) == [
        ("called", "ON", "ALL", "import_leads"),
        ("new", "BC", "VANCOUVER", "import_leads"),
        ("open", "QC", "ALL", "system"),
    ]
    assert "started 0, open already 3" in run(path, "--start-ladders")
    assert FollowupLadder.objects.count() == KPIEvent.objects.filter(metric="ladder_created").count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("options", [(), ("--dry-run", "--start-ladders")])
def test_no_ladder_starts_without_the_option_or_in_a_dry_run(tmp_path: Path, options: tuple[str, ...]) -> None:
    said = run(file_of(tmp_path, "L1,ON,,,"), *options)
    assert "Ladders" not in said
    assert not FollowupLadder.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("kill_switch")
def test_with_the_kill_switch_engaged_leads_are_stored_and_ladders_wait_for_another_run(tmp_path: Path) -> None:
    path = file_of(tmp_path, "L1,ON,,,", "L2,ON,,,")
    said = run(path, "--start-ladders")
    assert "refused 2 (KILL_SWITCH_ENGAGED 2)" in said
    assert "error: Nothing may act now" in said
    assert (Lead.objects.count(), FollowupLadder.objects.count()) == (2, 0)
    release_kill_switch(act=Act("me", reason="test"))
    assert "started 2" in run(path, "--start-ladders")
