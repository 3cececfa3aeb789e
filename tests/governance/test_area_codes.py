"""Subscriptions by area code: imports and lists. No number in an area code without one is called."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from governance import gate
from governance.area_codes.models import AreaCodeSubscription
from governance.area_codes.rules import LINES_MAX, InvalidList, read_list
from governance.area_codes.services import subscribe, unsubscribe
from governance.ledger import consents, scrubs
from governance.ledger.points import points_of
from governance.organisation.models import Organisation
from governance.policies import upsert
from governance.readiness import contact_area_codes
from governance.signals import contact_rules_changed
from tests.conftest import attrs
from tests.factories import NOON, LeadFactory
from tests.query_counts import counted, queries
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope
from wholesale.plumbing.phones import area_code

API = "/api/governance/contact/area-codes"
LIST = "/admin/governance/areacodesubscription/"
DAY = NOON.date()
LATER = DAY + timedelta(days=90)
PHONE = "+14165550123"


# Lists ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "416,2027-03-31\n902,2027-04-30",
        "\ufeffArea_Code,Expires_On\r\n416,2027-03-31\r\n\r\n902,2027-04-30\r\n",
        "416;2027-03-31\n 902 ; 2027-04-30 ",
        '416\t2027-03-31\n"902"\t"2027-04-30"\n416,2027-03-31',
    ],
)
def test_a_list_has_one_subscription_on_each_line(text: str) -> None:
    assert read_list(text) == {"416": date(2027, 3, 31), "902": date(2027, 4, 30)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The list is empty."),
        ("area_code,expires_on\n", "The list is empty."),
        ("416", "Line 1: must be an area code and the last day"),
        ("416,2027-03-31,x", "Line 1: must be an area code and the last day"),
        ("902,2027-03-31\n41,2027-03-31", "Line 2: “41” is no area code."),
        ("116,2027-03-31", "Line 1: “116” is no area code."),
        ("٤١٦,2027-03-31", "is no area code."),
        ("416,31/03/2027", "Line 1: “31/03/2027” is no day between the years 2000 and 2099"),
        ("416,2027-02-30", "Line 1: “2027-02-30” is no day"),
        ("416,9999-12-31", "Line 1: “9999-12-31” is no day"),
        ("416,2027-03-31\n416,2027-04-30", "Line 2: 416 has another day further up."),
        ("\x00,\ud800", "is no area code."),
        ("416,2027-03-31\n" * (LINES_MAX + 1), "1,001 lines are more than 1,000."),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_stored(text: str, says: str) -> None:
    with pytest.raises(InvalidList) as refusal:
        read_list(text)
    assert says in str(refusal.value)


def test_every_wrong_line_is_named() -> None:
    with pytest.raises(InvalidList) as refusal:
        read_list("x,2027-03-31\n416,2027-03-31\n902,soon")
    assert [error[:7] for error in refusal.value.errors] == ["Line 1:", "Line 3:"]
    assert str(refusal.value) == " ".join(refusal.value.errors)


def test_a_list_may_be_as_long_as_the_limit() -> None:
    assert read_list("416,2027-03-31\n" * LINES_MAX) == {"416": date(2027, 3, 31)}


@pytest.mark.parametrize("text", ["X416,2027-03-31", "416,2027-03-31X", "X416X,2027-03-31", '"X416",2027-03-31'])
def test_only_quotes_and_the_byte_order_mark_are_removed(text: str) -> None:
    with pytest.raises(InvalidList):
        read_list(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", ["The list is empty."]),
        (f"{'9' * 25},2027-03-31", [f"Line 1: “{'9' * 20}” is no area code."]),
        (
            f"416,{'7' * 25}",
            [f"Line 1: “{'7' * 20}” is no day between the years 2000 and 2099, such as 2027-03-31."],
        ),
    ],
)
def test_a_refusal_quotes_the_beginning_of_the_wrong_line(text: str, says: list[str]) -> None:
    with pytest.raises(InvalidList) as refusal:
        read_list(text)
    assert refusal.value.errors == says


def test_an_area_code_is_the_three_digits_after_the_country_code() -> None:
    assert (area_code("+14165550123"), area_code("+442071838750"), area_code("")) == ("416", "", "")


# Verbs ------------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_list_is_stored_with_its_history_and_sends_one_signal() -> None:
    told: list[Sequence[Envelope]] = []

    def tell(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
        told.append(envelopes)

    contact_rules_changed.connect(tell)
    try:
        first = subscribe(expiries={"902": LATER, "416": DAY}, act=Act("bryan", reason="bought", at=NOON))
        same = subscribe(expiries={"416": DAY}, act=Act("bryan", at=NOON))
        renewed = subscribe(expiries={"416": LATER, "902": LATER}, act=Act("ada", reason="renewed", at=NOON))
        assert unsubscribe(area_code="902", act=Act("ada", reason="not ours", at=NOON))
        assert not unsubscribe(area_code="902", act=Act("ada", at=NOON))
    finally:
        contact_rules_changed.disconnect(tell)

    assert (first.written, same.written, renewed.written) == (2, 0, 1)
    assert list(AreaCodeSubscription.objects.values_list("area_code", "expires_on", "changed_by", "reason")) == [
        ("416", LATER, "ada", "renewed")
    ]
    history = AreaCodeSubscription.history.order_by("history_id").values_list("area_code", "history_type", "reason")
    assert sorted(history) == [
        ("416", "+", "bought"),
        ("416", "~", "renewed"),
        ("902", "+", "bought"),
        ("902", "-", "not ours"),
    ]
    assert [[one.subject.id for one in envelopes] for envelopes in told] == [["416", "902"], ["416"], ["902"]]
    assert {(*one.subject[3:], one.happened_at) for envelopes in told for one in envelopes} == {(None, None, NOON)}


# The gate ---------------------------------------------------------------------------------------------------------------


def enforce(**changes: Any) -> None:
    upsert(
        Organisation, scrub="enforce", registration_number="123", registration_expires_on=LATER, act=Act("test"), **changes
    )


def known(lead_id: str = "L1", phone: str = PHONE) -> None:
    LeadFactory.create(lead_id=lead_id, phone=phone)
    points = points_of(phone=phone)
    scrubs.record_scrub(points=points, checked_at=NOON, evidence="list", act=Act("test", at=NOON))


def reasons(channel: str = "CALL", lead_id: str = "L1") -> list[str]:
    return [reason.value for reason in gate.decide_lead(lead_id, channel, at=NOON).verdict.reasons]


@pytest.mark.django_db
def test_a_number_is_called_only_under_a_subscription_for_its_area_code() -> None:
    enforce()
    known()
    assert reasons() == ["area_code_not_subscribed"]
    subscribe(expiries={"647": LATER, "902": LATER}, act=Act("test", at=NOON))
    assert reasons() == ["area_code_not_subscribed"]
    subscribe(expiries={"416": DAY - timedelta(days=1)}, act=Act("test", at=NOON))
    assert reasons() == ["area_code_not_subscribed"]
    subscribe(expiries={"416": DAY}, act=Act("test", at=NOON))
    assert reasons() == []
    unsubscribe(area_code="416", act=Act("test", at=NOON))
    assert reasons() == ["area_code_not_subscribed"]


@pytest.mark.django_db
@pytest.mark.parametrize("basis", ["EXPRESS", "INQUIRY"])
def test_an_exempt_number_needs_no_subscription_until_its_exemption_ends(basis: str) -> None:
    enforce()
    known()
    points = points_of(phone=PHONE)
    record = {"points": points, "basis": basis, "evidence": "form", "act": Act("test", at=NOON)}
    consents.record_consent(channel="CALL", obtained_at=NOON - timedelta(days=100), **record)  # type: ignore[arg-type]
    assert reasons() == []
    later = gate.decide_lead("L1", "CALL", at=NOON + timedelta(days=20)).verdict
    assert later.reasons == ()
    if basis == "INQUIRY":
        ended = gate.decide_lead("L1", "CALL", at=NOON + timedelta(days=90)).verdict
        assert "area_code_not_subscribed" in ended.reasons


@pytest.mark.django_db
def test_a_foreign_number_has_no_area_code_and_is_called_only_if_exempt() -> None:
    enforce()
    known(phone="+442071838750")
    subscribe(expiries={"207": LATER}, act=Act("test", at=NOON))
    assert reasons() == ["area_code_not_subscribed"]


@pytest.mark.django_db
def test_an_unenforced_subscription_is_a_warning_and_other_channels_and_unknown_leads_are_not_checked() -> None:
    enforce()
    upsert(Organisation, scrub="warn", consent="warn", act=Act("test", reason="a trial"))
    known()
    verdict = gate.decide_lead("L1", "CALL", at=NOON).verdict
    assert (verdict.allowed, [reason.value for reason in verdict.warnings]) == (True, ["area_code_not_subscribed"])
    assert "area_code_not_subscribed" not in gate.decide_lead("L1", "SMS", at=NOON).verdict.warnings
    upsert(Organisation, scrub="enforce", act=Act("test"))
    assert gate.decide_contact("ON", "TORONTO", "CALL", at=NOON).verdict.allowed


@pytest.mark.django_db
def test_leads_of_many_area_codes_are_each_answered_by_their_own_in_one_statement() -> None:
    enforce()
    for n, code in enumerate(("416", "647", "905", "613")):
        known(f"L{n}", f"+1{code}5550123")
    subscribe(expiries={"416": LATER, "905": DAY, "902": LATER}, act=Act("test", at=NOON))
    contacts = [gate.contact_without_step(gate.known_lead(f"L{n}"), "CALL") for n in range(4)]
    with CaptureQueriesContext(connection) as captured:
        answers = gate.decide_contacts(contacts, at=NOON)
    assert counted(captured) == queries("decide leads of many area codes")
    assert [answer.verdict.allowed for answer in answers] == [True, False, True, False]


@pytest.mark.django_db
@pytest.mark.parametrize("lead_id", ["L1", "L2"])
def test_permitted_minutes_end_with_the_subscription(lead_id: str) -> None:
    enforce()
    known(lead_id)
    subscribe(expiries={"416": DAY}, act=Act("test", at=NOON))
    contact = gate.contact_without_step(gate.known_lead(lead_id), "CALL")
    (minutes,) = gate.permitted_minutes([(contact, NOON)], now=NOON)
    midnight = NOON.replace(hour=0) + timedelta(days=1)
    assert (minutes.actionable_at, minutes.open_until) == (NOON, midnight - timedelta(microseconds=1))


# API, command, admin ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_api_imports_lists_and_removes_subscriptions(operator: APIClient) -> None:
    row = operator.post(API, {"area_code": " 416 ", "expires_on": "2027-03-31", "reason": "bought"}).json()
    assert (row["area_code"], row["expires_on"], row["reason"]) == ("416", "2027-03-31", "bought")
    again = operator.post(API, {"area_code": "416", "expires_on": "2027-03-31", "reason": "again"}).json()
    assert (again["id"], again["reason"]) == (row["id"], "bought")  # repeating the same day changes nothing
    stored = operator.post(f"{API}/import", {"subscriptions": "416,2027-03-31\n902,2027-04-30"}).json()
    assert stored == {"written": 1, "unchanged": 1}
    assert [one["area_code"] for one in operator.get(API).json()["results"]] == ["902", "416"]
    assert operator.get(f"{API}/{row['id']}").json() == row
    assert operator.post(f"{API}/remove", {"area_code": "416"}).json() == {"removed": True}
    assert operator.post(f"{API}/remove", {"area_code": "416"}).json() == {"removed": False}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "body", "attr"),
    [
        ("", {"area_code": "41", "expires_on": "2027-03-31"}, "area_code"),
        ("", {"area_code": "416", "expires_on": "9999-12-31"}, "expires_on"),
        ("", {"area_code": ["416"], "expires_on": "2027-03-31"}, "area_code"),
        ("", {"area_code": "416"}, "expires_on"),
        ("/import", {"subscriptions": "416,2027-03-31\n902,soon"}, "subscriptions"),
        ("/import", {"subscriptions": {"416": "2027-03-31"}}, "subscriptions"),
        ("/import", {"subscriptions": "416,\x00"}, "subscriptions"),
        ("/import", {"subscriptions": "4" * 40_000}, "subscriptions"),
        ("/import", {}, "subscriptions"),
        ("/remove", {"area_code": "٤١٦"}, "area_code"),
    ],
)
def test_the_api_names_wrong_values_and_stores_nothing(operator: APIClient, path: str, body: Any, attr: str) -> None:
    response = operator.post(f"{API}{path}", body, format="json")
    assert (response.status_code, set(attrs(response))) == (400, {attr})
    assert not AreaCodeSubscription.objects.exists()


@pytest.mark.django_db
def test_the_command_stores_a_whole_list_or_nothing(tmp_path: Path) -> None:
    file, said = tmp_path / "codes.csv", StringIO()
    file.write_text("area_code,expires_on\n416,2027-03-31\n902,2027-04-30\n", encoding="utf-8-sig")
    call_command("import_area_codes", str(file), stdout=said)
    call_command("import_area_codes", str(file), reason="again", stdout=said)
    assert said.getvalue() == "2 written, 0 unchanged.\n0 written, 2 unchanged.\n"
    assert set(AreaCodeSubscription.objects.values_list("changed_by", "reason")) == {("import_area_codes", "list codes.csv")}
    file.write_text("604,2027-03-31\nx\n")
    for arguments in ([str(file)], [str(tmp_path / "none.csv")], [str(file), "--reason", "x" * 1001]):
        with pytest.raises(CommandError):
            call_command("import_area_codes", *arguments, stdout=said)
    file.write_bytes(b"416,\xff")
    with pytest.raises(CommandError, match="UTF-8"):
        call_command("import_area_codes", str(file), stdout=said)
    assert AreaCodeSubscription.objects.count() == 2


@pytest.fixture
def ops(user_of: Callable[..., User]) -> Client:
    """A browser of the operator `ops`."""
    return signed_in(user_of("operator", username="ops"))


@pytest.mark.django_db
def test_the_admin_adds_changes_imports_and_removes_subscriptions(ops: Client) -> None:
    form = form_with(ops.get(f"{LIST}add/"), "why")
    ops.post(f"{LIST}add/", {**form, "area_code": "416", "expires_on": "2027-03-31", "why": "bought"})
    row = AreaCodeSubscription.objects.get()
    page = reverse("admin:governance_areacodesubscription_change", args=[row.pk])
    ops.post(page, {**form_with(ops.get(page), "why"), "expires_on": "2027-04-30", "why": "renewed"})
    row.refresh_from_db()
    assert (row.area_code, row.expires_on, row.changed_by, row.reason) == ("416", date(2027, 4, 30), "ops", "renewed")
    for wrong in ({"area_code": "41"}, {"area_code": "416"}, {"expires_on": "9999-12-31"}):
        answer = ops.post(f"{LIST}add/", {**form, "area_code": "902", "expires_on": "2027-03-31", "why": "x", **wrong})
        assert answer.status_code == 200  # the form again

    listed = {"subscriptions": "902,2027-03-31\n416,2027-04-30", "reason": "the list of March"}
    assert "Line 1" in ops.post(f"{LIST}import/", {**listed, "subscriptions": "x"}).content.decode()
    assert ops.post(f"{LIST}import/", {**listed, "reason": ""}).status_code == 200
    assert AreaCodeSubscription.objects.count() == 1
    assert ops.post(f"{LIST}import/", listed).status_code == 302
    assert AreaCodeSubscription.objects.count() == 2

    remove = reverse("admin:governance_areacodesubscription_remove", args=[row.pk])
    assert ops.post(remove, {"reason": "not ours"}).status_code == 302
    assert list(AreaCodeSubscription.objects.values_list("area_code", flat=True)) == ["902"]
    assert LogEntry.objects.filter(action_flag=DELETION).count() == 1


@pytest.mark.django_db
def test_the_list_shows_which_subscriptions_are_in_force_and_readers_only_read(
    ops: Client, user_of: Callable[..., User]
) -> None:
    subscribe(expiries={"416": date(2020, 1, 1), "902": date(2099, 1, 1)}, act=Act("test"))
    page = ops.get(LIST).content.decode()
    assert "Ended" in page
    assert "In force" in page
    agent = signed_in(user_of("agent", username="va9"))
    assert agent.get(LIST).status_code == 200
    assert agent.get(f"{LIST}add/").status_code == agent.get(f"{LIST}import/").status_code == 403


# The runbook ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "ok", "says"),
    [
        ([], False, "No area code is subscribed to"),
        ([-1, 60], False, "The subscription has ended for 416."),
        ([0, 60], False, "It ends within 30 days for 416."),
        ([30, -1], False, "The subscription has ended for 647. It ends within 30 days for 416."),
        ([31, 60], True, "2 area codes are subscribed to"),
    ],
)
def test_the_runbook_warns_before_a_subscription_ends(days: list[int], ok: bool, says: str) -> None:
    expiries = {code: DAY + timedelta(days=n) for code, n in zip(("416", "647"), days, strict=False)}
    subscribe(expiries=expiries, act=Act("test", at=NOON))
    finding = contact_area_codes(NOON)
    assert (finding.ok, says in finding.message) == (ok, True)
