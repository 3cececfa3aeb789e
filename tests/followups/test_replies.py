"""Administrative replies to HELP and STOP: channel, language, and the reasons against sending one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from rest_framework.test import APIClient

from followups.leads.errors import ReplyErased
from followups.leads.inbound.decisions import decide_inbound
from followups.leads.inbound.services import record_inbound
from followups.leads.people.services import erase_person, export_person
from followups.leads.replies.services import mark_reply_sent
from followups.models import AdministrativeReply, InboundMessage, Lead
from followups.services import start_ladder
from governance import gate
from governance.golive.models import GoLiveState
from governance.organisation.models import Organisation
from tests.conftest import codes
from tests.factories import NOON, LeadFactory, PoolAgentFactory
from tests.query_counts import queries
from tests.staff import signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.showing import shown_phone

pytestmark = pytest.mark.django_db

REPLIES = "/api/followups/replies"
INBOUND = "/api/followups/inbound"
PHONE, MAIL = "+14165550123", "jane@example.ca"


@pytest.fixture(autouse=True)
def maple() -> None:
    """Our organisation."""
    Organisation.objects.update(name="Maple", mailing_address="1 King St, Toronto", contact="416-555-0100")


@pytest.fixture
def jane() -> Lead:
    """A lead with a number and an address."""
    lead: Lead = LeadFactory.create(lead_id="JANE", phone=PHONE, email=MAIL, language="en")
    return lead


def write(text: str, **given: Any) -> InboundMessage:
    return record_inbound(**{"channel": "SMS", "text": text, "lead_id": "JANE", "act": Act(at=NOON), **given}).message


def replies() -> list[tuple[str, str, str | None, str]]:
    rows = AdministrativeReply.objects.order_by("id")
    return list(rows.values_list("kind", "channel", "point__value", "language"))


@pytest.mark.parametrize(
    ("text", "language"),
    [("HELP", "en"), ("help please", "en"), ("AIDE", "fr"), ("aide svp", "fr"), ("Info", "en"), ("INFO?", "en")],
)
def test_a_request_for_help_is_answered_in_its_language(jane: Lead, text: str, language: str) -> None:
    message = write(text)

    assert message.meaning == "HELP"
    reply = AdministrativeReply.objects.get()
    assert replies() == [("HELP", "SMS", PHONE, language)]
    assert (reply.message, reply.lead_id, reply.due_at, reply.sent_at) == (message, "JANE", NOON, None)
    assert "Maple" in reply.text
    assert "416-555-0100" in reply.text
    assert ("STOP" if language == "en" else "ARRET") in reply.text
    assert not gate.is_opted_out_at([("PHONE", PHONE)], "SMS", NOON)


@pytest.mark.parametrize(
    ("lead_language", "text", "language"),
    [
        ("fr", "INFO", "fr"),
        ("fr", "HELP", "en"),
        ("en", "AIDE", "fr"),
        ("fr", "STOP", "fr"),
        ("en", "ARRET", "fr"),
        ("en", "STOP", "en"),
    ],
)
def test_a_word_of_both_languages_is_answered_in_the_leads_language(
    jane: Lead, lead_language: str, text: str, language: str
) -> None:
    Lead.objects.update(language=lead_language)
    write(text)
    assert [reply[3] for reply in replies()] == [language]


def test_info_from_an_unknown_number_is_answered_in_both_languages() -> None:
    write("INFO", lead_id=None, phone=PHONE)
    reply = AdministrativeReply.objects.get()
    assert (reply.language, reply.lead_id) == ("any", None)
    assert "STOP" in reply.text
    assert "ARRET" in reply.text


@pytest.mark.parametrize(
    "text", ["HELP me sell my house", "I need help", "Info about the offer?", "aide-moi à vendre", "Hello"]
)
def test_a_help_word_among_other_words_is_a_reply(jane: Lead, text: str) -> None:
    assert write(text).meaning == "REPLY"
    assert replies() == []


@pytest.mark.parametrize("text", ["HELP\nstop texting me", "HELP STOP", "INFO. Leave me alone"])
def test_a_help_word_beside_a_wish_goes_to_a_person(jane: Lead, text: str) -> None:
    assert write(text).meaning == "DOUBTFUL"
    assert replies() == []


def test_an_opt_out_is_confirmed_once_and_without_content(jane: Lead) -> None:
    write("STOP")
    write("STOP", act=Act(at=NOON + timedelta(minutes=1)))
    write("Unsubscribe", channel="EMAIL", act=Act(at=NOON + timedelta(minutes=2)))
    assert replies() == [("OPT_OUT", "SMS", PHONE, "en")]
    text = AdministrativeReply.objects.get().text
    assert text == "Maple: you are unsubscribed and will get no more messages from us."


def test_an_opt_out_after_a_lift_is_confirmed_again(jane: Lead) -> None:
    write("STOP")
    mark_reply_sent(AdministrativeReply.objects.get().pk, act=Act(at=NOON))
    gate.lift_opt_out(
        points=[("PHONE", PHONE), ("LEAD", "JANE")], channel="SMS", evidence="x", act=Act("me", reason="asked")
    )
    write("ARRET", act=Act())
    assert [reply[0] for reply in replies()] == ["OPT_OUT", "OPT_OUT"]


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"channel": "EMAIL"}, ("EMAIL", MAIL)),
        ({"channel": "SMS", "phone": "+14165550199"}, ("SMS", "+14165550199")),
        ({"channel": "CALL"}, None),  # a call is not answered in writing
        ({"channel": "", "lead_id": None, "phone": PHONE}, ("SMS", PHONE)),
        ({"channel": "", "lead_id": None, "email": MAIL}, ("EMAIL", MAIL)),
        ({"channel": ""}, None),  # the channel of the answer is unknown
        ({"lead_id": "NOBODY"}, None),  # the point to answer is unknown
    ],
)
@pytest.mark.parametrize("text", ["HELP", "STOP"])
def test_the_answer_goes_to_where_the_message_came_from(
    jane: Lead, text: str, given: Any, where: tuple[str, str] | None
) -> None:
    write(text, **given)
    assert [reply[1:3] for reply in replies()] == ([where] if where else [])


def test_a_second_request_before_the_answer_was_sent_gets_no_second_answer(jane: Lead) -> None:
    write("HELP")
    write("HELP")
    assert len(replies()) == 1
    mark_reply_sent(AdministrativeReply.objects.get().pk, act=Act())
    write("HELP")
    assert len(replies()) == 2


def test_an_opt_out_decided_by_a_person_is_not_confirmed(jane: Lead) -> None:
    message = write("please stop texting me")
    decide_inbound(message.pk, "OPT_OUT", act=Act(reason="clear enough"))
    assert replies() == []


def test_an_operator_may_take_help_as_an_opt_out(operator: APIClient, jane: Lead) -> None:
    message = write("HELP")
    response = operator.post(f"{INBOUND}/{message.pk}/decide", {"meaning": "OPT_OUT", "reason": "they wrote it angrily"})
    assert (response.status_code, response.json()["meaning"]) == (200, "OPT_OUT")


def test_without_an_organisation_the_text_leaves_it_out(jane: Lead) -> None:
    Organisation.objects.update(name="", contact="")
    write("HELP")
    assert AdministrativeReply.objects.get().text.startswith("Messages about an offer")


# What a bare STOP closes ------------------------------------------------------------------------------------------------


def is_closed(point: tuple[str, str], channel: str) -> bool:
    return gate.is_opted_out_at([point], channel, NOON + timedelta(seconds=1))


@pytest.mark.parametrize(("channel", "text"), [("SMS", "STOP"), ("EMAIL", "unsubscribe"), ("SMS", "ARRÊT")])
def test_a_bare_stop_closes_texts_and_e_mail_but_not_calls(jane: Lead, channel: str, text: str) -> None:
    start_ladder(lead_id="JANE", province="ON", act=Act(at=NOON))
    recorded = record_inbound(channel=channel, text=text, lead_id="JANE", act=Act(at=NOON))
    assert recorded.opted_out_channels == ("SMS", "EMAIL")
    assert is_closed(("PHONE", PHONE), "SMS")
    assert is_closed(("EMAIL", MAIL), "EMAIL")
    assert not is_closed(("PHONE", PHONE), "CALL")


def test_with_the_setting_off_a_stop_closes_only_its_own_channel(jane: Lead, settings: Any) -> None:
    settings.STOP_CLOSES_EVERY_MESSAGE = False
    assert record_inbound(channel="SMS", text="STOP", lead_id="JANE", act=Act(at=NOON)).opted_out_channels == ("SMS",)
    assert not is_closed(("EMAIL", MAIL), "EMAIL")


def test_a_stop_in_a_call_closes_calls() -> None:
    LeadFactory.create(lead_id="JANE", phone=PHONE, email=MAIL)
    assert record_inbound(channel="CALL", text="STOP", lead_id="JANE", act=Act(at=NOON)).opted_out_channels == ("CALL",)


def test_a_stop_closes_the_known_points_if_the_lead_lacks_one() -> None:
    LeadFactory.create(lead_id="JANE", phone=PHONE, email="")
    assert record_inbound(channel="SMS", text="STOP", phone=PHONE, act=Act(at=NOON)).opted_out_channels == ("SMS",)


# The list, and sending --------------------------------------------------------------------------------------------------


def test_the_api_shows_a_reply(auditor: APIClient, jane: Lead) -> None:
    message = write("AIDE", act=Act(correlation_id="C-1", at=NOON))
    (row,) = auditor.get(REPLIES).json()["results"]
    reply = AdministrativeReply.objects.get()
    assert row == auditor.get(f"{REPLIES}/{reply.pk}").json()
    assert row["against"] is not None
    assert {name: row[name] for name in row if name not in ("against", "text")} == {
        "id": reply.pk,
        "kind": "HELP",
        "lead_id": "JANE",
        "message_id": message.pk,
        "to": PHONE,
        "channel": "SMS",
        "language": "fr",
        "due_at": "2026-12-15T18:00:00Z",
        "sent_at": None,
        "sent_by": "",
        "created_at": "2026-12-15T18:00:00Z",
        "correlation_id": "C-1",
    }


def against(client: APIClient) -> list[str]:
    (row,) = client.get(REPLIES).json()["results"]
    found: list[str] = row["against"]
    return found


def test_everything_but_an_opt_out_stands_against_an_administrative_reply(
    operator: APIClient, jane: Lead, time_machine: Any
) -> None:
    time_machine.move_to(NOON, tick=False)
    write("STOP")
    assert against(operator) == []
    Lead.objects.update(status="CLOSED")
    assert against(operator) == ["lead_closed"]
    time_machine.move_to(NOON.replace(hour=9), tick=False)  # four in the morning
    assert against(operator) == ["lead_closed", "outside_contact_window"]


@pytest.mark.parametrize("lead_id", ["JANE", None])
def test_the_kill_switch_stands_against_an_administrative_reply(
    operator: APIClient, jane: Lead, kill_switch: GoLiveState, lead_id: Any
) -> None:
    write("HELP", lead_id=lead_id, phone="+14165550199")
    assert "KILL_SWITCH_ENGAGED" in against(operator)


def test_a_reply_to_an_unknown_number_is_not_checked_by_place(operator: APIClient, time_machine: Any) -> None:
    time_machine.move_to(NOON.replace(hour=9), tick=False)
    write("STOP", lead_id=None, phone=PHONE)
    assert against(operator) == []


def test_a_reply_is_marked_sent_once_with_what_stood_against_it(integrator: APIClient, jane: Lead, kill_switch: Any) -> None:
    write("HELP")
    reply = AdministrativeReply.objects.get()
    first = integrator.post(f"{REPLIES}/{reply.pk}/sent").json()
    again = integrator.post(f"{REPLIES}/{reply.pk}/sent").json()
    assert first == again
    assert (first["sent_by"], "KILL_SWITCH_ENGAGED" in first["against"]) == ("integrator", True)
    reply.refresh_from_db()
    assert (reply.sent_user.username, reply.sent_against) == ("integrator", first["against"])  # type: ignore[union-attr]
    assert integrator.get(REPLIES, {"sent": "false"}).json()["results"] == []
    assert len(integrator.get(REPLIES, {"sent": "true", "kind": "HELP", "lead_id": "JANE"}).json()["results"]) == 1


def test_each_role_reads_and_sends_replies_as_permitted(
    client_of: Callable[..., APIClient], auditor: APIClient, jane: Lead
) -> None:
    write("HELP")
    reply = AdministrativeReply.objects.get()
    path = f"{REPLIES}/{reply.pk}/sent"
    assert APIClient().get(REPLIES).status_code == 401
    assert auditor.post(path).status_code == 403
    agent = client_of("agent")
    assert agent.get(REPLIES).json()["results"] == []
    assert (agent.post(path).status_code, agent.get(f"{REPLIES}/{reply.pk}").status_code) == (404, 404)
    PoolAgentFactory.create(agent="agent", market="ALL")
    assert len(agent.get(REPLIES).json()["results"]) == 1
    assert agent.post(path).status_code == 200
    assert codes(agent.post(f"{REPLIES}/999999/sent")) == ["not_found"]


def test_the_number_of_queries_does_not_grow_with_the_list(
    operator: APIClient, jane: Lead, django_assert_max_num_queries: Any
) -> None:
    for n in range(12):
        write("HELP", lead_id=None, phone=f"+1416555{n:04}")
    write("HELP")
    with django_assert_max_num_queries(queries("GET followups/replies, at most")):
        assert len(operator.get(REPLIES).json()["results"]) == 13


# A person who is erased -------------------------------------------------------------------------------------------------


def test_an_export_has_the_replies_and_an_erasure_withdraws_the_unsent_ones(jane: Lead) -> None:
    write("HELP")
    sent = AdministrativeReply.objects.get()
    mark_reply_sent(sent.pk, act=Act())
    write("AIDE")
    assert [row["kind"] for row in export_person("JANE")["replies"]] == ["HELP", "HELP"]
    erase_person("JANE", act=Act(reason="asked to"))
    assert list(AdministrativeReply.objects.all()) == [sent]
    assert replies() == [("HELP", "SMS", None, "en")]


def test_a_reply_to_an_erased_number_is_refused_with_that_reason(operator: APIClient) -> None:
    message = write("HELP", lead_id=None, phone=PHONE)
    message.subjects.update(value=None)
    assert against(operator) == ["erased"]
    reply = AdministrativeReply.objects.get()
    assert codes(operator.post(f"{REPLIES}/{reply.pk}/sent")) == ["reply_erased"]
    with pytest.raises(ReplyErased):
        mark_reply_sent(reply.pk, act=Act())


def test_the_database_refuses_a_reply_by_call(jane: Lead) -> None:
    write("HELP")
    with pytest.raises(IntegrityError), transaction.atomic():
        AdministrativeReply.objects.update(channel="CALL")


def test_the_admin_marks_a_reply_as_sent(user_of: Any, jane: Lead) -> None:
    write("HELP")
    reply = AdministrativeReply.objects.get()
    page = "/admin/followups/administrativereply/"
    operator: Client = signed_in(user_of("operator"))
    assert shown_phone(PHONE) in operator.get(page).content.decode()
    assert "Maple" in operator.get(f"{page}{reply.pk}/change/").content.decode()
    asked = operator.get(f"{page}{reply.pk}/sent/")
    assert asked.status_code == 200
    reply.refresh_from_db()
    assert reply.sent_at is None
    operator.post(f"{page}{reply.pk}/sent/")
    reply.refresh_from_db()
    assert reply.sent_by == "operator"
    assert "It was sent" not in operator.get(f"{page}{reply.pk}/change/").content.decode().split("<main")[-1]
