"""Files of buyers: what their words mean, what becomes of their rows, and what they say about contact."""

import csv
import io
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from buyers.book.fields import COLUMNS, BuyerFileRow
from buyers.book.lists import files, imports, tasks
from buyers.book.lists.exports import BOX_FETCHED, BuyerResource
from buyers.book.lists.services import upsert_buyers
from buyers.book.lists.words import COLUMN_OF, WORDS, value_of
from buyers.book.models import BuyBox, BuyBoxPlace, Buyer, BuyerImport
from followups.leads.lists.files import LEADS
from followups.leads.models import Lead
from followups.leads.services import upsert_leads
from governance import gate
from governance.gate.ledger import forget_points
from governance.ledger.models import ContactPoint, ContactRecord
from governance.lists.upserting import ListReport
from tests.buyers.book import rows
from tests.factories import NOON, BuyBoxFactory, BuyerFactory
from tests.leads import rows as rows_of_leads
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.batches import KEPT_FOR
from wholesale.plumbing.importing.errors import ImportNotReady
from wholesale.plumbing.importing.files import Format, ListFile, open_list
from wholesale.plumbing.importing.texts import key_of

db = pytest.mark.django_db
ACT = Act("test", at=NOON)
HEADER = "buyer_id,name,phone,province"


def opened(text: str) -> ListFile:
    return open_list(io.BytesIO(text.encode()), Format.CSV, files.BUYERS, NOON)


def brought(text: str, **options: Any) -> ListReport:
    return upsert_buyers(opened(text).rows, act=ACT, **options)


def run(path: Path, *options: str) -> str:
    """Run the command. Return its output, with its error if there is one."""
    out = io.StringIO()
    try:
        call_command("import_buyers", str(path), *options, stdout=out)
    except CommandError as error:
        return out.getvalue() + f"error: {error}"
    return out.getvalue()


def counts(report: ListReport) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, report.refused


def reasons(report: ListReport) -> list[str]:
    return [one.reason for one in report.refused_rows]


def exported(*buyers: Buyer) -> str:
    """The CSV file of an export of these buyers, or of all."""
    whom = Buyer.objects.filter(pk__in=[one.pk for one in buyers]) if buyers else Buyer.objects.all()
    return str(BuyerResource().export(whom.order_by("pk").prefetch_related(BOX_FETCHED)).csv)


# Words ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("max_price", "$450,000", "450000"),
        ("max_price", "450 000 $", "450000"),
        ("max_price", "450\u00a0000,50\u00a0$", "450000.5"),
        ("max_price", "450k", "450000"),
        ("max_price", "CAD 1.2M", "1200000"),
        ("max_price", "about 450", "about 450"),
        ("max_price", "1,2,3", "1,2,3"),
        ("max_price", "0", "0"),
        ("max_price", "n/a", ""),
        ("min_area", "1,200 sq ft", "1200"),
        ("min_baths", "1,5", "1.5"),
        ("min_beds", "3.0", "3"),
        ("max_arv_share", "70 %", "0.7"),
        ("max_arv_share", "0,65", "0.65"),
        ("places", "Toronto, Ontario; QC Laval | Québec; ON", "ON Toronto; QC Laval; QC; ON"),
        ("places", "BC VANCOUVER; " * 8, "; ".join(["BC VANCOUVER"] * 8)),
        ("property_types", "Single Family / maison; condo, PENTHOUSE", "SFR; SFR; CONDO; PENTHOUSE"),
        ("exit", "Fix & Flip", "FLIP"),
        ("exit", "Buy and hold", "RENTAL"),
        ("financing", "comptant", "CASH"),
        ("financing", "hypothèque", "FINANCED"),
        ("status", "en pause", "PAUSED"),
        ("status", "bloqué", "BLOCKED"),
        ("status", "DNC", ""),
        ("language", "français", "fr"),
        ("funds_proved_on", "2026/11/02", "2026-11-02"),
        ("funds_proved_on", "25/11/2026", "2026-11-25"),
        ("funds_proved_on", "02/11/2026", "02/11/2026"),
        ("second_phone", "4165550123.0", "4165550123"),
        ("name", "Na", "Na"),
    ],
)
def test_a_cell_is_read_in_the_words_of_the_trade(column: str, cell: str, expected: str) -> None:
    assert value_of(column, cell) == expected


