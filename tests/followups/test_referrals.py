"""A referral is a ground for the first message only. Recording that message writes its use into the ledger."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from followups.services import complete_task, start_ladder
from followups.tasks.models import ContactAttempt, FollowupTask
from governance import gate
from governance.ledger.consents import record_consent
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.proof import Proof
from governance.organisation.models import Organisation
from tests.factories import NOON, LeadFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.texts import iso_utc

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PHONE = ("PHONE", "+14165550123")
EMAIL = ("EMAIL", "ann@example.ca")
REFERRER = {"referrer_name": "Ann Lee", "referrer_to_lead": "her sister", "referrer_to_us": "sold to us in May"}
JANE: dict[str, Any] = {"lead_id": "JANE", "province": "ON", "market": "TORONTO"}


@pytest.fixture(autouse=True)
def _strict() -> None:
    who = {"name": "Maple Homes", "mailing_address": "1 King Street, Toronto", "contact": "416-555-0100"}
    Organisation.objects.update(consent="enforce", identity="enforce", scrub="warn", **who)


def referred(basis: str = "REFERRAL", obtained_at: Any = NOON - DAY, points: Any = (PHONE, EMAIL)) -> None:
    given = {"basis": basis, "obtained_at": obtained_at, "evidence": "call 3", "proof": Proof(**REFERRER)}
    record_consent(points=points, act=Act("me", at=NOON), **given)


def ladder(lead_id: str = "JANE", **lead: Any) -> list[FollowupTask]:
    LeadFactory.create(**{**JANE, "lead_id": lead_id, "phone": PHONE[1], "email": EMAIL[1], **lead})
    return list(start_ladder(act=Act(at=NOON), **{**JANE, "lead_id": lead_id}).tasks)


def reasons(channel: str = "SMS", at: Any = NOON + DAY, lead_id: str = "JANE") -> list[str]:
    return [reason.value for reason in gate.decide_lead(lead_id, channel, at=at).verdict.reasons]


def used() -> list[tuple[Any, ...]]:
    found = ContactRecord.objects.filter(entry="USED").order_by("id")
    return list(found.values_list("point__value", "channel", "effective_at", "actor"))


def test_the_first_message_uses_the_referral_and_a_later_one_needs_another_ground() -> None:
    referred()
    first, _, third, *_ = ladder()
    assert reasons() == []
    done = complete_task(first.pk, "va1", now=NOON + HOUR)
    assert ContactAttempt.objects.get().allowed
    assert used() == [(PHONE[1], "SMS", NOON + HOUR, "va1"), (EMAIL[1], "SMS", NOON + HOUR, "va1")]
    assert reasons("SMS") == reasons("EMAIL") == ["consent_expired"]
    third.refresh_from_db()
    assert third.open_from is None
    assert done.ladder.next_at == FollowupTask.objects.get(step=2).actionable_at
    complete_task(third.pk, "va1", now=NOON + 2 * DAY)
    assert ContactAttempt.objects.get(task=third).reasons == ["consent_expired"]
    record_consent(points=[PHONE], channel="SMS", basis="EXPRESS", obtained_at=NOON, evidence="x", act=Act("me", at=NOON))
    assert reasons("SMS") == []


def test_a_second_completion_and_a_call_use_no_referral() -> None:
    referred()
    first, call, *_ = ladder()
    complete_task(call.pk, "va1", now=NOON + HOUR)
    assert used() == []
    assert reasons() == []
    for _ in range(2):
        complete_task(first.pk, "va1", now=NOON + 2 * HOUR)
    assert len(used()) == 2


def test_a_message_sent_before_the_referral_does_not_use_it() -> None:
    referred(obtained_at=NOON)
    first, *_ = ladder()
    complete_task(first.pk, "va1", contacted_at=NOON - HOUR, now=NOON + HOUR)
    assert len(used()) == 2
    assert reasons() == []


def test_a_used_referral_is_used_for_every_lead_of_the_number() -> None:
    referred()
    first, *_ = ladder()
    LeadFactory.create(**{**JANE, "lead_id": "JOHN", "phone": PHONE[1]})
    complete_task(first.pk, "va1", now=NOON + HOUR)
    assert reasons(lead_id="JOHN") == ["consent_expired"]


def test_using_a_referral_adds_no_point_and_other_grounds_record_no_use() -> None:
    referred(points=[PHONE])
    first, _, third, *_ = ladder()
    points = ContactPoint.objects.count()
    complete_task(first.pk, "va1", now=NOON + HOUR)
    assert used() == [(PHONE[1], "SMS", NOON + HOUR, "va1")]
    assert ContactPoint.objects.count() == points
    referred("EXPRESS", points=[("PHONE", "+14165550199")])
    other, *_ = ladder("OTHER", phone="+14165550199", email="")
    complete_task(other.pk, "va1", now=NOON + HOUR)
    assert len(used()) == 1
    complete_task(third.pk, "va1", now=NOON + 2 * DAY)
    assert len(used()) == 2


def test_completing_without_a_referral_costs_no_more_statements() -> None:
    counts = []
    for n, basis in enumerate(("EXPRESS", "INQUIRY", "REFERRAL")):
        phone = ("PHONE", f"+1416555{n:04}")
        referred(basis, points=[phone])
        first, *_ = ladder(f"L{n}", phone=phone[1], email="")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            complete_task(first.pk, "va1", now=NOON + HOUR)
        counts.append(len(captured))
    assert counts[0] == counts[1] < counts[2]


# Where uses are counted -------------------------------------------------------------------------------------------------


def test_the_ledger_rows_count_the_uses_of_a_referral(operator: APIClient) -> None:
    referred(points=[PHONE])
    first, _, third, *_ = ladder()
    rows = "/api/governance/contact/records"

    def uses() -> list[Any]:
        return [row["uses"] for row in operator.get(rows, {"phone": PHONE[1], "basis": "REFERRAL"}).json()["results"]]

    assert uses() == [0]
    complete_task(first.pk, "va1", now=NOON + HOUR)
    complete_task(third.pk, "va1", now=NOON + 2 * DAY)
    assert uses() == [2]
    others = operator.get(rows, {"phone": PHONE[1], "entry": "USED"}).json()["results"]
    assert [row["uses"] for row in others] == [None, None]
    given = {"phone": PHONE[1], "basis": "REFERRAL", "channel": "SMS", "evidence": "call 4", "proof": REFERRER}
    with time_machine.travel(NOON + 3 * DAY, tick=False):
        made = operator.post("/api/governance/contact/consents", {**given, "obtained_at": iso_utc(NOON + HOUR)})
    assert [row["uses"] for row in made.json()] == [2]


def test_the_pages_of_the_ledger_and_of_the_number_count_the_uses_too(user_of: Any) -> None:
    referred(points=[PHONE])
    first, *_ = ladder()
    complete_task(first.pk, "va1", now=NOON + HOUR)
    desk = signed_in(user_of("operator"))
    record = ContactRecord.objects.get(basis="REFERRAL")
    pages = [
        reverse("admin:governance_contactrecord_change", args=[record.pk]),
        reverse("admin:governance_contactpoint_change", args=[record.point_id]),
    ]
    for page in pages:
        shown = desk.get(page).content.decode()
        assert "Messages since" in shown
        assert "the first message" in shown
