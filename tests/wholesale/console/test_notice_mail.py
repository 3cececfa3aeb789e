"""The e-mails with notices: one for all that waits, in the user's language and zone, without a word about a lead."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from tests.factories import NOON, NoticeFactory
from wholesale.console.notices import tasks
from wholesale.console.notices.mail import MailNotSent, due, send_due
from wholesale.console.notices.models import Notice
from wholesale.console.preferences.services import choose_settings
from wholesale.plumbing.act import Act
from wholesale.plumbing.work.queues import Queue
from wholesale.plumbing.work.worker import work_off

pytestmark = pytest.mark.django_db

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)


class Broken:
    """A server that cannot be reached."""

    def __init__(self, **options: Any) -> None: ...

    def send_messages(self, messages: Any) -> None:
        """Fail."""
        raise OSError("down")


BROKEN = "tests.wholesale.console.test_notice_mail.Broken"


@pytest.fixture
def op(user_of: Callable[..., User]) -> User:
    user = user_of("operator", username="op")
    user.email, user.is_staff = "op@example.ca", True
    user.save()
    return user


def waits(user: User, kind: str = "SLA", **given: Any) -> Notice:
    notice: Notice = NoticeFactory.create(user=user, kind=kind, mail="WAITING", **given)
    return notice


def states() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("mail", flat=True))


def test_all_that_waits_is_one_e_mail_in_the_language_and_by_the_clock_of_the_user(op: User, settings: Any) -> None:
    settings.BASE_URL = "https://ops.example.ca"
    choose_settings(user=op, language="fr", zone="America/Vancouver", act=Act("me"))
    waits(op, count=40)
    waits(op, "TRIPWIRE", about="WHOLESALE offer_accept_rate")
    NoticeFactory.create(user=op, kind="REPLY")

    assert (send_due(NOON), send_due(NOON), send_due(NOON + QUARTER)) == (1, 0, 0)

    (message,) = mail.outbox
    assert message.to == ["op@example.ca"]
    assert "40 tâches ont manqué le SLA." in message.body
    assert "11 h 00\xa0: " in message.body  # 13:00 in Toronto
    assert "https://ops.example.ca/admin/followups/followuptask/?state=breached" in message.body
    assert "https://ops.example.ca/admin/notices/" in message.body
    assert (message.body.count("offre acceptée"), states()) == (1, ["SENT", "SENT", "NONE"])


def test_one_notice_is_named_in_the_subject(op: User) -> None:
    waits(op, "KILL_SWITCH", about="engaged")
    send_due(NOON)
    assert mail.outbox[0].subject == "Wholesale: The kill switch was engaged: nothing acts."


def test_the_next_e_mail_comes_after_fifteen_minutes_but_the_kill_switch_does_not_wait(op: User) -> None:
    waits(op)
    send_due(NOON)
    waits(op, "REPLY")
    assert due(NOON + 14 * MINUTE) == []
    assert due(NOON + QUARTER) == [op.pk]
    waits(op, "KILL_SWITCH", about="engaged")
    assert (send_due(NOON + MINUTE), states()) == (1, ["SENT"] * 3)
    assert "1 reply waits in the inbox." in mail.outbox[1].body


def test_what_was_read_meanwhile_is_not_sent_and_what_goes_by_e_mail_alone_is_read_by_it(op: User) -> None:
    waits(op, read_at=NOON)
    assert due(NOON) == []
    alone = waits(op, "REPLY", in_app=False)
    send_due(NOON)
    alone.refresh_from_db()
    assert (alone.read_at, len(mail.outbox)) == (NOON, 1)


def test_without_an_address_or_a_server_nothing_waits_for_ever(op: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    waits(op)
    assert (send_due(NOON), states()) == (0, ["NONE"])


def test_a_failure_of_the_mail_server_is_seen_and_tried_again(op: User, settings: Any) -> None:
    settings.EMAIL_BACKEND, working = BROKEN, settings.EMAIL_BACKEND
    waits(op, "KILL_SWITCH", about="engaged")
    with pytest.raises(MailNotSent):
        send_due(NOON)
    assert (states(), due(NOON + 14 * MINUTE)) == (["FAILED"], [])
    settings.EMAIL_BACKEND = working
    assert (send_due(NOON + QUARTER), states(), len(mail.outbox)) == (1, ["SENT"], 1)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_worker_sends_and_its_list_of_tasks_shows_what_failed(op: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = BROKEN
    waits(op)
    tasks.write_notices.enqueue()
    work_off([Queue.PERIODIC])
    assert dict(DBTaskResult.objects.values_list("task_path", "status")) == {
        "wholesale.console.notices.tasks.write_notices": TaskResultStatus.SUCCESSFUL,
        "wholesale.console.notices.tasks.send_mails": TaskResultStatus.FAILED,
    }
    assert states()[0] == "FAILED"