def test_every_heading_means_one_column() -> None:
    assert set(WORDS["columns"]) <= set(COLUMNS)
    spelled = {(key_of(one), name) for name, listed in WORDS["columns"].items() for one in listed}
    assert len(dict(spelled)) == len(spelled)
    assert {COLUMN_OF[key_of(name)] for name in COLUMNS} == set(COLUMNS)
    assert all(COLUMN_OF[key] == name for key, name in spelled)


@pytest.mark.parametrize("table", ["statuses", "property_types", "exits", "financings"])
def test_every_word_has_one_meaning(table: str) -> None:
    meanings = {(key_of(one), word) for word, listed in WORDS[table].items() for one in listed}
    assert len(dict(meanings)) == len(meanings)


# Rows -------------------------------------------------------------------------------------------------------------------


@db
def test_a_row_makes_a_buyer_with_a_box() -> None:
    report = brought(
        "Buyer ID;Nom;Téléphone;Courriel;Province;Ville;POF;POF date;POF expiry;Marchés visés;Types de propriété;Prix max\n"
        "B1;Ana Silva;416-555-0123;Ana@Example.ca;Ont.;Toronto;500 000 $;2026-11-01;2026-12-31;Toronto, ON; maison;450k\n"
    )
    assert (counts(report), report.refused_rows) == ((1, 0, 0, 0), [])
    buyer = Buyer.objects.get()
    assert (buyer.name, buyer.phone, buyer.email, buyer.market) == ("Ana Silva", "+14165550123", "ana@example.ca", "TORONTO")
    assert (buyer.funds_amount, buyer.funds_expire_on.isoformat() if buyer.funds_expire_on else "") == (
        500_000,
        "2026-12-31",
    )
    box = BuyBox.objects.get()
    assert (box.name, box.property_types, box.max_price) == ("", ["SFR"], Decimal(450_000))
    assert list(BuyBoxPlace.objects.values_list("province", "market")) == [("ON", "TORONTO")]


@db
def test_the_same_file_again_changes_nothing() -> None:
    text = (
        f"{HEADER},places,max_price,do_not_text\nB1,Ana,416-555-0123,ON,ON TORONTO; QC,450k,yes\nB2,Bo,416-555-0124,ON,,,\n"
    )
    assert counts(brought(text)) == (2, 0, 0, 0)
    before = list(Buyer.objects.values()), list(BuyBox.objects.values()), list(BuyBoxPlace.objects.values())
    assert counts(brought(text)) == (0, 0, 2, 0)
    assert before == (list(Buyer.objects.values()), list(BuyBox.objects.values()), list(BuyBoxPlace.objects.values()))
    assert ContactRecord.objects.count() == 2  # the number, and the buyer as such


@db
def test_a_changed_bound_replaces_the_box_and_leaves_named_boxes_alone() -> None:
    brought(f"{HEADER},places,max_price\nB1,Ana,,ON,ON TORONTO,450k\n")
    BuyBoxFactory.create(buyer=Buyer.objects.get(), name="cottages", max_price=1)
    assert counts(brought("buyer_id,places,min_price\nB1,ON TORONTO; QC,100k\n")) == (0, 1, 0, 0)
    assert list(BuyBox.objects.order_by("name").values_list("name", "min_price", "max_price")) == [
        ("", 100_000, None),
        ("cottages", None, 1),
    ]
    assert counts(brought("buyer_id,name\nB1,Anna\n")) == (0, 1, 0, 0)
    assert BuyBox.objects.count() == 2


@db
def test_bad_rows_are_refused_with_their_reasons_and_the_others_stored() -> None:
    report = brought(
        f"{HEADER},places,min_price,max_price\n"
        "B1,Ana,555,ON,,,\nB2,Bo,,,,,\nB3,Cy,,ON,Toronto,,\nB4,Di,,ON,,500k,400k\nB5,Ed,,ON,,,\nB5,Ed,,ON,,,\nN/A,X,,ON,,,\n"
    )
    assert counts(report) == (1, 0, 0, 6)
    phone, province, places, price, again, nobody = reasons(report)
    assert phone.startswith("phone: Must be a valid phone number")
    assert province == "province: A new buyer needs its province."
    assert places.startswith("places: Toronto: ")
    assert price == "max_price: Must not be below min_price."
    assert again == "buyer_id: Row 6 has the same buyer; this one was left out."
    assert nobody == "buyer_id: N/A names no buyer."


