"""The end of a contract by service, endpoint and page. The line of the contract itself never changes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from governance.ledger import consents, reading
from governance.ledger.consents import end_contract
from governance.ledger.errors import EndedBeforeContract, InTheFuture, NoContractOnFile, NotAContract, PointMissing
from governance.ledger.models import ContactRecord
from governance.ledger.rules import Validity, consent
from tests.factories import LeadFactory, RecordFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

PHONE = ("PHONE", "+14165550123")
EMAIL = ("EMAIL", "ann@example.ca")
NOW = datetime(2026, 11, 3, 17, tzinfo=UTC)
SIGNED = datetime(2025, 1, 15, 18, tzinfo=UTC)
WHO = Act("me", correlation_id="C1", at=NOW)
END = "/api/governance/contact/contracts/end"


def signed(at: datetime = SIGNED, points: Any = (PHONE, EMAIL), **values: Any) -> list[ContactRecord]:
    given = {"basis": "CONTRACT", "obtained_at": at, "evidence": "contract 7", "act": WHO, **values}
    return consents.record_consent(points=points, **given)


def end(day: date = date(2026, 3, 10), points: Any = (PHONE, EMAIL), **values: Any) -> list[ContactRecord]:
    return end_contract(points=points, ended_on=day, evidence="notice 1", act=WHO, **values)


def standing(channel: str, at: datetime) -> Validity:
    point = EMAIL if channel == "EMAIL" else PHONE
    return consent(reading.ledgers([point])[point].lines, channel, at)


def lines(entry: str = "ENDED") -> list[tuple[Any, ...]]:
    found = ContactRecord.objects.filter(entry=entry).order_by("id")
    return list(found.values_list("point__value", "channel", "effective_at", "expires_at"))


# Rows -------------------------------------------------------------------------------------------------------------------


def test_a_contract_is_in_force_until_a_line_ends_it() -> None:
    contract = signed()
    assert {record.expires_at for record in contract} == {None}
    assert standing("SMS", NOW + timedelta(days=5000)) is Validity.LIVE
    before = list(ContactRecord.objects.order_by("id").values())
    end()
    day = datetime(2026, 3, 10, tzinfo=UTC)
    assert lines() == [
        (PHONE[1], "SMS", day, datetime(2028, 3, 10, tzinfo=UTC)),
        (PHONE[1], "CALL", day, datetime(2027, 9, 10, tzinfo=UTC)),
        (EMAIL[1], "EMAIL", day, datetime(2028, 3, 10, tzinfo=UTC)),
    ]
    assert list(ContactRecord.objects.exclude(entry="ENDED").order_by("id").values()) == before
    assert [standing(channel, datetime(2027, 9, 10, tzinfo=UTC)) for channel in ("SMS", "CALL", "EMAIL")] == [
        Validity.LIVE,
        Validity.EXPIRED,
        Validity.LIVE,
    ]
    assert standing("SMS", datetime(2028, 3, 10, tzinfo=UTC)) is Validity.EXPIRED


def test_an_ended_contract_is_recorded_together_with_its_end() -> None:
    made = signed(points=[PHONE], channel="SMS", ended_on=date(2026, 3, 10))
    assert [record.entry for record in made] == ["CONSENT", "ENDED"]
    assert {(record.evidence, record.actor, record.correlation_id) for record in made} == {("contract 7", "me", "C1")}
    assert standing("SMS", datetime(2028, 3, 9, tzinfo=UTC)) is Validity.LIVE
    assert standing("SMS", datetime(2028, 3, 10, tzinfo=UTC)) is Validity.EXPIRED


def test_an_end_closes_only_the_named_channels_that_have_a_contract() -> None:
    signed(points=[PHONE], channel="SMS")
    end(points=[PHONE, EMAIL])
    assert [line[:2] for line in lines()] == [(PHONE[1], "SMS")]
    with pytest.raises(NoContractOnFile):
        end(points=[PHONE], channel="CALL")


def test_a_repeated_end_writes_nothing_and_the_earlier_end_counts() -> None:
    signed(points=[PHONE], channel="SMS")
    assert len(end(date(2026, 3, 10))) == 1
    assert end(date(2026, 3, 10)) == end(date(2026, 5, 1)) == []
    assert len(end(date(2026, 2, 1))) == 1
    assert standing("SMS", datetime(2028, 2, 1, tzinfo=UTC)) is Validity.EXPIRED


def test_an_end_leaves_a_later_contract_in_force() -> None:
    signed(points=[PHONE], channel="SMS")
    signed(datetime(2026, 6, 1, tzinfo=UTC), points=[PHONE], channel="SMS")
    end(date(2026, 3, 10))
    assert standing("SMS", datetime(2030, 1, 1, tzinfo=UTC)) is Validity.LIVE
    end(date(2026, 7, 1))
    assert standing("SMS", datetime(2030, 1, 1, tzinfo=UTC)) is Validity.EXPIRED


def test_a_contract_ends_between_the_day_it_was_made_and_today() -> None:
    signed(points=[PHONE], channel="SMS")
    for day, error in ((date(2025, 1, 14), EndedBeforeContract), (date(2026, 11, 4), InTheFuture)):
        with pytest.raises(error) as refusal:
            end(day)
        assert refusal.value.attr == "ended_on"
    assert lines() == []
    assert end(NOW.date()) != []
    assert end(SIGNED.date()) != []


def test_a_wrong_value_is_named_and_nothing_is_written() -> None:
    wrong: list[tuple[Callable[[], Any], type[Exception], str | None]] = [
        (lambda: signed(basis="INQUIRY", ended_on=date(2026, 1, 1)), NotAContract, "ended_on"),
        (lambda: signed(ended_on=date(2025, 1, 14)), EndedBeforeContract, "ended_on"),
        (lambda: signed(ended_on=date(2026, 11, 4)), InTheFuture, "ended_on"),
        (lambda: end(points=[PHONE]), NoContractOnFile, None),
        (lambda: end(points=[EMAIL], channel="CALL"), PointMissing, "phone"),
    ]
    for act, error, attr in wrong:
        with pytest.raises(error) as refusal:
            act()
        assert getattr(refusal.value, "attr", None) == attr
    assert not ContactRecord.objects.exists()


def test_the_database_forbids_an_end_without_an_expiry() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordFactory.create(entry="ENDED", channel="SMS")


# The endpoint -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def lead() -> Any:
    return LeadFactory.create(lead_id="L1", phone=PHONE[1], email=EMAIL[1])


@pytest.mark.usefixtures("lead")
def test_a_contract_is_recorded_and_ended_over_the_api(operator: APIClient) -> None:
    given = {"lead_id": "L1", "basis": "contract", "obtained_at": "2025-01-15T18:00:00Z", "evidence": "contract 7"}
    made = operator.post("/api/governance/contact/consents", given).json()
    assert [(row["basis"], row["channel"], row["expires_at"], row["uses"]) for row in made] == [
        ("CONTRACT", "SMS", None, None),
        ("CONTRACT", "CALL", None, None),
        ("CONTRACT", "EMAIL", None, None),
    ]
    told = operator.post(END, {"lead_id": "L1", "ended_on": "2026-03-10", "evidence": "notice 1"})
    assert told.status_code == 200
    assert [(row["entry"], row["channel"], row["expires_at"]) for row in told.json()] == [
        ("ENDED", "SMS", "2028-03-10T00:00:00Z"),
        ("ENDED", "CALL", "2027-09-10T00:00:00Z"),
        ("ENDED", "EMAIL", "2028-03-10T00:00:00Z"),
    ]
    assert operator.post(END, {"lead_id": "L1", "ended_on": "2026-03-10", "evidence": "notice 1"}).json() == []


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize(
    ("params", "status", "code", "attr"),
    [
        ({"ended_on": "2026-03-10"}, 409, "no_contract_on_file", None),
        ({"ended_on": "2098-03-10"}, 400, "in_the_future", "ended_on"),
        ({"ended_on": "soon"}, 400, "invalid", "ended_on"),
        ({}, 400, "required", "ended_on"),
    ],
)
def test_the_endpoint_names_wrong_values(operator: APIClient, params: Any, status: int, code: str, attr: Any) -> None:
    answer = operator.post(END, {"lead_id": "L1", "evidence": "notice 1", **params})
    assert answer.status_code == status
    (error,) = answer.json()["errors"]
    assert (error["code"], error["attr"]) == (code, attr)


@pytest.mark.usefixtures("lead")
@pytest.mark.parametrize(
    ("changes", "code", "attr"),
    [
        ({"basis": "BUSINESS"}, "invalid_choice", "basis"),
        ({"basis": "INQUIRY", "ended_on": "2026-01-20"}, "not_a_contract", "ended_on"),
        ({"basis": "CONTRACT", "ended_on": "2026-01-14"}, "ended_before_contract", "ended_on"),
        ({"basis": "DISCLOSED", "channel": "CALL"}, "no_ground_for_channel", "basis"),
        ({"basis": "REFERRAL", "channel": "CALL"}, "no_ground_for_channel", "basis"),
    ],
)
def test_a_ground_that_cannot_be_recorded_is_refused_by_its_field(
    operator: APIClient, changes: Any, code: str, attr: str
) -> None:
    given = {"lead_id": "L1", "obtained_at": "2026-01-15T18:00:00Z", "evidence": "form 1", **changes}
    answer = operator.post("/api/governance/contact/consents", given)
    assert answer.status_code == 400
    assert [(error["code"], error["attr"]) for error in answer.json()["errors"]] == [(code, attr)]
    assert not ContactRecord.objects.exists()


# The page ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(user_of: Callable[..., User]) -> Client:
    return signed_in(user_of("operator"))


def test_the_page_ends_a_contract_and_names_a_wrong_value_at_its_field(desk: Client) -> None:
    page = reverse("admin:governance_contactrecord_end_contract")
    given = {"points": "416 555 0123", "channel": "SMS", "ended_on": "2026-03-10", "evidence": "notice 1"}
    assert "No contract is on file" in " ".join(desk.post(page, given).context["form"].errors["points"])
    signed(points=[PHONE], channel="SMS")
    refused = desk.post(page, {**given, "ended_on": "2025-01-14"})
    assert "its day lies later" in " ".join(refused.context["form"].errors["ended_on"])
    assert desk.post(page, given).status_code == 302
    assert [line[:2] for line in lines()] == [(PHONE[1], "SMS")]
    ledger = desk.get(reverse("admin:governance_contactrecord_changelist")).content.decode()
    assert "Contract ended" in ledger
