"""Wishes in a list are recorded in the ledger with its rows, or held for a person, and are never lost."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client

from followups.ladders.models import FollowupLadder
from followups.leads.lists import files
from followups.leads.lists.models import LeadImport
from followups.leads.models import Lead
from followups.leads.services import Report, upsert_leads
from followups.services import start_ladder
from followups.tasks.models import FollowupTask
from governance.channels import Channel
from governance.ledger.models import ContactRecord
from governance.ledger.opt_outs import lift_opt_out, record_opt_out
from governance.ledger.proof import Proof
from governance.ledger.rules import Entry
from governance.lists.wishes import CONTACT_COLUMNS, Consent, Said, Wish, WishColumns
from tests.factories import NOON, LeadFactory
from tests.followups.test_import_leads import run
from tests.followups.test_leads_admin import upload
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.files import Format

PHONE, EMAIL = ("PHONE", "+14165550123"), ("EMAIL", "ana@example.ca")
MAY = datetime(2026, 5, 1, tzinfo=UTC)


def said(**cells: str) -> Said | None:
    """What a row with these columns says about contact."""
    return WishColumns(list(cells), [None] * len(cells)).read(list(cells.values()), NOON)


def bring(*rows: dict[str, str], **options: Any) -> Report:
    """Import rows as from a file. By default a row has a lead with a number and an address."""
    whole = {"lead_id": "L1", "province": "ON", "phone": "416-555-0123", "email": "ana@example.ca"}
    cells = [{**whole, **row} for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in cells for name in row)), restval="")
    writer.writeheader()
    writer.writerows(cells)
    return upsert_leads(
        files.read(io.BytesIO(text.getvalue().encode()), Format.CSV, NOON).rows, **{"act": Act(at=NOON), **options}
    )


def ledger() -> list[tuple[str, str, str | None]]:
    """Entry, channel and point of each line about a number or an address, in order."""
    return _lines(ContactRecord.objects.exclude(point__kind="LEAD"))


def of_leads() -> list[tuple[str, str, str | None]]:
    """Entry, channel and lead of each line about a lead itself."""
    return _lines(ContactRecord.objects.filter(point__kind="LEAD"))


def _lines(records: QuerySet[ContactRecord]) -> list[tuple[str, str, str | None]]:
    return list(records.order_by("id").values_list("entry", "channel", "point__value"))


# What is understood -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "entry", "channel"),
    [
        *((name, "DO_NOT_CALL", "CALL") for name in ("dnc", "DNC", "do_not_call", "Do-Not-Call?", "is_dnc")),
        *(
            (name, "DO_NOT_CALL", "CALL")
            for name in ("DNC flag", "ne_pas_appeler", "Ne pas appeler (O/N)", "LNNTE", "dnc_date")
        ),
        *((name, "OPT_OUT", "") for name in ("opt_out", "Opt-Out", "opted out", "unsubscribed", "Unsubscribed At")),
        *(
            (name, "OPT_OUT", "")
            for name in ("do not contact", "has_opted_out", "d\u00e9sabonn\u00e9", "desabonne", "Ne pas contacter")
        ),
        *((name, "OPT_OUT", "SMS") for name in ("do_not_text", "sms_opt_out", "ne pas texter")),
        *((name, "OPT_OUT", "EMAIL") for name in ("do not e-mail", "email_opt_out", "unsubscribed_email")),
    ],
)
def test_a_column_of_wishes_is_known_by_its_names(column: str, entry: str, channel: str) -> None:
    assert said(**{column: "yes"}) == Said((Wish(Entry(entry), channel, column),))
    assert said(**{column: "no"}) is None


def test_every_column_that_the_admin_names_is_understood() -> None:
    columns = WishColumns(CONTACT_COLUMNS, [None] * len(CONTACT_COLUMNS))
    assert (columns.understood, columns.doubtful) == (set(CONTACT_COLUMNS), [])


@pytest.mark.parametrize(
    "cell", ["yes", "Y", "TRUE", "1", "1.0", "x", "X", "oui", "Oui", "o", "vrai", "\u2713", "DNC", "stop"]
)
def test_many_words_mean_yes(cell: str) -> None:
    assert said(dnc=cell) == Said((Wish(Entry.DO_NOT_CALL, "CALL", "dnc"),))


@pytest.mark.parametrize("cell", ["", " ", "no", "N", "false", "0", "0.0", "non", "faux", "N/A", "-", "none", "null"])
def test_no_and_empty_mean_no_wish(cell: str) -> None:
    assert said(dnc=cell, opt_out=cell, consent=cell) is None


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-05-01", MAY),
        ("2026/5/1", MAY),
        ("2026-05-01 14:30", MAY),
        ("2026-05-01T14:30:00Z", MAY),
        ("31/05/2026", datetime(2026, 5, 31, tzinfo=UTC)),
        ("05/31/2026", datetime(2026, 5, 31, tzinfo=UTC)),
        ("01/05/2026", MAY),  # the later of two days counts
        ("05/01/2026", MAY),
    ],
)
def test_a_date_means_yes_since_that_day(cell: str, day: datetime) -> None:
    assert said(unsubscribed=cell) == Said((Wish(Entry.OPT_OUT, "", "unsubscribed", day),))


@pytest.mark.parametrize("cell", ["maybe", "?", "unknown", "2026-02-30", "1999", "45413", "see notes", "#N/A", "ye s!s"])
def test_an_unknown_word_is_doubtful(cell: str) -> None:
    told = said(dnc=cell)
    assert told is not None
    assert (told.wishes, [column for column, _ in told.doubts]) == ((), ["dnc"])


@pytest.mark.parametrize(
    "column",
    [
        "dnc_status",
        "casl",
        "CASL status",
        "opt-in?",
        "opt_in",
        "subscribed",
        "consent notes",
        "lcap",
        "no contact",
        "suppressed",
    ],
)
def test_an_unknown_column_that_looks_like_a_wish_is_doubtful_if_it_holds_anything(column: str) -> None:
    for cell in ("yes", "no", "whatever"):
        told = said(**{column: cell})
        assert told is not None
        assert (told.wishes, told.consent, [name for name, _ in told.doubts]) == ((), None, [column])
    assert said(**{column: ""}) is None


@pytest.mark.parametrize("column", ["note", "address 2", "region", "island", "options", "call back", "contact name"])
def test_an_unrelated_column_is_no_wish(column: str) -> None:
    assert said(**{column: "yes"}) is None


def test_two_columns_with_one_wish_give_one_wish_with_its_date() -> None:
    assert said(dnc="yes", do_not_call_date="2026-05-01") == Said(
        (Wish(Entry.DO_NOT_CALL, "CALL", "do_not_call_date", MAY),)
    )


@pytest.mark.parametrize(
    "cells",
    [
        {"consent": "yes", "consent_basis": "express", "consent_date": "2026-05-01", "consent_source": "web form"},
        {"Consent": "2026-05-01", "consent type": "Express", "Source of consent": "web form"},
        {"consentement": "expr\u00e8s", "date du consentement": "2026-05-01", "preuve du consentement": "web form"},
        {"consent_basis": "explicit", "consent_date": "2026-05-01 10:00", "consent_source": "web form"},
    ],
)
def test_a_consent_has_its_basis_its_date_and_its_source(cells: dict[str, str]) -> None:
    assert said(**cells) == Said((), Consent("EXPRESS", MAY, "web form"))


@pytest.mark.parametrize(
    ("changes", "doubt"),
    [
        ({"consent_basis": ""}, "basis (express, purchase by lead, contract, inquiry, publication, disclosed, referral)"),
        ({"consent_basis": "Business"}, "Its basis BUSINESS is retired: say purchase by lead or contract."),
        ({"consent": "EBR", "consent_basis": ""}, "Its basis BUSINESS is retired"),
        ({"consent_basis": "referral"}, "Its basis REFERRAL names a referrer"),
        ({"consent_basis": "implied"}, "lacks its basis"),  # which of the two grounds, with different terms?
        ({"consent_date": ""}, "lacks its date"),
        ({"consent_date": "01/05/2026"}, "lacks its date"),  # January or May?
        ({"consent_source": ""}, "lacks its source"),
        ({"consent_source": "x" * 1001}, "lacks its source"),
        ({"consent_channel": "fax"}, "lacks a channel"),
        ({"consent_given_how": "telepathy"}, "lacks a way of giving it"),
        ({"consent_wording": "x" * 4001}, "its wording (at most 4,000 characters)"),
        ({"consent_basis": "referral", "referrer": "Ann", "referrer_to_us": "sold to us"}, "names a referrer"),
        (
            {"consent_basis": "referral", "referrer": "A" * 129, "referrer_to_us": "x", "referrer_to_lead": "y"},
            "its referrer",
        ),
        ({"consent_date": "2030-01-01"}, "in the future"),
        ({"consent": "maybe"}, "neither yes nor no"),
        ({"consent": ""}, "neither yes nor no"),
        ({"consent": "unsubscribed"}, "neither yes nor no"),
    ],
)
def test_an_incomplete_consent_is_doubtful_and_not_recorded(changes: dict[str, str], doubt: str) -> None:
    whole = {"consent": "yes", "consent_basis": "express", "consent_date": "2026-05-01", "consent_source": "web form"}
    told = said(**{**whole, **changes})
    assert told is not None
    assert told.consent is None
    assert [column for column, _ in told.doubts] == ["consent"]
    assert doubt in told.doubts[0][1]


CONTENT = {
    "consent wording": "Yes, text me offers.",
    "Consent purpose": "offers",
    "consent on behalf of": "Example Homes",
    "consent withdrawal": "You can withdraw at any time.",
    "consent given how": "formulaire web",
    "lieu du consentement": "example.ca/offer",
}
WHOLE = {"consent": "yes", "consent_basis": "express", "consent_date": "2026-05-01", "consent_source": "web form"}


def test_a_consent_is_read_with_its_content() -> None:
    told = said(**WHOLE, **CONTENT)
    assert told
    assert told.consent
    assert not told.doubts
    assert told.consent.proof == Proof(
        wording="Yes, text me offers.",
        purpose="offers",
        on_behalf_of="Example Homes",
        withdrawal_statement="You can withdraw at any time.",
        given_how="WEB_FORM",
        given_where="example.ca/offer",
    )


def test_content_in_a_row_that_does_not_consent_is_ignored() -> None:
    assert said(**{**WHOLE, "consent": "no"}, **CONTENT) is None
    assert said(consent="", **CONTENT) is None


def test_content_without_a_consent_is_doubtful() -> None:
    told = said(**CONTENT)
    assert told
    assert told.consent is None
    assert [column for column, _ in told.doubts] == ["consent"]


def test_a_referral_is_read_with_its_referrer() -> None:
    referrer = {"referred by": "Ann Lee", "referrer to lead": "sister", "referrer to us": "sold to us in May"}
    told = said(**{**WHOLE, "consent_basis": "referral"}, **referrer)
    assert told
    assert told.consent
    assert told.consent.basis == "REFERRAL"
    assert told.consent.proof == Proof(
        referrer_name="Ann Lee", referrer_to_lead="sister", referrer_to_us="sold to us in May"
    )


def test_no_consent_column_gives_no_consent() -> None:
    assert said(consent="no", consent_basis="express", consent_date="2026-05-01", consent_source="x") is None


# Into the ledger --------------------------------------------------------------------------------------------------------

db = pytest.mark.django_db


@db
def test_wishes_are_recorded_in_the_ledger_with_their_source() -> None:
    report = bring(
        {"dnc": "x"},
        {"lead_id": "L2", "phone": "514-555-0199", "email": "b@x.ca", "opt_out": "2026-05-01"},
        source="leads.csv",
        act=Act("me", at=NOON),
    )

    assert report.recorded == {"DO_NOT_CALL": 1, "OPT_OUT": 1}
    assert ledger() == [
        ("DO_NOT_CALL", "CALL", "+14165550123"),
        ("OPT_OUT", "", "+15145550199"),
        ("OPT_OUT", "", "b@x.ca"),
    ]
    assert of_leads() == [("DO_NOT_CALL", "CALL", "L1"), ("OPT_OUT", "", "L2")]
    first, *others = ContactRecord.objects.exclude(point__kind="LEAD").order_by("id")
    assert (first.effective_at, first.evidence, first.actor) == (NOON, "leads.csv, column dnc", "me")
    assert {(one.effective_at, one.evidence) for one in others} == {(MAY, "leads.csv, column opt_out")}


CONSENT = {"consent": "yes", "consent_basis": "inquiry", "consent_date": "2026-11-01", "consent_source": "web form 7"}


@db
def test_a_consent_is_recorded_for_each_channel_with_its_end() -> None:
    report = bring(CONSENT, source="leads.csv")

    assert report.recorded == {"CONSENT": 1}
    records = ContactRecord.objects.order_by("channel")
    assert [(one.entry, one.channel, one.basis) for one in records] == [
        ("CONSENT", channel, "INQUIRY") for channel in ("CALL", "EMAIL", "SMS")
    ]
    assert {(one.evidence, one.reason) for one in records} == {("web form 7", "in leads.csv")}
    assert {one.expires_at for one in records} == {datetime(2027, 5, 1, tzinfo=UTC)}


@db
@pytest.mark.parametrize("cells", [{"dnc": "yes"}, {"opt_out": "yes"}, {"opt_out": "2026-05-01"}, CONSENT])
def test_the_same_file_again_records_nothing_new(cells: dict[str, str]) -> None:
    bring(cells)
    before = list(ContactRecord.objects.values())
    assert before

    report = bring(cells)

    assert (report.recorded, list(ContactRecord.objects.values())) == ({}, before)


@db
def test_two_rows_with_one_number_record_the_wish_once() -> None:
    bring({"dnc": "yes"}, {"lead_id": "L2", "dnc": "yes"})
    assert ledger() == [("DO_NOT_CALL", "CALL", "+14165550123")]


@db
def test_a_repeated_opt_out_is_recorded_only_after_a_lift() -> None:
    everything = [PHONE, EMAIL, ("LEAD", "L1")]
    record_opt_out(points=everything, act=Act("me", at=NOON - timedelta(days=9)))
    assert bring({"opt_out": "yes", "dnc": "yes"}).recorded == {}
    bring({"opt_out": "2026-05-01"})
    lift_opt_out(points=everything, act=Act("me", reason="a mistake", at=NOON - timedelta(days=1)))

    assert bring({"unsubscribed": "no"}).recorded == {}
    assert bring({"opt_out": "yes"}).recorded == {"OPT_OUT": 1}


@db
def test_a_dated_wish_is_not_recorded_again_after_its_lift() -> None:
    bring({"opt_out": "2026-05-01"})
    lift_opt_out(points=[PHONE, EMAIL], act=Act("me", reason="a mistake", at=NOON))
    assert bring({"opt_out": "2026-05-01"}).recorded == {}
    assert bring({"opt_out": "2026-05-02"}).recorded == {"OPT_OUT": 1}


@db
def test_a_wish_binds_the_stored_points_of_the_lead_and_those_of_the_row() -> None:
    LeadFactory.create(lead_id="L1", phone="+15145550199", email="old@example.ca")
    bring({"opt_out": "yes", "email": ""})
    assert {point for _, _, point in ledger()} == {"+14165550123", "+15145550199", "old@example.ca"}


@db
def test_a_wish_closes_the_open_ladder() -> None:
    LeadFactory.create(lead_id="L1", phone="+14165550123", email="ana@example.ca")
    start_ladder(lead_id="L1", province="ON", act=Act(at=NOON))
    bring({"opt_out": "yes"})
    assert not FollowupTask.objects.open().exists()


@db
def test_a_dry_run_reports_wishes_and_records_nothing() -> None:
    report = bring({"dnc": "yes"}, {"lead_id": "L2", "dnc": "maybe"}, dry_run=True)
    assert (report.recorded, report.held, ledger(), Lead.objects.count()) == ({"DO_NOT_CALL": 1}, 1, [], 0)


@db
def test_a_failing_ledger_stores_no_rows_either(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**given: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("governance.lists.recording.record_do_not_call", fail)
    with pytest.raises(RuntimeError):
        bring({"dnc": "yes"})
    assert not Lead.objects.exists()


# Rows that are refused, or to be looked at --------------------------------------------------------------------------------


@db
@pytest.mark.parametrize("phone", ["call me", "555", "#N/A"])
def test_a_wish_with_an_unreadable_number_refuses_its_row_and_binds_its_lead(phone: str) -> None:
    report = bring({"dnc": "yes", "phone": phone})

    (refused,) = report.refused_rows
    assert set(refused.errors) == {"phone", "dnc"}
    assert "dnc: The wish is recorded all the same." in refused.reason
    assert (ledger(), of_leads(), Lead.objects.count()) == ([], [("DO_NOT_CALL", "CALL", "L1")], 0)


@db
def test_a_wish_that_finds_nobody_is_refused_and_reported_as_lost() -> None:
    report = bring({"dnc": "yes", "lead_id": "", "phone": "call me", "email": ""})
    assert "dnc: The wish is NOT recorded" in report.refused_rows[0].reason
    assert (ContactRecord.objects.count(), Lead.objects.count()) == (0, 0)


@db
@pytest.mark.parametrize("cells", [{"dnc": "yes", "phone": ""}, {"opt_out": "yes", "phone": "", "email": ""}])
def test_a_wish_of_a_row_without_a_number_binds_its_lead(cells: dict[str, str]) -> None:
    report = bring(cells)
    assert (report.refused, Lead.objects.count(), ledger()) == (0, 1, [])
    assert of_leads()[0][2] == "L1"


@db
def test_a_wish_for_a_lead_with_a_stored_number_needs_none_in_its_row() -> None:
    LeadFactory.create(lead_id="L1", phone="+14165550123", email="")
    assert bring({"dnc": "yes", "phone": "", "email": ""}).refused == 0
    assert ledger() == [("DO_NOT_CALL", "CALL", "+14165550123")]


@db
@pytest.mark.parametrize(
    "wrong",
    [
        {"postal_code": "x"},
        {"province": "Ontaria"},
        {"province": ""},  # the lead is new
        {"lead_id": ""},
        {"lead_id": "L\x00"},  # no lead can have such an id, and the ledger cannot store it
        {"lead_id": "L" * 300},
        {"score": "7"},
        {"first_name": "#REF!"},
        {"phone": "416-555-0123 ext. 5", "email": "ana@example.ca"},
    ],
)
def test_a_row_refused_for_another_reason_still_records_its_wish(wrong: dict[str, str]) -> None:
    report = bring({"opt_out": "yes", **wrong})

    (refused,) = report.refused_rows
    assert "opt_out: The wish is recorded all the same." in refused.reason
    assert ("OPT_OUT", "", "ana@example.ca") in ledger()
    assert ("OPT_OUT", "", "+14165550123") in ledger()
    assert not Lead.objects.exists()


@db
def test_the_second_row_of_a_lead_is_refused_and_its_wish_is_recorded() -> None:
    report = bring({}, {"dnc": "yes"})
    assert (report.created, report.refused, ledger()) == (1, 1, [("DO_NOT_CALL", "CALL", "+14165550123")])


@db
def test_a_refused_row_names_a_lead_whose_number_is_known() -> None:
    LeadFactory.create(lead_id="L1", phone="+15145550199", email="")
    report = bring({"dnc": "yes", "phone": "call me", "email": ""})
    assert (report.refused, ledger()) == (1, [("DO_NOT_CALL", "CALL", "+15145550199")])


def test_a_malformed_row_says_that_its_wish_is_not_recorded() -> None:
    (row,) = files.read(io.BytesIO(b'lead_id,dnc\n"L1,yes\n'), Format.CSV).rows
    assert "If it holds a wish not to be contacted, that is not recorded." in row.errors["row"][0]


@db
def test_a_wish_in_the_status_column_is_recorded_and_flagged() -> None:
    report = bring({"status": "DNC"}, {"lead_id": "L2", "status": "contacted"})
    assert (report.created, report.held, report.recorded) == (2, 1, {"DO_NOT_CALL": 1})
    assert dict(Lead.objects.values_list("lead_id", "status")) == {"L1": "NEW", "L2": "CONTACTED"}


# The command ------------------------------------------------------------------------------------------------------------


def list_of(folder: Path, *lines: str) -> Path:
    path = folder / "leads.csv"
    path.write_text("\n".join(("lead_id,province,phone,email,do not call,opt-out,consent,casl", *lines)) + "\n")
    return path


@db
def test_held_rows_start_no_ladder_and_each_is_named(tmp_path: Path) -> None:
    path = list_of(
        tmp_path,
        "fine,ON,416-555-0101,,no,,,",
        "called,ON,416-555-0102,c@x.ca,yes,,,",
        "out,ON,416-555-0103,o@x.ca,,yes,,",
        "maybe,ON,416-555-0104,,maybe,,,",
        "casl,ON,416-555-0105,,,,,implied",
        "half,ON,416-555-0106,,,,yes,",
    )

    said_then = run(path, "--start-ladders")

    beside = tmp_path / "leads.held.csv"
    held = list(csv.DictReader(io.StringIO(beside.read_text("utf-8-sig"))))
    assert [(row["row"], row["lead_id"]) for row in held] == [("5", "maybe"), ("6", "casl"), ("7", "half")]
    assert held[0]["reason"] == "do_not_call: “maybe” says neither yes nor no."
    assert "Rows recorded in the ledger of contact: 1 on the do-not-call list, 1 opted out." in said_then
    assert f"Rows to look at before their leads are contacted: 3; each with its reason: {beside}" in said_then
    assert "Column casl looks like a wish not to be contacted, and is not known." in said_then
    assert "started 2, open already 0, refused 1 (lead_opted_out 1). Held back 3." in said_then
    assert set(FollowupLadder.objects.values_list("lead_id", flat=True)) == {"fine", "called"}
    assert set(FollowupTask.objects.open().filter(lead_id="called").values_list("channel", flat=True)) == {Channel.SMS.value}
    assert Lead.objects.count() == 6


@db
def test_a_wish_in_a_later_row_counts_before_any_ladder_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.lists.upserting.BATCH", 1)
    path = list_of(tmp_path, "first,ON,416-555-0101,,,,,", "second,ON,416-555-0101,,,yes,,")
    assert "started 0" in run(path, "--start-ladders")
    assert not FollowupTask.objects.exists()


@db
def test_a_held_row_holds_its_lead_wherever_it_stands_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("governance.lists.upserting.BATCH", 1)
    path = list_of(tmp_path, "first,ON,416-555-0101,,maybe,,,", "second,ON,416-555-0102,,,,,")
    assert "started 1" in run(path, "--start-ladders")
    assert FollowupLadder.objects.get().lead_id == "second"


# The admin --------------------------------------------------------------------------------------------------------------


@db
def test_an_import_in_the_admin_records_wishes_and_holds_rows_too(admin_client: Client) -> None:
    content = "lead_id,province,phone,dnc\nL1,ON,416-555-0101,yes\n\nL2,ON,416-555-0102,maybe\nL3,ON,416-555-0103,\n"
    where = upload(admin_client, content)["Location"]

    page = admin_client.get(where).content.decode()
    told = (
        "Skipped 1 blank row.",
        "Rows recorded in the ledger of contact: 1 on the do-not-call list.",
        "What these rows say of contact is to be looked at before a ladder starts: 4.",
    )
    assert all(remark in page for remark in told)
    assert not ContactRecord.objects.exists()

    done = admin_client.post(where, follow=True).content.decode()
    assert all(remark in done for remark in told)
    assert ledger() == [("DO_NOT_CALL", "CALL", "+14165550101")]
    assert {record.evidence for record in ContactRecord.objects.all()} == {"leads.csv, column dnc"}
    assert LeadImport.objects.get().remarks == list(told)