@db
def test_a_dry_run_stores_nothing() -> None:
    assert counts(brought(f"{HEADER},places,dnc\nB1,Ana,416-555-0123,ON,QC,x\n", dry_run=True)) == (1, 0, 0, 0)
    assert not Buyer.objects.exists()
    assert not BuyBox.objects.exists()
    assert not ContactRecord.objects.exists()


@db
def test_an_export_is_a_file_that_changes_nothing_when_it_is_imported() -> None:
    brought(
        f"{HEADER},notes,places,property_types,max_price,max_arv_share,min_baths,exit\n"
        "B1,=Ana,416-555-0123,ON,'-5,ON TORONTO; QC,condo; SFR,450k,70 %,1.5,flip\nB2,Bo,,QC,,,,,,,\n"
    )
    BuyBoxFactory.create(buyer=Buyer.objects.get(buyer_id="B2"), name="named", max_price=1)
    text = exported()
    assert tuple(next(csv.reader(io.StringIO(text)))) == COLUMNS
    report = brought(text)
    assert (counts(report), reasons(report)) == ((0, 0, 2, 0), [])
    Buyer.objects.all().delete()
    brought(text)
    assert exported() == text
    assert BuyBox.objects.get().max_arv_share == Decimal("0.7")


def test_a_file_s_row_has_a_field_for_each_column() -> None:
    assert set(BuyerFileRow().fields) == set(COLUMNS)


# Contact ----------------------------------------------------------------------------------------------------------------


def is_refused(buyer_id: str, channel: str = "SMS") -> bool:
    answer = gate.decide_person(gate.BUYER, buyer_id, channel, at=max(NOON, timezone.now()))
    return "opted_out" in [reason.value for reason in answer.verdict.reasons]


@db
def test_wishes_of_a_file_bind_the_buyer_and_all_numbers_and_addresses() -> None:
    brought(
        "buyer_id,phone,phone 2,email,second email,province,unsubscribed\n"
        "B1,416-555-0123,416-555-0124,a@example.ca,b@example.ca,ON,yes\n"
    )
    assert set(ContactPoint.objects.values_list("kind", "value")) == {
        ("BUYER", "B1"),
        ("PHONE", "+14165550123"),
        ("PHONE", "+14165550124"),
        ("EMAIL", "a@example.ca"),
        ("EMAIL", "b@example.ca"),
    }
    assert is_refused("B1")
    assert is_refused("B1", "EMAIL")


@db
def test_a_consent_of_a_file_is_recorded_with_its_evidence() -> None:
    report = brought(
        f"{HEADER},consent,consent basis,consent date,consent source\nB1,Ana,416-555-0123,ON,yes,express,2026-11-01,form 1\n"
    )
    assert (counts(report), dict(report.recorded)) == ((1, 0, 0, 0), {"CONSENT": 1})
    assert set(ContactRecord.objects.values_list("point__value", "channel")) == {
        ("+14165550123", "SMS"),
        ("+14165550123", "CALL"),
    }


@db
def test_a_doubt_about_contact_is_held_for_a_person() -> None:
    held: list[str] = []
    report = brought(f"{HEADER},dnc\nB1,Ana,416-555-0123,ON,perhaps\n", hold=lambda row, buyer_id: held.append(buyer_id))
    assert (report.held, held, ContactRecord.objects.count()) == (1, ["B1"], 0)


@db
def test_the_wish_of_a_refused_row_is_recorded_all_the_same() -> None:
    report = brought(f"{HEADER},max price,dnc\nB1,Ana,416-555-0123,ON,cheap,yes\n")
    assert "dnc: The wish is recorded all the same." in reasons(report)[0]
    assert set(ContactPoint.objects.values_list("kind", "value")) == {("BUYER", "B1"), ("PHONE", "+14165550123")}


@db
def test_a_buyer_who_opted_out_stays_refused_after_erasure_under_any_spelling_of_the_number() -> None:
    text = "buyer_id,phone,phone 2,province,opt out\n{},{},{},ON,{}\n"
    brought(text.format("B1", "416-555-0123", "416-555-0124", "yes"))
    forget_points(list(ContactPoint.objects.all()), act=ACT)
    Buyer.objects.all().delete()
    for n, phone in enumerate(("(416) 555.0123", "+1 416 555 0123", "1-416-555-0124", "4165550124.0"), 2):
        brought(text.format(f"B{n}", phone, "", ""))
        assert is_refused(f"B{n}"), phone


