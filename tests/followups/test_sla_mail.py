"""The e-mail about breaches: a summary to the operators, at least once, not too often, without private data."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django_tasks_db.models import DBTaskResult

from followups.models import SlaNotice
from followups.sla.breaches import find_breaches
from followups.sla.mail import recipients, send
from governance.runbook.services import status
from tests.factories import NOON, LeadFactory, TaskFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
LATE = NOON + timedelta(minutes=121)


@pytest.fixture
def boss(user_of: Callable[..., User]) -> User:
    user = user_of("operator", username="boss")
    user.email = "boss@example.ca"
    user.save()
    return user


def enqueued() -> int:
    return DBTaskResult.objects.filter(task_path="followups.sla.mail.send_digest").count()


def breach(now: Any = LATE, **values: Any) -> None:
    TaskFactory.create(**values)
    assert find_breaches(act=Act(at=now)) == 1


def states() -> list[str]:
    return list(SlaNotice.objects.order_by("pk").values_list("mail", flat=True))


def test_one_look_sends_one_summary_with_links_to_the_tasks(boss: User, settings: Any) -> None:
    settings.BASE_URL = "https://ops.example.ca"
    tasks = [TaskFactory.create(owner=owner) for owner in ("va1", "va1", None)]
    find_breaches(act=Act(at=LATE))

    assert (enqueued(), send(LATE)) == (1, 1)

    (message,) = mail.outbox
    assert (message.to, message.subject) == (["boss@example.ca"], "3 tasks breached the SLA")
    assert "  Ontario, va1: 2\n  Ontario, nobody: 1\n" in message.body
    assert f"https://ops.example.ca/admin/followups/followuptask/{tasks[0].pk}/change/" in message.body
    assert "https://ops.example.ca/admin/followups/followuptask/?state=breached" in message.body
    notice = SlaNotice.objects.get()
    assert (notice.mail, notice.mailed_at, notice.mailed_to) == ("SENT", LATE, 1)


def test_the_e_mail_gives_times_on_the_leads_clock_and_no_contact_details(boss: User) -> None:
    lead = LeadFactory.create(province="BC", market="ALL", postal_code="", address="12 Elm St", email="jane@example.ca")
    breach(ladder__lead_id=lead.lead_id, ladder__province="BC", ladder__market="ALL", owner="va1")
    send(LATE)

    body = mail.outbox[0].body
    assert "step 1, text message, British Columbia, va1; due Tue 15 Dec, 11:00, late by 2 hours, 1 minute" in body
    assert not [word for word in (lead.phone, lead.phone[-4:], "Roe", "Elm", "jane@") if word in body]


def test_a_long_list_is_cut_short(boss: User) -> None:
    for n in range(12):
        TaskFactory.create(owner=f"va{n:02}")
    find_breaches(act=Act(at=LATE))
    send(LATE)

    body = mail.outbox[0].body
    assert body.count("  Task ") == 10
    assert "  and 2 more\n" in body


def test_breaches_in_quick_succession_share_one_e_mail(boss: User) -> None:
    breach()
    send(LATE)
    breach(LATE + MINUTE)
    breach(LATE + 2 * MINUTE)

    assert (enqueued(), send(LATE + 3 * MINUTE), states()) == (1, 0, ["SENT", "WAITING", "WAITING"])
    find_breaches(act=Act(at=LATE + 15 * MINUTE))
    assert (enqueued(), send(LATE + 15 * MINUTE)) == (2, 1)
    assert [message.subject for message in mail.outbox] == ["1 task breached the SLA", "2 tasks breached the SLA"]


def test_a_failed_e_mail_is_sent_at_the_next_look(boss: User, settings: Any) -> None:
    settings.EMAIL_BACKEND, working = "tests.followups.test_sla_mail.Broken", settings.EMAIL_BACKEND
    breach()
    with pytest.raises(OSError, match="down"):
        send(LATE)
    assert states() == ["WAITING"]
    settings.EMAIL_BACKEND = working

    find_breaches(act=Act(at=LATE + MINUTE))

    assert (enqueued(), send(LATE + MINUTE), states()) == (2, 1, ["SENT"])


class Broken:
    """A server that cannot be reached."""

    def __init__(self, **options: Any) -> None: ...

    def send_messages(self, messages: Any) -> None:
        """Fail."""
        raise OSError("down")


def test_sending_twice_sends_one_e_mail(boss: User) -> None:
    breach()

    assert [send(LATE), send(LATE), send(LATE + 20 * MINUTE)] == [1, 0, 0]
    assert len(mail.outbox) == 1


def test_a_simulation_sends_no_e_mail(boss: User) -> None:
    TaskFactory.create()
    find_breaches(by_mail=False, act=Act(at=LATE))

    assert (enqueued(), states(), send(LATE)) == (0, ["NONE"], 0)
    assert not mail.outbox


def test_only_active_operators_with_an_address_get_the_e_mail(boss: User, user_of: Callable[..., User]) -> None:
    for role, username, active in (("agent", "va1", True), ("operator", "left", False), ("operator", "mute", True)):
        user = user_of(role, username=username)
        user.is_active = active
        user.email = "" if username == "mute" else f"{username}@example.ca"
        user.save()

    assert recipients() == ["boss@example.ca"]


@pytest.mark.parametrize("why", ["nobody has an address", "no server"])
def test_without_a_recipient_the_notice_stays_and_the_runbook_says_so(why: str, boss: User, settings: Any) -> None:
    if why == "no server":
        settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    else:
        boss.groups.clear()
    breach()

    assert (send(LATE), states()) == (0, ["NONE"])
    assert [item["ok"] for item in status()["warnings"] if item["id"] == "followups.sla_mail"] == [False]


def test_the_runbook_counts_the_recipients(boss: User) -> None:
    assert [item["message"] for item in status()["info"] if item["id"] == "followups.sla_mail"] == [
        "1 operator is written to."
    ]
