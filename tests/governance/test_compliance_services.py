"""The verbs of compliance: the rows each writes, the refusals, and a point that outlives its value."""

import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from governance.closed_days.models import ClosedDay
from governance.closed_days.services import remove_closed_day, set_closed_day
from governance.ledger import consents, erasures, opt_outs, reading, scrubs
from governance.ledger.errors import InTheFuture, NoGroundForChannel, PointMissing
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.points import digest, digest_key_mark
from governance.ledger.rules import opted_out
from governance.organisation.models import Organisation
from governance.policies import upsert
from tests.factories import NOON, RecordFactory
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import VersionConflict
from wholesale.plumbing.phones import e164

pytestmark = pytest.mark.django_db

PHONE = ("PHONE", "+14165550123")
OTHER = ("PHONE", "+19025550199")
EMAIL = ("EMAIL", "ann@example.ca")
BOTH = [PHONE, EMAIL]
WHO = Act("me", correlation_id="C1", at=NOON)
YESTERDAY = NOON - timedelta(days=1)
PROOF: dict[str, Any] = {"evidence": "form 1", "act": WHO}


def lines() -> list[tuple[Any, ...]]:
    """Point, entry and channel of each line, in the order of recording."""
    return list(ContactRecord.objects.order_by("id").values_list("point__value", "entry", "channel"))


def refused(point: Any, channel: str) -> bool:
    return opted_out(reading.ledgers([point])[point].lines, channel, NOON)


# Rows of each verb ------------------------------------------------------------------------------------------------------


def test_an_opt_out_of_everything_writes_a_line_for_each_point(user_of: Callable[..., User]) -> None:
    user = user_of("operator")
    made = opt_outs.record_opt_out(
        points=BOTH, said_at=YESTERDAY, evidence="message 7", act=replace(WHO, user=user, reason="rude")
    )
    assert lines() == [("+14165550123", "OPT_OUT", ""), ("ann@example.ca", "OPT_OUT", "")]
    row = ContactRecord.objects.get(pk=made[0].pk)
    assert (row.effective_at, row.created_at, row.expires_at, row.basis) == (YESTERDAY, NOON, None, "")
    assert (row.evidence, row.reason, row.actor, row.user, row.correlation_id) == ("message 7", "rude", "me", user, "C1")


@pytest.mark.parametrize(
    ("channel", "written"),
    [("SMS", [("+14165550123", "OPT_OUT", "SMS")]), ("EMAIL", [("ann@example.ca", "OPT_OUT", "EMAIL")])],
)
def test_an_opt_out_of_a_channel_binds_the_point_that_the_channel_reaches(channel: Any, written: Any) -> None:
    opt_outs.record_opt_out(points=BOTH, channel=channel, act=WHO)
    assert lines() == written


def test_an_opt_out_dated_in_the_future_holds_at_once() -> None:
    (made,) = opt_outs.record_opt_out(points=[PHONE], said_at=NOON + timedelta(hours=1), act=WHO)
    assert made.effective_at == NOON
    assert refused(PHONE, "SMS")


def test_a_repeated_opt_out_is_two_lines_about_one_point() -> None:
    for _ in range(2):
        opt_outs.record_opt_out(points=[PHONE], act=WHO)
    assert len(lines()) == 2
    assert ContactPoint.objects.count() == 1


def test_a_point_named_twice_gets_one_line() -> None:
    opt_outs.record_opt_out(points=[PHONE, PHONE], act=WHO)
    assert len(lines()) == 1


def test_a_consent_for_every_channel_writes_a_line_for_each_with_its_own_expiry() -> None:
    consents.record_consent(points=BOTH, basis="PURCHASE_BY_LEAD", obtained_at=YESTERDAY, **PROOF)
    assert lines() == [
        ("+14165550123", "CONSENT", "SMS"),
        ("+14165550123", "CONSENT", "CALL"),
        ("ann@example.ca", "CONSENT", "EMAIL"),
    ]
    expiries = dict(ContactRecord.objects.values_list("channel", "expires_at"))
    assert {channel: (at.year, at.month, at.day) for channel, at in expiries.items() if at} == {
        "SMS": (2028, 12, 14),
        "CALL": (2028, 6, 14),
        "EMAIL": (2028, 12, 14),
    }


