"""Steps that wait for the lead's own ground lapse. Steps that wait for us do not."""

from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followups.ladders.models import FollowupLadder
from followups.models import LadderTemplate
from followups.services import complete_task, start_ladder
from followups.tasks.lapses import GROUNDS, lapse_steps, lapsing_ground
from followups.tasks.models import FollowupTask, TaskEvent
from governance.gate.reasons import Reason
from governance.golive.models import GoLiveState
from governance.ledger.consents import record_consent
from governance.ledger.scrubs import record_scrub
from governance.organisation.models import Organisation
from governance.policies import upsert
from kpi.models import KPIEvent
from tests.factories import NOON, AreaCodeFactory, LeadFactory, hold_points
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PHONE = ("PHONE", "+14165550123")
JANE: dict[str, Any] = {"lead_id": "JANE", "province": "ON"}


@pytest.fixture(autouse=True)
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is NOON, every proof is enforced, all of ours are on file, and no COLD template is enabled."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    who = {"name": "Maple Homes", "mailing_address": "1 King Street, Toronto", "contact": "416-555-0100"}
    registration = {"registration_number": "R-1", "registration_expires_on": (NOON + 365 * DAY).date()}
    Organisation.objects.update(consent="enforce", scrub="enforce", **who, **registration)
    AreaCodeFactory.create(area_code="416")
    LadderTemplate.objects.filter(kind="COLD").update(enabled=False)


@pytest.fixture
def jane() -> None:
    LeadFactory.create(lead_id="JANE", province="ON", phone=PHONE[1])


def ladder() -> list[FollowupTask]:
    return list(start_ladder(act=Act(at=NOON), **JANE).tasks)


def kinds() -> list[tuple[int, str, str]]:
    lines = TaskEvent.objects.order_by("task__step", "id")
    return list(lines.values_list("task__step", "kind", "reason"))


def test_a_message_without_consent_lapses_when_the_next_step_falls_due(jane: None) -> None:
    first, *_ = ladder()
    assert lapse_steps(act=Act(at=NOON + 30 * MINUTE - timedelta(microseconds=1))) == 0
    assert lapse_steps(act=Act(at=NOON + 30 * MINUTE)) == 1
    first.refresh_from_db()
    assert (first.cancelled_at, first.cancel_reason) == (NOON + 30 * MINUTE, "lapsed consent_missing")
    assert kinds() == [(1, "LAPSED", "lapsed consent_missing")]
    row = FollowupLadder.objects.get()
    assert (row.open_steps, row.closed_at) == (5, None)
    event = KPIEvent.objects.get(metric="followup_lapsed")
    assert (event.subject_id, event.success, event.actor) == (str(first.pk), False, "system")
    assert event.detail == {"task_id": first.pk, "step": 1, "channel": "SMS", "reason": "consent_missing"}
    assert lapse_steps(act=Act(at=NOON + 30 * MINUTE)) == 0


def test_the_last_step_lapses_after_seven_days_and_the_ladder_closes(jane: None) -> None:
    ladder()
    until = NOON + 14 * DAY
    assert lapse_steps(act=Act(at=until - timedelta(microseconds=1))) == 5
    assert lapse_steps(act=Act(at=until)) == 1
    row = FollowupLadder.objects.get()
    assert (row.open_steps, row.closed_at) == (0, until)
    assert kinds()[-1] == (6, "LAPSED", "lapsed scrub_missing")


def test_a_lapsed_ladder_without_contact_allows_a_new_one_at_once(jane: None) -> None:
    ladder()
    lapse_steps(act=Act(at=NOON + 14 * DAY))
    assert start_ladder(act=Act(at=NOON + 14 * DAY), **JANE).created


def test_completing_a_lapsed_step_records_the_fact(jane: None) -> None:
    first, *_ = ladder()
    lapse_steps(act=Act(at=NOON + 30 * MINUTE))
    complete_task(first.pk, actor="va1", now=NOON + 40 * MINUTE)
    first.refresh_from_db()
    assert first.completed_at == NOON + 40 * MINUTE
    assert first.cancelled_at == NOON + 30 * MINUTE
    assert FollowupLadder.objects.get().open_steps == 5


def test_a_step_with_its_ground_does_not_lapse(jane: None) -> None:
    record_consent(
        points=[PHONE], channel="SMS", basis="EXPRESS", obtained_at=NOON, evidence="form 1", act=Act("test", at=NOON)
    )
    record_scrub(points=[PHONE], checked_at=NOON, evidence="file 1", act=Act("test", at=NOON))
    ladder()
    assert lapse_steps(act=Act(at=NOON + 8 * DAY)) == 0
    assert kinds() == []


