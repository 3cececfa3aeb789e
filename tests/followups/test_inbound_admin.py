"""The admin of inbound messages and contact attempts, and the lead's name on the pages of ladders and tasks."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from followups.leads.inbound.services import record_inbound
from followups.models import InboundMessage
from followups.services import complete_task, start_ladder
from followups.tasks.models import FollowupTask
from governance.ledger.models import ContactRecord
from tests.factories import NOON, AttemptFactory, InboundFactory, LeadFactory, TaskFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

MESSAGES = "/admin/followups/inboundmessage/"
ATTEMPTS = "/admin/followups/contactattempt/"


@pytest.fixture
def doubtful() -> InboundMessage:
    """A doubtful message of a lead with a ladder."""
    LeadFactory.create(lead_id="JANE", phone="+14165550123")
    start_ladder(lead_id="JANE", province="ON", act=Act())
    return record_inbound(lead_id="JANE", channel="SMS", text="please stop calling me", act=Act()).message


@pytest.fixture
def person(user_of: Callable[..., User]) -> Client:
    """An agent with access to the admin."""
    return signed_in(user_of("agent"))


def listed(client: Client, path: str, **query: Any) -> list[int]:
    return [row.pk for row in client.get(path, query).context["cl"].result_list]


def page_of(name: str, *args: Any) -> str:
    return reverse(f"admin:followups_{name}", args=args)


def test_the_list_begins_with_the_oldest_message_that_waits_for_a_person(admin_client: Client) -> None:
    first, second = InboundFactory.create(), InboundFactory.create()
    reply = InboundFactory.create(meaning="REPLY")
    decided = InboundFactory.create(decided_as="OPT_OUT", decided_at=NOON)
    assert listed(admin_client, MESSAGES) == [first.pk, second.pk]
    assert listed(admin_client, MESSAGES, meaning="decided") == [decided.pk]
    assert listed(admin_client, MESSAGES, meaning="opt_out") == [decided.pk]
    assert listed(admin_client, MESSAGES, meaning="reply") == [reply.pk]
    assert listed(admin_client, MESSAGES, meaning="all") == [decided.pk, reply.pk, second.pk, first.pk]


def test_opening_the_confirmation_decides_nothing(person: Client, doubtful: InboundMessage) -> None:
    page = person.get(page_of("inboundmessage_as_opt_out", doubtful.pk))
    assert "please stop calling me" in page.content.decode()
    doubtful.refresh_from_db()
    assert doubtful.decided_as == ""


@pytest.mark.parametrize(
    ("button", "decided", "still_open", "lines"), [("as_opt_out", "OPT_OUT", 0, 2), ("as_reply", "REPLY", 6, 0)]
)
def test_a_person_decides_with_a_reason(
    person: Client, doubtful: InboundMessage, button: str, decided: str, still_open: int, lines: int
) -> None:
    url = page_of(f"inboundmessage_{button}", doubtful.pk)
    assert person.post(url, {"reason": " "}).status_code == 200
    assert FollowupTask.objects.open().count() == 6

    assert person.post(url, {"reason": "read it"})["Location"] == MESSAGES

    doubtful.refresh_from_db()
    assert (doubtful.decided_as, doubtful.decided_by, doubtful.decided_reason) == (decided, "agent", "read it")
    assert FollowupTask.objects.open().count() == still_open
    assert ContactRecord.objects.filter(entry="OPT_OUT").count() == lines


def test_a_decision_made_meanwhile_is_reported_and_stands(person: Client, doubtful: InboundMessage) -> None:
    InboundMessage.objects.update(decided_as="REPLY", decided_at=NOON)
    said = person.post(page_of("inboundmessage_as_opt_out", doubtful.pk), {"reason": "read it"}).content.decode()
    assert "somebody has decided otherwise" in said
    assert not ContactRecord.objects.filter(entry="OPT_OUT").exists()


@pytest.mark.parametrize("role", ["integrator", "auditor"])
def test_only_a_user_who_may_decide_can_decide(role: str, user_of: Callable[..., User], doubtful: InboundMessage) -> None:
    url = page_of("inboundmessage_as_reply", doubtful.pk)
    assert signed_in(user_of(role)).post(url, {"reason": "read it"}).status_code == 403
    doubtful.refresh_from_db()
    assert doubtful.decided_as == ""


def test_an_operator_overrules_on_the_page_and_sees_both_decisions(
    person: Client, user_of: Callable[..., User], doubtful: InboundMessage
) -> None:
    page, button = page_of("inboundmessage_change", doubtful.pk), page_of("inboundmessage_as_opt_out", doubtful.pk)
    person.post(page_of("inboundmessage_as_reply", doubtful.pk), {"reason": "a reply, I think"})
    operator = signed_in(user_of("operator"))
    shown = operator.get(page).content.decode()
    assert ("as-opt-out" in shown, "as-reply" in shown, "as-resume" in shown) == (True, False, False)

    assert operator.post(button, {"reason": "they said stop"})["Location"] == MESSAGES

    shown = operator.get(page).content.decode()
    assert "as-opt-out" not in shown
    assert "a reply, I think" in shown
    assert "they said stop" in shown
    doubtful.refresh_from_db()
    assert (doubtful.decided_as, doubtful.decided_by) == ("OPT_OUT", "operator")


def test_a_decided_message_has_no_buttons(person: Client, doubtful: InboundMessage) -> None:
    page = page_of("inboundmessage_change", doubtful.pk)
    assert "as-opt-out" in person.get(page).content.decode()
    InboundMessage.objects.update(decided_as="REPLY", decided_at=NOON)
    assert "as-opt-out" not in person.get(page).content.decode()


def test_attempts_give_the_reasons_and_a_task_shows_its_own_attempt(admin_client: Client) -> None:
    task = TaskFactory.create(channel="CALL")
    complete_task(task.pk, "va1", now=NOON - timedelta(hours=10))
    within = AttemptFactory.create()

    assert "It is outside the hours in which the law allows calls there." in admin_client.get(ATTEMPTS).content.decode()
    assert listed(admin_client, ATTEMPTS, allowed__exact=1) == [within.pk]
    assert "Tue, Dec 15, 2026, 3:00 a.m." in admin_client.get(page_of("followuptask_change", task.pk)).content.decode()


@pytest.mark.parametrize("model", ["followupladder", "followuptask"])
def test_the_pages_name_the_lead_if_it_is_known(admin_client: Client, model: str) -> None:
    LeadFactory.create(lead_id="JANE", first_name="Jane", last_name="Roe")
    for lead_id in ("JANE", "NOBODY", None):
        start_ladder(lead_id=lead_id, province="ON", act=Act())

    page = admin_client.get(page_of(f"{model}_changelist")).content.decode()

    assert "Jane Roe (JANE)" in page
    assert "NOBODY" in page
    assert "no lead" in page