def test_an_express_consent_has_no_expiry() -> None:
    (made,) = consents.record_consent(points=[PHONE], channel="SMS", basis="EXPRESS", obtained_at=NOON, **PROOF)
    assert made.expires_at is None


def test_a_published_number_is_a_ground_for_texts_and_not_for_calls() -> None:
    consents.record_consent(points=[PHONE], basis="PUBLICATION", obtained_at=YESTERDAY, **PROOF)
    assert lines() == [("+14165550123", "CONSENT", "SMS")]
    with pytest.raises(NoGroundForChannel) as refusal:
        consents.record_consent(points=[PHONE], channel="CALL", basis="PUBLICATION", obtained_at=YESTERDAY, **PROOF)
    assert (refusal.value.code, refusal.value.attr, len(lines())) == ("no_ground_for_channel", "basis", 1)


def test_a_scrub_and_the_internal_list_concern_only_calls() -> None:
    scrubs.record_scrub(points=[*BOTH, OTHER], checked_at=YESTERDAY, **PROOF)
    opt_outs.record_do_not_call(points=[*BOTH], act=WHO)
    assert lines() == [
        ("+14165550123", "SCRUB", "CALL"),
        ("+19025550199", "SCRUB", "CALL"),
        ("+14165550123", "DO_NOT_CALL", "CALL"),
    ]
    assert (refused(PHONE, "CALL"), refused(PHONE, "SMS")) == (True, False)


RECORDED_LATE: list[tuple[str, Callable[[Any], Any]]] = [
    (
        "obtained_at",
        lambda at: consents.record_consent(points=[PHONE], basis="EXPRESS", obtained_at=at, **PROOF),
    ),
    ("checked_at", lambda at: scrubs.record_scrub(points=[PHONE], checked_at=at, **PROOF)),
]


@pytest.mark.parametrize(("attr", "record"), RECORDED_LATE)
def test_a_proof_cannot_be_dated_in_the_future(attr: Any, record: Any) -> None:
    with pytest.raises(InTheFuture) as refusal:
        record(NOON + timedelta(seconds=1))
    assert (refusal.value.code, refusal.value.status, refusal.value.attr) == ("in_the_future", 400, attr)
    assert not ContactPoint.objects.exists()
    record(NOON)
    assert ContactRecord.objects.exists()


@pytest.mark.parametrize(
    ("verb", "options", "attr"),
    [
        (opt_outs.record_opt_out, {"points": [PHONE], "channel": "EMAIL"}, "email"),
        (opt_outs.record_opt_out, {"points": [EMAIL], "channel": "SMS"}, "phone"),
        (opt_outs.record_opt_out, {"points": []}, "phone"),
        (opt_outs.record_do_not_call, {"points": [EMAIL]}, "phone"),
        (scrubs.record_scrub, {"points": [EMAIL], "checked_at": YESTERDAY, "evidence": "x"}, "phone"),
        (opt_outs.lift_opt_out, {"points": [EMAIL], "channel": "CALL"}, "phone"),
    ],
)
def test_a_channel_that_reaches_none_of_the_points_is_refused_by_name(verb: Any, options: Any, attr: Any) -> None:
    with pytest.raises(PointMissing) as refusal:
        verb(**options, act=WHO)
    assert (refusal.value.code, refusal.value.status, refusal.value.attr) == ("point_missing", 400, attr)
    assert not ContactRecord.objects.exists()