def test_a_ground_recorded_meanwhile_counts_before_the_minutes_are_updated(jane: None) -> None:
    ladder()
    record_consent(
        points=[PHONE], channel="SMS", basis="EXPRESS", obtained_at=NOON, evidence="form 1", act=Act("test", at=NOON)
    )
    assert lapse_steps(act=Act(at=NOON + 30 * MINUTE)) == 0


def test_an_expired_consent_is_named_as_the_reason(jane: None) -> None:
    past = NOON - 300 * DAY
    record_consent(points=[PHONE], channel="SMS", basis="INQUIRY", obtained_at=past, evidence="x", act=Act("t", at=NOON))
    ladder()
    lapse_steps(act=Act(at=NOON + 30 * MINUTE))
    assert kinds() == [(1, "LAPSED", "lapsed consent_expired")]


def test_a_call_that_waits_for_our_registration_does_not_lapse(jane: None) -> None:
    upsert(Organisation, registration_number="", act=Act("op", reason="expired", at=NOON))
    ladder()
    assert lapse_steps(act=Act(at=NOON + 30 * DAY)) == 3
    assert {kind[2] for kind in kinds()} == {"lapsed consent_missing"}
    assert list(FollowupTask.objects.open().values_list("channel", flat=True)) == ["CALL"] * 3


def test_nothing_lapses_under_the_kill_switch(jane: None) -> None:
    ladder()
    GoLiveState.objects.update(kill_switch_engaged=True)
    assert lapse_steps(act=Act(at=NOON + 30 * DAY)) == 0


def test_a_step_does_not_lapse_while_a_message_waits_for_a_person(jane: None) -> None:
    ladder()
    hold_points([PHONE], evidence="message 1", act=Act("test", at=NOON))
    assert lapse_steps(act=Act(at=NOON + 30 * DAY)) == 0


def test_the_steps_of_an_unknown_lead_do_not_lapse() -> None:
    ladder()
    FollowupTask.objects.update(open_from=None, open_until=None)
    assert lapse_steps(act=Act(at=NOON + 30 * DAY)) == 0


def test_a_claimed_step_does_not_lapse(jane: None) -> None:
    first, *_ = ladder()
    leased = {"leased_by": "va1", "leased_until": NOON + 31 * MINUTE}
    FollowupTask.objects.filter(pk=first.pk).update(**leased)
    assert lapse_steps(act=Act(at=NOON + 30 * MINUTE)) == 0
    assert lapse_steps(act=Act(at=NOON + 31 * MINUTE)) == 1


def test_a_cancelled_step_does_not_delay_a_lapse(jane: None) -> None:
    _, second, *_ = ladder()
    FollowupTask.objects.filter(pk=second.pk).update(cancelled_at=NOON, cancel_reason="skipped")
    assert lapse_steps(act=Act(at=NOON + 30 * MINUTE)) == 0
    assert lapse_steps(act=Act(at=NOON + 180 * MINUTE)) == 1


def test_only_missing_grounds_and_passing_reasons_let_a_step_lapse() -> None:
    for ground in GROUNDS:
        for other in Reason:
            lapses = other in GROUNDS or other in (
                Reason.CONTACTED_RECENTLY,
                Reason.OUTSIDE_LEGAL_HOURS,
                Reason.CLOSED_DAY,
                Reason.OUTSIDE_CONTACT_WINDOW,
            )
            assert (lapsing_ground([ground, other]) is not None) is lapses, (ground, other)
    assert lapsing_ground([]) is None
    assert all(lapsing_ground(pair) is None for pair in combinations([r for r in Reason if r not in GROUNDS], 2))


def test_many_steps_lapse_with_as_many_statements_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    def statements(leads: int, mark: str) -> int:
        for n in range(leads):
            lead_id = f"{mark}{n}"
            LeadFactory.create(lead_id=lead_id, province="ON", phone=f"+1416555{ord(mark):02}{n:02}")
            start_ladder(lead_id=lead_id, province="ON", act=Act(at=NOON))
        with CaptureQueriesContext(connection) as captured:
            assert lapse_steps(act=Act(at=NOON + 14 * DAY)) == 6 * leads
        return len(captured)

    assert statements(40, "A") <= statements(2, "B") + 1
