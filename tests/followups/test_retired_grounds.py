"""The retired ground BUSINESS: old lines count and are never rewritten, each is reported, and no new one is accepted."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from rest_framework.test import APIClient

from followups.management.commands import review_grounds
from governance.ledger.models import ContactRecord, ContactRecordWords
from governance.ledger.points import contact_points
from governance.ledger.reading import ledgers
from governance.ledger.rules import Validity, consent
from tests.factories import NOON, LeadFactory, RecordFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.texts import iso_utc

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PHONE = ("PHONE", "+14165550123")
EMAIL = ("EMAIL", "ann@example.ca")


def retired(point: Any = PHONE, channel: str = "SMS", **values: Any) -> ContactRecord:
    given = {"expires_at": NOON + 500 * DAY, "effective_at": NOON - 230 * DAY, **values}
    row: ContactRecord = RecordFactory.create(
        point=contact_points([point], Act())[point], entry="CONSENT", channel=channel, basis="BUSINESS", **given
    )
    ContactRecordWords.objects.create(record=row, evidence="contract 7")
    return row


def printed() -> str:
    out = io.StringIO()
    call_command(review_grounds.Command(), stdout=out)
    return out.getvalue()


def test_each_retired_line_is_named_with_its_lead_dates_and_next_act() -> None:
    for lead_id in ("JANE", "JOHN"):
        LeadFactory.create(lead_id=lead_id, phone=PHONE[1])
    first, second = retired(), retired(EMAIL, "EMAIL", expires_at=None)
    RecordFactory.create(point=first.point, entry="CONSENT", channel="SMS", basis="INQUIRY")
    told = printed().splitlines()
    assert len(told) == 3
    assert told[0] == (
        f"line {first.pk} | lead JANE, JOHN | {PHONE[1]} | SMS | BUSINESS of {iso_utc(NOON - 230 * DAY)}"
        f" | counts until {iso_utc(NOON + 500 * DAY)} | proof: contract 7"
    )
    assert f"line {second.pk} | lead unknown | {EMAIL[1]}" in told[1]
    assert told[2].startswith("2 to look at. Read the proof. Record PURCHASE_BY_LEAD or CONTRACT")


def test_the_line_of_an_erased_person_is_named_without_a_lead() -> None:
    row = retired()
    row.point.value = None
    row.point.save()
    ContactRecordWords.objects.all().delete()
    assert "(erased) | SMS" in printed()
    assert "proof: erased" in printed()


def test_the_command_reads_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("followups.leads.retired_grounds.BATCH", 2)
    for n in range(5):
        retired(("PHONE", f"+1416555{n:04}"))
    assert printed().count("line ") == 5


def test_without_a_retired_line_the_command_says_so() -> None:
    assert printed() == "No line on file has a retired ground.\n"


def test_a_retired_line_counts_for_its_stored_time_and_is_not_rewritten() -> None:
    retired()
    before = list(ContactRecord.objects.values())
    lines = ledgers([PHONE])[PHONE].lines
    assert consent(lines, "SMS", NOON + 500 * DAY - timedelta(seconds=1)) is Validity.LIVE
    assert consent(lines, "SMS", NOON + 500 * DAY) is Validity.EXPIRED
    assert list(ContactRecord.objects.values()) == before


def test_the_ledger_is_filtered_by_the_retired_ground(operator: APIClient, user_of: Any) -> None:
    row = retired()
    RecordFactory.create(point=row.point, entry="CONSENT", channel="SMS", basis="EXPRESS")
    found = operator.get("/api/governance/contact/records", {"basis": "BUSINESS"}).json()["results"]
    assert [(one["id"], one["basis"]) for one in found] == [(row.pk, "BUSINESS")]
    page = signed_in(user_of("operator", username="desk")).get(
        reverse("admin:governance_contactrecord_changelist"), {"basis__exact": "BUSINESS"}
    )
    assert [one.pk for one in page.context["cl"].result_list] == [row.pk]
    assert "Retired: purchase, lease or contract" in page.content.decode()


def test_the_consent_page_no_longer_offers_the_retired_ground(user_of: Any) -> None:
    desk = signed_in(user_of("operator"))
    page = reverse("admin:governance_contactrecord_consent")
    given = {"points": PHONE[1], "channel": "SMS", "basis": "BUSINESS", "obtained_at": "2026-05-01T12:00", "evidence": "x"}
    assert 'value="BUSINESS"' not in desk.get(page).content.decode()
    assert "basis" in desk.post(page, given).context["form"].errors
    assert not ContactRecord.objects.exists()