@db
def test_an_opt_out_by_the_buyers_id_binds_the_second_number_too(operator: Any) -> None:
    BuyerFactory.create(buyer_id="B1", second_phone="+14165550124")
    given = {"buyer_id": "B1"}
    assert operator.post("/api/governance/contact/opt-outs", given, format="json").status_code == 201
    brought("buyer_id,phone,province\nB2,416-555-0124,ON\n")
    assert is_refused("B2")


# The command and the batches ----------------------------------------------------------------------------------------------


@db
def test_the_command_tells_the_counts_and_writes_refused_rows_beside_the_file(tmp_path: Path) -> None:
    path = rows.write(tmp_path / "buyers.csv", 200)
    assert "Nothing was stored; it would be: created 198, updated 0" in run(path, "--dry-run")
    said = run(path)
    assert "Buyers: created 198, updated 0, unchanged 0.\n" in said
    assert "error: Refused 2 of 200 rows; each with its reason: " in said
    refused = list(csv.DictReader(io.StringIO((tmp_path / "buyers.refused.csv").read_text("utf-8-sig"))))
    assert [one["row"] for one in refused] == ["52", "152"]
    assert "unchanged 198" in run(path)


@db
def test_the_command_names_rows_to_look_at(tmp_path: Path) -> None:
    path = tmp_path / "buyers.csv"
    path.write_text(f"{HEADER},dnc\nB1,Ana,416-555-0123,ON,perhaps\n")
    assert "Rows to look at before their buyers are contacted: 1;" in run(path)


@db
def test_a_batch_is_checked_then_imported_and_forgotten() -> None:
    content = f"{HEADER},places,dnc\nB1,Ana,416-555-0123,ON,ON TORONTO,perhaps\nB2,Bo,5,ON,,\n".encode()
    batch = imports.begin_import(file_name="buyers.csv", content=content, act=ACT)
    assert (batch.state, batch.created, batch.refused, Buyer.objects.count()) == ("CHECKED", 1, 1, 0)
    assert "to be looked at before a deal is offered: 2." in batch.remarks[-1]
    with pytest.raises(ImportNotReady):
        imports.retry_import(batch.pk)
    batch = imports.confirm_import(batch.pk)
    assert (batch.state, batch.created, Buyer.objects.count(), BuyBox.objects.count()) == ("DONE", 1, 1, 1)
    assert batch.refused_rows
    BuyerImport.objects.update(created_at=timezone.now() - KEPT_FOR - timedelta(hours=1))
    tasks.forget_files.call()
    assert BuyerImport.objects.get().refused_rows == ""


@db
def test_a_failed_batch_is_tried_again() -> None:
    content = f"{HEADER}\nB1,Ana,,ON\n".encode()
    batch = imports.begin_import(file_name="buyers.csv", content=content, act=ACT)
    BuyerImport.objects.update(state="FAILED")
    assert imports.retry_import(batch.pk).state == "CHECKED"


# Speed ------------------------------------------------------------------------------------------------------------------


@db
def test_buyers_with_a_box_import_in_at_most_twice_the_time_of_leads(tmp_path: Path) -> None:
    """The full size is `python -m tests.buyers.full`."""
    leads = rows_of_leads.write(tmp_path / "leads.csv", 1_500)
    buyers = rows.write(tmp_path / "buyers.csv", 1_500)

    def seconds(path: Path, kind: Any, upsert: Callable[..., ListReport]) -> float:
        began = time.process_time()
        with path.open("rb") as stream:
            assert upsert(open_list(stream, Format.CSV, kind).rows, act=ACT).created == 1_485
        return time.process_time() - began

    of_leads, of_buyers = [], []
    for _ in range(3):
        of_leads.append(seconds(leads, LEADS, upsert_leads))
        of_buyers.append(seconds(buyers, files.BUYERS, upsert_buyers))
        Buyer.objects.all().delete()
        Lead.objects.all().delete()
    # The quickest of each, because the tests beside it disturb the others.
    assert min(of_buyers) < 2 * min(of_leads), (of_leads, of_buyers)
