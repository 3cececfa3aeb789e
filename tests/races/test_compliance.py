"""Many record lines about one new number at once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from governance.closed_days.models import ClosedDay
from governance.closed_days.services import set_closed_day
from governance.ledger import opt_outs, scrubs
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.points import digest, digest_key_mark
from governance.organisation.models import Organisation
from tests.factories import NOON
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

THREADS = 32
RunTogether = Callable[..., list[Any]]
PHONE = ("PHONE", "+14165550123")


def test_concurrent_opt_outs_of_a_new_number_make_one_point_and_all_lines(run_together: RunTogether) -> None:
    made = run_together(THREADS, lambda number: opt_outs.record_opt_out(points=[PHONE], act=Act(f"t{number}")))
    assert {type(answer) for answer in made} == {list}
    point = ContactPoint.objects.get()
    assert (point.value, point.digest) == ("+14165550123", digest(PHONE))
    assert sorted(ContactRecord.objects.values_list("actor", flat=True)) == sorted(f"t{n}" for n in range(THREADS))
    assert set(ContactRecord.objects.values_list("point_id", flat=True)) == {point.pk}
    assert Organisation.objects.get().digest_key_mark == digest_key_mark()


def test_scrubs_of_the_same_numbers_in_opposite_order_do_not_deadlock(run_together: RunTogether) -> None:
    points = [("PHONE", f"+1416555{n:04}") for n in range(500)]

    def scrub(number: int) -> int:
        mine = points if number % 2 else points[::-1]
        return len(scrubs.record_scrub(points=mine, checked_at=NOON, evidence="file", act=Act("race", at=NOON)))

    assert run_together(8, scrub) == [500] * 8
    assert (ContactPoint.objects.count(), ContactRecord.objects.count()) == (500, 4000)


def test_concurrent_closings_of_one_day_make_one_row(run_together: RunTogether) -> None:
    day = date(2026, 12, 24)
    made = run_together(THREADS, lambda number: set_closed_day(day=day, name="Eve", act=Act(f"t{number}")).pk)
    assert set(made) == {ClosedDay.objects.get().pk}
    assert ClosedDay.history.count() == THREADS