def test_the_database_forbids_a_consent_without_a_ground_or_a_channel() -> None:
    for values in ({"basis": "", "channel": "SMS"}, {"basis": "EXPRESS", "channel": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RecordFactory.create(entry="CONSENT", **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordFactory.create(entry="RUMOUR")


# Lifting ----------------------------------------------------------------------------------------------------------------


def test_a_lift_undoes_what_is_on_file_and_keeps_its_reason() -> None:
    opt_outs.record_opt_out(points=[PHONE], said_at=YESTERDAY, act=WHO)
    (lift,) = opt_outs.lift_opt_out(points=BOTH, act=WHO.because("wrong number"))
    assert (lift.entry, lift.channel, lift.point.value, lift.reason) == ("LIFT", "", "+14165550123", "wrong number")
    assert not refused(PHONE, "SMS")
    assert opt_outs.lift_opt_out(points=BOTH, act=WHO.because("again")) == []
    assert len(lines()) == 2


def test_a_lift_of_one_channel_leaves_the_others_refused() -> None:
    opt_outs.record_opt_out(points=[PHONE], act=WHO)
    opt_outs.lift_opt_out(points=[PHONE], channel="SMS", act=WHO.because("asked for texts"))
    assert (refused(PHONE, "SMS"), refused(PHONE, "CALL")) == (False, True)


def test_a_lift_of_a_channel_without_an_opt_out_writes_nothing() -> None:
    opt_outs.record_opt_out(points=[PHONE], channel="CALL", act=WHO)
    assert opt_outs.lift_opt_out(points=[PHONE], channel="SMS", act=WHO.because("test")) == []
    assert refused(PHONE, "CALL")


# Points -----------------------------------------------------------------------------------------------------------------


def test_an_erased_number_keeps_its_opt_out_when_it_returns() -> None:
    (made,) = opt_outs.record_opt_out(points=[PHONE], said_at=YESTERDAY, act=WHO)
    erased = erasures.erase_point(point_id=made.point_id, act=WHO.because("asked for it"))
    assert (erased.value, str(erased)) == (None, "Phone number (erased)")
    assert refused(PHONE, "SMS")
    scrubs.record_scrub(points=[PHONE], checked_at=YESTERDAY, **PROOF)  # the number is imported again
    assert ContactPoint.objects.get().value is None
    assert refused(PHONE, "SMS")
    written = [(line.entry, line.reason, line.actor) for line in ContactRecord.objects.order_by("id")]
    assert written == [("OPT_OUT", "", "me"), ("ERASED", "asked for it", "me"), ("SCRUB", "", "me")]


def test_erasing_twice_changes_nothing() -> None:
    (made,) = opt_outs.record_opt_out(points=[PHONE], act=WHO)
    for _ in range(2):
        erasures.erase_point(point_id=made.point_id, act=WHO.because("asked for it"))
    assert ContactRecord.objects.filter(entry="ERASED").count() == 1


@pytest.mark.parametrize("key", ["k", "k" * 64, "clé" * 40])
def test_a_digest_is_the_hmac_of_the_kind_and_the_value(settings: Settings, key: str) -> None:
    settings.CONTACT_DIGEST_KEY = key
    assert digest(PHONE) == hmac.new(key.encode(), ":".join(PHONE).encode(), "sha256").hexdigest()


def test_a_point_is_known_in_any_spelling_and_a_number_is_no_address() -> None:
    assert digest(("EMAIL", " Ann@Example.CA ")) == digest(EMAIL)
    assert digest(("EMAIL", "+14165550123")) != digest(PHONE)
    opt_outs.record_opt_out(points=[("EMAIL", "Ann@Example.CA")], act=WHO)
    assert refused(EMAIL, "EMAIL")
    assert ContactPoint.objects.get().value == "ann@example.ca"


def test_two_spellings_in_one_call_are_one_point() -> None:
    opt_outs.record_opt_out(points=[("EMAIL", "Ann@Example.CA"), EMAIL], act=WHO)
    assert ContactPoint.objects.count() == 1
    spellings = [("EMAIL", "Ann@Example.CA"), EMAIL]
    found = reading.ledgers(spellings)
    assert [[line.kind for line in found[spelling].lines] for spelling in spellings] == [["OPT_OUT"], ["OPT_OUT"]]


def test_the_first_point_stores_the_mark_of_its_key_and_no_later_point_changes_it(settings: Settings) -> None:
    settings.CONTACT_DIGEST_KEY = "the first key"
    opt_outs.record_opt_out(points=[PHONE], act=WHO)
    mark = Organisation.objects.get().digest_key_mark
    assert mark == digest_key_mark() != ""
    settings.CONTACT_DIGEST_KEY = "another key"
    opt_outs.record_opt_out(points=[OTHER], act=WHO)
    assert Organisation.objects.get().digest_key_mark == mark != digest_key_mark()


def statements_of_a_scrub(first: int, size: int) -> int:
    points = [("PHONE", f"+1416{first + n:07}") for n in range(size)]
    with CaptureQueriesContext(connection) as captured:
        scrubs.record_scrub(points=points, checked_at=YESTERDAY, **PROOF)
    return len(captured)


def test_ten_thousand_numbers_take_as_many_statements_as_ten() -> None:
    assert statements_of_a_scrub(2_000_000, 10) == statements_of_a_scrub(3_000_000, 10_000)
    assert ContactRecord.objects.count() == 10_010


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("(416) 555-0123", "+14165550123"),
        ("1 416 555 0123", "+14165550123"),
        ("+33 1 23 45 67 89", "+33123456789"),
        ("+1 999 555 0123", "+19995550123"),  # an unassigned area code
    ],
)
def test_a_number_has_one_spelling(text: Any, number: Any) -> None:
    assert e164(text) == number


@pytest.mark.parametrize("text", ["", "555-0123", "911", "x", "416 555 01234", "+0 416", "\ud800", "1" * 300])
def test_a_number_without_an_area_code_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match=r"phone number|Could not|too long"):
        e164(text)


