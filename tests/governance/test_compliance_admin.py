"""The admin of compliance: the acts of the ledger, erasures of points, the organisation's form, closed days."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from governance.closed_days.models import ClosedDay
from governance.closed_days.services import set_closed_day
from governance.ledger import opt_outs, reading
from governance.ledger.models import ContactPoint, ContactRecord
from governance.organisation.models import Organisation
from governance.policies import upsert
from tests.factories import NOON, LeadFactory, hold_points
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

PHONE = ("PHONE", "+14165550123")
LEDGER = reverse("admin:governance_contactrecord_changelist")


def page(verb: str, *args: Any) -> str:
    return reverse(f"admin:governance_contactrecord_{verb}", args=args)


def lines() -> list[tuple[Any, ...]]:
    return list(ContactRecord.objects.order_by("id").values_list("point__value", "entry", "channel", "actor"))


@pytest.fixture
def operator_at_desk(user_of: Callable[..., User]) -> Client:
    return signed_in(user_of("operator"))


@pytest.fixture
def _a_lead(db: None) -> None:
    LeadFactory.create(lead_id="L1", phone=PHONE[1], email="ann@example.ca", postal_code="")
    LeadFactory.create(lead_id="EMPTY", phone="", postal_code="")


# The ledger -------------------------------------------------------------------------------------------------------------

GIVEN: dict[str, dict[str, str]] = {
    "opt_out": {"points": "(416) 555-0123", "channel": "SMS", "said_at": "2026-05-01T12:00", "evidence": "message 1"},
    "consent": {
        "points": "416 555 0123",
        "channel": "SMS",
        "basis": "EXPRESS",
        "obtained_at": "2026-05-01T12:00",
        "evidence": "form 1",
    },
    "scrub": {"points": "416 555 0123\n902 555 0199\n", "checked_at": "2026-05-01T12:00", "evidence": "file 1"},
    "do_not_call": {"points": "\n4165550123\n", "said_at": "2026-05-01T12:00"},
    "lift": {"points": "416 555 0123", "reason": "wrong number"},
}
WRITTEN = {
    "opt_out": [("+14165550123", "OPT_OUT", "SMS", "operator")],
    "consent": [("+14165550123", "CONSENT", "SMS", "operator")],
    "scrub": [("+14165550123", "SCRUB", "CALL", "operator"), ("+19025550199", "SCRUB", "CALL", "operator")],
    "do_not_call": [("+14165550123", "DO_NOT_CALL", "CALL", "operator")],
    "lift": [],
}


@pytest.mark.parametrize("verb", GIVEN)
def test_each_page_writes_its_line_and_returns_to_the_ledger(operator_at_desk: Client, verb: str) -> None:
    assert operator_at_desk.get(page(verb)).status_code == 200
    assert lines() == []
    done = operator_at_desk.post(page(verb), GIVEN[verb])
    assert (done.status_code, done["Location"]) == (302, LEDGER)
    assert lines() == WRITTEN[verb]


def test_the_default_time_of_the_page_can_be_sent_unchanged(operator_at_desk: Client) -> None:
    form = form_with(operator_at_desk.get(page("opt_out")), "points")
    assert operator_at_desk.post(page("opt_out"), {**form, "points": "416 555 0123"}).status_code == 302
    assert reading.ledgers([PHONE])[PHONE].lines[0].kind == "OPT_OUT"


def test_an_opt_out_is_lifted_with_its_reason(operator_at_desk: Client) -> None:
    operator_at_desk.post(page("opt_out"), GIVEN["opt_out"])
    operator_at_desk.post(page("lift"), GIVEN["lift"])
    lift = ContactRecord.objects.get(entry="LIFT")
    assert (lift.reason, lift.user and lift.user.username) == ("wrong number", "operator")
    assert LogEntry.objects.filter(object_id=str(lift.pk)).count() == 1


CONTENT = {
    "wording": "Yes, text me offers.",
    "purpose": "offers",
    "on_behalf_of": "Example Homes",
    "withdrawal_statement": "You can withdraw at any time.",
    "given_how": "PAPER",
    "given_where": "the fair in Hamilton",
}


def test_the_form_of_a_consent_asks_for_its_content_in_groups(operator_at_desk: Client) -> None:
    form = operator_at_desk.get(page("consent")).context["form"]
    groups = {title: [field.name for field in fields] for title, _, fields in form.groups()}
    assert groups[""] == ["points", "channel", "basis", "obtained_at", "ended_on", "evidence", "reason"]
    assert groups["What the person agreed to"] == list(CONTENT)
    assert sorted(name for names in groups.values() for name in names) == sorted(form.fields)


def test_a_consent_is_shown_with_its_content_or_with_what_is_missing(operator_at_desk: Client) -> None:
    for content in (CONTENT, {}, {"given_how": "SPOKEN"}):
        assert operator_at_desk.post(page("consent"), {**GIVEN["consent"], **content}).status_code == 302
    whole, bare, part = ContactRecord.objects.order_by("id")
    assert {name: getattr(whole.proof, name) for name in CONTENT} == CONTENT
    assert not hasattr(bare, "proof")
    assert part.proof.given_how == "SPOKEN"
    shown = [operator_at_desk.get(page("change", record.pk)).content.decode() for record in (whole, bare, part)]
    assert "the fair in Hamilton" in shown[0]
    assert ["Purpose (CASL, s. 10(1)(a))" in text for text in shown] == [False, True, True]
    assert ["Given how (SOR/2012-36, s. 4)" in text for text in shown] == [False, True, False]


def test_the_page_of_an_opt_out_mentions_no_content(operator_at_desk: Client) -> None:
    operator_at_desk.post(page("opt_out"), GIVEN["opt_out"])
    shown = operator_at_desk.get(page("change", ContactRecord.objects.get().pk)).content.decode()
    assert "What the person agreed to" not in shown


WRONG: list[tuple[str, dict[str, str], str, str]] = [
    ("opt_out", {"points": "416 555"}, "points", "Neither a lead that we know"),
    ("opt_out", {"points": "ann@"}, "points", "valid email"),
    ("opt_out", {"channel": "EMAIL"}, "points", "reaches none of these"),
    ("consent", {"points": "EMPTY"}, "points", "neither a phone number nor"),
    ("consent", {"evidence": ""}, "evidence", "required"),
    ("consent", {"basis": ""}, "basis", "required"),
    ("consent", {"basis": "PUBLICATION", "channel": "CALL"}, "basis", "exempts no call"),
    ("consent", {"basis": "REFERRAL", "referrer_name": "Ann Lee"}, "referrer_to_us", "A referral names the referrer"),
    ("consent", {"given_how": "TELEPATHY"}, "given_how", "valid choice"),
    ("consent", {"wording": "x" * 4001}, "wording", "at most 4000"),
    ("consent", {"purpose": "x" * 1001}, "purpose", "at most 1000"),
    ("consent", {"obtained_at": "2096-05-01T12:00"}, "obtained_at", "future"),
    ("scrub", {"points": "416 555 0123\nabc"}, "points", "“abc” is no phone number"),
    ("scrub", {"points": "4165550123\n" * 10_001}, "points", "10,001 numbers are more"),
    ("lift", {"reason": " "}, "reason", "required"),
]


@pytest.mark.usefixtures("_a_lead")
@pytest.mark.parametrize(("verb", "spoilt", "field", "says"), WRONG)
def test_a_wrong_value_is_named_at_its_field_and_nothing_is_written(
    operator_at_desk: Client, verb: str, spoilt: Any, field: str, says: str
) -> None:
    answer = operator_at_desk.post(page(verb), {**GIVEN[verb], **spoilt})
    assert answer.status_code == 200
    assert says in " ".join(answer.context["form"].errors[field])
    assert not ContactRecord.objects.exists()


@pytest.mark.usefixtures("_a_lead")
def test_a_lead_id_stands_for_its_number_and_its_address(operator_at_desk: Client) -> None:
    operator_at_desk.post(page("opt_out"), {**GIVEN["opt_out"], "points": "L1", "channel": ""})
    assert [row[0] for row in lines()] == ["L1", "+14165550123", "ann@example.ca"]
    operator_at_desk.post(page("opt_out"), {**GIVEN["opt_out"], "points": "EMPTY"})
    assert [row[0] for row in lines()][3:] == ["EMPTY"]


@pytest.mark.usefixtures("_a_lead")
def test_a_consent_of_a_lead_is_recorded_for_its_number_and_its_address(operator_at_desk: Client) -> None:
    operator_at_desk.post(page("consent"), {**GIVEN["consent"], "points": "L1", "channel": ""})
    assert {row[0] for row in lines()} == {"+14165550123", "ann@example.ca"}


def test_the_ledger_names_a_lead_and_finds_an_unknown_one(operator_at_desk: Client) -> None:
    (made,) = opt_outs.record_opt_out(points=[("LEAD", "L77")], act=Act("me"))
    hold_points([("LEAD", "L77")], evidence="message 1", act=Act("me"))
    shown = operator_at_desk.get(LEDGER, {"q": "L77"})
    assert len(shown.context["cl"].result_list) == 2
    for text in ("Lead L77", "Held"):
        assert text in shown.content.decode()
    points = operator_at_desk.get(reverse("admin:governance_contactpoint_changelist"), {"q": "L77"})
    assert [str(point) for point in points.context["cl"].result_list] == ["Lead L77"]
    assert (
        "Lead L77"
        in operator_at_desk.get(reverse("admin:governance_contactpoint_change", args=[made.point_id])).content.decode()
    )


def test_a_lead_is_erased_from_the_ledger_and_stays_bound(operator_at_desk: Client) -> None:
    (made,) = opt_outs.record_opt_out(points=[("LEAD", "L77")], act=Act("me"))
    url = reverse("admin:governance_contactpoint_erase", args=[made.point_id])
    assert "Erase Lead L77" in operator_at_desk.get(url).content.decode()
    operator_at_desk.post(url, {"reason": "asked for it"})
    made.point.refresh_from_db()
    assert (made.point.value, str(made.point)) == (None, "Lead (erased)")
    assert [line.kind for line in reading.ledgers([("LEAD", "L77")])["LEAD", "L77"].lines] == ["OPT_OUT", "ERASED"]


def test_an_address_is_found_in_any_spelling(operator_at_desk: Client) -> None:
    opt_outs.record_opt_out(points=[("EMAIL", "jean@québec-maisons.ca")], act=Act("me"))
    for text in ("jean@québec-maisons.ca", "jean@XN--qubec-maisons-chb.ca"):
        assert len(operator_at_desk.get(LEDGER, {"q": text}).context["cl"].result_list) == 1


@pytest.mark.usefixtures("_a_lead")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(416) 555-0123", ["+14165550123"]),
        ("ANN@example.ca", ["ann@example.ca"]),
        ("L1", ["ann@example.ca", "+14165550123"]),
        ("555-0123", []),
        ("nobody", []),
    ],
)
def test_the_ledger_and_the_points_are_found_by_the_whole_number(operator_at_desk: Client, text: Any, found: Any) -> None:
    opt_outs.record_opt_out(points=[PHONE, ("EMAIL", "ann@example.ca"), ("PHONE", "+19025550199")], act=Act("me"))
    shown = operator_at_desk.get(LEDGER, {"q": text}).context["cl"].result_list
    assert [record.point.value for record in shown] == found
    points = operator_at_desk.get(reverse("admin:governance_contactpoint_changelist"), {"q": text})
    assert [point.value for point in points.context["cl"].result_list] == found


def test_an_integrator_cannot_record_or_lift(user_of: Callable[..., User]) -> None:
    client = signed_in(user_of("integrator"))
    shown = client.get(LEDGER).content.decode()
    assert (page("opt_out") in shown, page("consent") in shown, page("lift") in shown) == (True, True, False)
    assert client.post(page("opt_out"), GIVEN["opt_out"]).status_code == 302
    assert client.post(page("lift"), GIVEN["lift"]).status_code == 403
    assert len(lines()) == 1


# Points -----------------------------------------------------------------------------------------------------------------


def test_a_point_is_erased_with_a_reason_and_keeps_its_lines(operator_at_desk: Client) -> None:
    (made,) = opt_outs.record_opt_out(points=[PHONE], act=Act("me"))
    erase = reverse("admin:governance_contactpoint_erase", args=[made.point_id])
    change = reverse("admin:governance_contactpoint_change", args=[made.point_id])
    assert erase in operator_at_desk.get(change).content.decode()
    assert operator_at_desk.post(erase, {"reason": " "}).status_code == 200
    assert ContactPoint.objects.get().value == "+14165550123"

    assert operator_at_desk.post(erase, {"reason": "asked for it"}).status_code == 302
    assert ContactPoint.objects.get().value is None
    shown = operator_at_desk.get(change).content.decode()
    assert ("Phone number (erased)" in shown, "asked for it" in shown, erase in shown) == (True, True, False)
    assert "4165550123" not in shown
    assert not LogEntry.objects.filter(object_repr__contains="4165550123").exists()
    assert operator_at_desk.get(LEDGER, {"q": "416 555 0123"}).context["cl"].result_list


def test_erasing_an_unknown_point_redirects(operator_at_desk: Client) -> None:
    answer = operator_at_desk.post(reverse("admin:governance_contactpoint_erase", args=[9]), {"reason": "x"})
    assert answer.status_code == 302


# The organisation -------------------------------------------------------------------------------------------------------

ORGANISATION = reverse("admin:governance_organisation_change", args=[1])


def test_the_organisation_is_changed_with_a_reason_and_a_history(operator_at_desk: Client) -> None:
    form = form_with(operator_at_desk.get(ORGANISATION), "consent")
    given = {**form, "name": "Maple Homes", "consent": "enforce", "registration_expires_on": "2027-12-31"}
    assert operator_at_desk.post(ORGANISATION, {**given, "why": ""}).status_code == 200
    assert Organisation.objects.get().version == 1
    assert operator_at_desk.post(ORGANISATION, {**given, "why": "before going live"}).status_code == 302
    row = Organisation.objects.get()
    assert (row.name, row.consent, row.scrub, row.version, row.reason) == (
        "Maple Homes",
        "enforce",
        "warn",
        2,
        "before going live",
    )
    assert row.registration_expires_on == date(2027, 12, 31)
    history = operator_at_desk.get(reverse("admin:governance_organisation_history", args=[1])).content.decode()
    for words in ("Maple Homes", "Messages without consent", "Refuse", "before going live"):
        assert words in history


def test_a_stale_form_saves_nothing(operator_at_desk: Client) -> None:
    form = form_with(operator_at_desk.get(ORGANISATION), "consent")
    upsert(Organisation, name="Oak", act=Act("ann", at=NOON))
    answer = operator_at_desk.post(ORGANISATION, {**form, "name": "Maple Homes", "why": "late"})
    assert answer.status_code == 200
    assert "changed by ann" in answer.content.decode()
    assert Organisation.objects.get().name == "Oak"


def test_there_is_one_organisation_and_a_reader_cannot_change_it(admin_client: Client, user_of: Callable[..., User]) -> None:
    assert admin_client.get(reverse("admin:governance_organisation_add")).status_code == 403
    reader = signed_in(user_of("auditor"))
    assert b'name="_save"' not in reader.get(ORGANISATION).content
    assert reader.post(ORGANISATION, {"why": "x", "name": "Oak"}).status_code == 403


# Closed days ------------------------------------------------------------------------------------------------------------


def test_a_closed_day_is_set_renamed_and_removed(operator_at_desk: Client) -> None:
    add = reverse("admin:governance_closedday_add")
    given = {"day": "2026-12-24", "province": "", "name": "Eve", "why": "rest"}
    assert operator_at_desk.post(add, given).status_code == 302
    row = ClosedDay.objects.get()
    assert (row.day, row.province, row.name, row.changed_by, row.reason) == (
        date(2026, 12, 24),
        "",
        "Eve",
        "operator",
        "rest",
    )
    assert operator_at_desk.post(add, given).status_code == 200  # the day exists already
    change = reverse("admin:governance_closedday_change", args=[row.pk])
    assert operator_at_desk.post(change, {"name": "Christmas Eve", "why": "in full"}).status_code == 302
    row.refresh_from_db()
    assert (row.day, row.name, row.reason) == (date(2026, 12, 24), "Christmas Eve", "in full")
    shown = operator_at_desk.get(reverse("admin:governance_closedday_history", args=[row.pk])).content.decode()
    assert ("Christmas Eve" in shown, "rest" in shown) == (True, True)

    remove = reverse("admin:governance_closedday_remove", args=[row.pk])
    assert operator_at_desk.post(remove, {"reason": ""}).status_code == 200
    assert operator_at_desk.post(remove, {"reason": "we work"}).status_code == 302
    assert not ClosedDay.objects.exists()
    assert ClosedDay.history.latest().reason == "we work"
    assert operator_at_desk.get(remove).status_code == 302


def test_an_agent_reads_closed_days_and_cannot_change_them(user_of: Callable[..., User]) -> None:
    set_closed_day(day=date(2026, 12, 24), name="Eve", act=Act("me"))
    client = signed_in(user_of("agent"))
    change = reverse("admin:governance_closedday_change", args=[ClosedDay.objects.get().pk])
    assert b'name="_save"' not in client.get(change).content
    assert client.post(change, {"name": "x", "why": "x"}).status_code == 403
    assert client.get(reverse("admin:governance_closedday_add")).status_code == 403
