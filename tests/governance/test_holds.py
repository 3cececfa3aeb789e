"""Holds, their release, and lines about a point whose value was erased."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from governance import gate
from governance.ledger import erasures, opt_outs, points, reading
from governance.ledger.errors import PointMissing
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.rules import is_held, opted_out
from governance.ledger.signals import contact_records_changed, opted_out_of
from tests.factories import NOON, hold_points
from tests.telling import heard
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

PHONE = ("PHONE", "+14165550123")
LEAD = ("LEAD", "L123")
WHO = Act("va1", correlation_id="C1", at=NOON)
HOUR = timedelta(hours=1)


def held(point: Any, at: Any = NOON) -> bool:
    return is_held(reading.ledgers([point])[point].lines, at)


def erased(point: Any = PHONE) -> ContactPoint:
    row = points.contact_points([point], Act())[point]
    return erasures.erase_point(point_id=row.pk, act=WHO.because("asked for it"))


def test_a_hold_is_a_line_for_each_point_from_now_on() -> None:
    made = hold_points([PHONE, LEAD], evidence="inbound message 12", act=WHO.because("r"))
    written = ContactRecord.objects.order_by("id").values_list("point__kind", "point__value", "entry", "channel")
    assert list(written) == [("PHONE", PHONE[1], "HOLD", ""), ("LEAD", "L123", "HOLD", "")]
    line = ContactRecord.objects.get(pk=made[0].pk)
    assert (line.effective_at, line.created_at, line.evidence, line.reason, line.actor, line.correlation_id) == (
        NOON,
        NOON,
        "inbound message 12",
        "r",
        "va1",
        "C1",
    )
    assert held(PHONE)
    assert held(LEAD)
    assert not held(PHONE, NOON - timedelta.resolution)


def test_a_release_ends_the_hold() -> None:
    hold_points([PHONE], act=replace(WHO, at=NOON - HOUR))
    (made,) = gate.release_points(points=[PHONE], evidence="message 1", act=WHO.because("a joke"))
    assert (made.entry, made.channel, made.effective_at, made.reason) == ("RELEASE", "", NOON, "a joke")
    assert not held(PHONE)
    assert held(PHONE, NOON - HOUR / 2)


def test_two_messages_need_two_decisions() -> None:
    for _ in range(2):
        hold_points([PHONE], evidence="message", act=WHO)
    gate.release_points(points=[PHONE], evidence="message", act=WHO)
    assert held(PHONE)
    gate.release_points(points=[PHONE], evidence="message", act=WHO)
    assert not held(PHONE)


def test_a_release_does_not_end_a_later_hold() -> None:
    gate.release_points(points=[PHONE], evidence="message 1", act=WHO)
    hold_points([PHONE], evidence="message 2", act=WHO)
    assert held(PHONE)


def test_a_hold_and_its_release_send_signals() -> None:
    with heard(contact_records_changed) as changes, heard(opted_out_of) as refusals:
        hold_points([PHONE, LEAD], evidence="message 1", act=WHO)
        gate.release_points(points=[PHONE], evidence="message 1", act=WHO)
    assert [(told.facts["points"], told.happened_at) for told in changes] == [([PHONE, LEAD], NOON), ([PHONE], NOON)]
    assert refusals == []


def test_no_point_is_released_if_none_is_given() -> None:
    with pytest.raises(PointMissing):
        gate.release_points(points=[], evidence="message 1", act=WHO)


# A point whose value was erased ---------------------------------------------------------------------------------------


def test_an_erased_point_can_be_opted_out() -> None:
    row = erased()
    with heard(opted_out_of) as refusals:
        (made,) = gate.record_opt_out(rows=[row], channel="SMS", said_at=NOON - HOUR, evidence="message 1", act=WHO)
    assert (made.point_id, made.entry, made.channel, made.effective_at) == (row.pk, "OPT_OUT", "SMS", NOON - HOUR)
    assert opted_out(reading.ledgers([PHONE])[PHONE].lines, "SMS", NOON)  # the number returns
    assert [told.facts["points"] for told in refusals] == [[]]
    assert ContactPoint.objects.get().value is None


def test_an_erased_point_can_be_released() -> None:
    hold_points([PHONE], act=WHO)
    row = erased()
    assert held(PHONE)
    gate.release_points(rows=[row], evidence="message 1", act=WHO)
    assert not held(PHONE)


def test_the_opt_out_of_an_erased_point_can_be_lifted() -> None:
    row = erased()
    gate.record_opt_out(rows=[row], act=WHO)
    (made,) = opt_outs.lift_opt_out(rows=[row], act=WHO.because("a mistake"))
    assert (made.point_id, made.entry) == (row.pk, "LIFT")
    assert not opted_out(reading.ledgers([PHONE])[PHONE].lines, "SMS", NOON)


def test_a_point_given_by_name_and_as_a_row_is_one_point() -> None:
    row = points.contact_points([PHONE], Act())[PHONE]
    with heard(opted_out_of) as refusals:
        gate.record_opt_out(points=[PHONE, LEAD], rows=[row], act=WHO)
    assert sorted(ContactRecord.objects.values_list("point__kind", flat=True)) == ["LEAD", "PHONE"]
    assert [sorted(told.facts["points"]) for told in refusals] == [[LEAD, PHONE]]


def test_a_channel_that_does_not_reach_an_erased_point_binds_nothing() -> None:
    with pytest.raises(PointMissing):
        gate.record_opt_out(rows=[erased()], channel="EMAIL", act=WHO)