# The organisation and its closed days -----------------------------------------------------------------------------------


def test_a_change_of_the_organisation_keeps_absent_settings_and_writes_history() -> None:
    upsert(Organisation, name="Maple Homes", consent="enforce", act=Act("bryan", reason="first", at=NOON))
    changed = upsert(Organisation, scrub="enforce", expected_version=2, act=Act("ann", at=NOON))
    assert (changed.name, changed.consent, changed.scrub, changed.version) == ("Maple Homes", "enforce", "enforce", 3)
    assert (changed.changed_by, changed.reason) == ("ann", "")
    assert [row.version for row in Organisation.history.all()] == [3, 2, 1]
    with pytest.raises(VersionConflict):
        upsert(Organisation, name="Oak", expected_version=2, act=Act("bryan"))
    assert Organisation.objects.get().name == "Maple Homes"


def test_a_missing_organisation_row_is_created() -> None:
    Organisation.objects.all().delete()
    made = upsert(Organisation, consent="enforce", act=Act("bryan", at=NOON))
    assert (made.pk, made.version, made.created_at, made.scrub) == (1, 1, NOON, "enforce")


def test_a_closed_day_is_set_renamed_and_removed_with_its_history() -> None:
    day = date(2026, 12, 24)
    first = set_closed_day(day=day, name="Eve", act=Act("bryan", reason="rest", at=NOON))
    assert set_closed_day(day=day, name="Christmas Eve", act=Act("ann", at=NOON)).pk == first.pk
    set_closed_day(day=day, province="ON", name="In Ontario", act=Act("ann", at=NOON))
    assert remove_closed_day(day=day, act=Act("bryan", reason="we work", at=NOON)) is True
    assert remove_closed_day(day=day, act=Act("bryan", reason="again", at=NOON)) is False
    assert [(row.province, row.name) for row in ClosedDay.objects.all()] == [("ON", "In Ontario")]
    told = [(row.history_type, row.name, row.changed_by, row.reason) for row in ClosedDay.history.filter(id=first.pk)]
    assert told == [
        ("-", "Christmas Eve", "bryan", "we work"),
        ("~", "Christmas Eve", "ann", ""),
        ("+", "Eve", "bryan", "rest"),
    ]


def test_ten_thousand_numbers_are_put_on_the_list_at_once() -> None:
    points = [("PHONE", f"+1416{n:07}") for n in range(10_000)]  # more than a server can hold as single locks
    assert len(opt_outs.record_do_not_call(points=points, act=WHO)) == 10_000
    assert refused(points[-1], "CALL")
