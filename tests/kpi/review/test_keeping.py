"""A review is kept and mailed once a week: on Friday at 16:00 of the business zone, or as soon as a worker runs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from kpi.review.models import FridayReview
from kpi.review.services import friday_review, keep_review
from kpi.review.studies import begin_weekly
from kpi.review.tasks import review_the_week
from offers.studies.models import RatioStudy
from tests.factories import SaleFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY = datetime(2026, 12, 18, 16, tzinfo=UTC)


class Broken(BaseEmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise SMTPServerDisconnected


def kept(at: datetime) -> FridayReview | None:
    return keep_review(act=Act("worker", at=at))


def operator_at(user_of: Callable[..., User], address: str, **values: Any) -> User:
    user = user_of("operator", username=address or "no address")
    User.objects.filter(pk=user.pk).update(email=address, **values)
    return user


@pytest.fixture
def boss(user_of: Callable[..., User]) -> User:
    return operator_at(user_of, "boss@example.ca")


# Once a week -------------------------------------------------------------------------------------------------------------


def test_a_week_is_kept_and_mailed_once_however_often_the_worker_looks(boss: User) -> None:
    assert kept(FRIDAY - timedelta(seconds=1)) is None
    review = kept(FRIDAY + HOUR)
    assert review is not None
    assert (review.ends_on, review.until, review.since) == (FRIDAY.date(), FRIDAY, FRIDAY - 7 * DAY)
    assert (review.mailed_to, review.actor, review.created_at) == (1, "worker", FRIDAY + HOUR)
    assert kept(FRIDAY + HOUR) is None
    assert kept(FRIDAY + 2 * DAY) is None
    assert kept(FRIDAY + 7 * DAY) is not None
    assert [message.to for message in mail.outbox] == [["boss@example.ca"]] * 2


def test_a_missed_friday_is_made_up_for_within_two_days(boss: User) -> None:
    assert kept(FRIDAY + 2 * DAY + timedelta(seconds=1)) is None
    review = kept(FRIDAY + 2 * DAY)
    assert review is not None
    assert review.until == FRIDAY
    assert len(mail.outbox) == 1


def test_16_00_is_that_of_the_business_zone(settings: Settings) -> None:
    settings.RISK_BUSINESS_ZONE = "America/St_Johns"
    there = datetime(2026, 12, 18, 19, 30, tzinfo=UTC)
    assert kept(there - timedelta(seconds=1)) is None
    review = kept(there)
    assert review is not None
    assert (review.ends_on, review.until) == (FRIDAY.date(), there)


def test_what_is_kept_is_what_was_mailed(boss: User, settings: Settings) -> None:
    settings.BASE_URL = "https://ops.example.ca"
    review = kept(FRIDAY + HOUR)
    assert review is not None
    review.refresh_from_db()
    assert review.content == friday_review(until=FRIDAY, now=FRIDAY + HOUR)
    (message,) = mail.outbox
    assert message.subject == "Friday review, week to Dec 18, 2026"
    assert message.body.startswith("# Friday review, week to Dec 18, 2026\n\nFrom Fri, Dec 11, 2026, 4:00 p.m. until")
    assert message.body.endswith("https://ops.example.ca/admin/kpi/fridayreview/now/\n")
    ((html, kind),) = message.alternatives  # type: ignore[attr-defined]
    assert kind == "text/html"
    assert "<h1>Friday review, week to Dec 18, 2026</h1>" in html


# To whom -----------------------------------------------------------------------------------------------------------------


def test_it_goes_to_the_active_operators_with_an_address(user_of: Callable[..., User], boss: User) -> None:
    operator_at(user_of, "")
    operator_at(user_of, "gone@example.ca", is_active=False)
    User.objects.filter(pk=user_of("agent").pk).update(email="agent@example.ca")
    kept(FRIDAY)
    assert [message.to for message in mail.outbox] == [["boss@example.ca"]]


def test_without_e_mail_the_week_is_kept_and_not_mailed(boss: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    review = kept(FRIDAY)
    assert review is not None
    assert (review.mailed_to, mail.outbox) == (0, [])


def test_what_cannot_be_sent_is_not_kept_and_is_tried_again(boss: User, settings: Settings) -> None:
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Broken"
    with pytest.raises(SMTPServerDisconnected):
        kept(FRIDAY)
    assert not FridayReview.objects.exists()
    settings.EMAIL_BACKEND = working
    assert kept(FRIDAY + HOUR / 2) is not None
    assert len(mail.outbox) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_workers_at_once_mail_one_review(run_together: Callable[..., list[Any]], user_of: Callable[..., User]) -> None:
    operator_at(user_of, "boss@example.ca")
    answers = run_together(4, lambda _: kept(FRIDAY))
    assert [answer is None for answer in answers].count(True) == 3
    assert (FridayReview.objects.count(), len(mail.outbox)) == (1, 1)


# The ratio study ---------------------------------------------------------------------------------------------------------


def study_at(at: datetime) -> RatioStudy | None:
    return begin_weekly(act=Act("worker", at=at))


def test_the_study_of_the_week_begins_on_friday_noon_once() -> None:
    SaleFactory.create(sold_on=FRIDAY.date() - 35 * DAY)
    noon = FRIDAY - 4 * HOUR
    assert study_at(noon - timedelta(seconds=1)) is None
    study = study_at(noon)
    assert study is not None
    assert (study.since, study.until) == (FRIDAY.date() - 35 * DAY, FRIDAY.date())
    assert DBTaskResult.objects.filter(task_path="offers.studies.tasks.carry_out").count() == 1
    assert study_at(FRIDAY) is None
    assert study_at(noon + 2 * DAY + timedelta(seconds=1)) is None


def test_without_sales_there_is_no_study() -> None:
    SaleFactory.create(sold_on=FRIDAY.date() - 36 * DAY)
    assert study_at(FRIDAY) is None


def test_the_task_does_both() -> None:
    SaleFactory.create(sold_on=FRIDAY.date())
    with time_machine.travel(FRIDAY, tick=False):
        review_the_week.func()
    assert (FridayReview.objects.get().actor, RatioStudy.objects.get().actor) == ("friday_review", "friday_review")


def test_a_simulation_keeps_its_weeks_and_mails_nothing(boss: User) -> None:
    review = keep_review(by_mail=False, act=Act("simulation", at=FRIDAY))
    assert review is not None
    assert (review.mailed_to, mail.outbox) == (0, [])
