"""The pages of a lead, a buyer, a deal and a request: what they show, what may be done, and to whom they open."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from buyers.liquidity.models import BuyerFeedbackEvent
from followups.leads.events.models import LeadEvent
from followups.leads.models import Lead
from followups.models import FollowupLadder
from governance.gate.ledger import ContactRecord, Entry
from governance.market.rules import SAFE_RULES
from tests.factories import (
    NOON,
    BuyBoxFactory,
    BuyBoxPlaceFactory,
    BuyerFactory,
    DealSentFactory,
    FeedbackFactory,
    KpiFactory,
    LeadFactory,
    MarketPolicyFactory,
    OfferEventFactory,
    TaskEventFactory,
    TaskFactory,
)
from tests.query_counts import counted, queries
from tests.staff import signed_in
from wholesale.plumbing.models import UserSettings

pytestmark = pytest.mark.django_db
LEADS, BUYERS, OFFERS = "/admin/followups/lead/", "/admin/buyers/buyer/", "/admin/offers/offer/"
TRACE = "/admin/kpi/kpievent/trace/"
ALWAYS = {"contact_windows_local": [{"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "23:59"}]}
PHONE = "+14165550123"


def _lead(owner: str = "agent", **columns: Any) -> Lead:
    """A lead of a market where contact is permitted at any hour, with an open ladder."""
    MarketPolicyFactory.create(province="ON", market="ALWAYS", rules=SAFE_RULES | ALWAYS)
    place = {"province": "ON", "market": "ALWAYS"}
    named = {"first_name": "Ann", "last_name": "Roy", "phone": PHONE, "email": "ann@example.ca"}
    lead: Lead = LeadFactory.create(lead_id="L1", **{**place, **named, "status": "NEW", **columns})
    ladder = {
        f"ladder__{name}": value for name, value in {**place, "lead_id": "L1", "owner": owner, "open_steps": 1}.items()
    }
    TaskFactory.create(**ladder, due_at=timezone.now() + timedelta(days=1), channel="SMS")
    return lead


def _page(lead: Any) -> str:
    return f"{LEADS}{lead.pk}/change/"


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def operator_page(user_of: Callable[..., User]) -> Client:
    """A browser in which an operator is signed in."""
    return signed_in(user_of("operator"))


@pytest.fixture
def agent_page(user_of: Callable[..., User]) -> Client:
    """A browser in which the agent is signed in."""
    return signed_in(user_of("agent"))


def test_a_leads_page_shows_whether_when_and_how_it_may_be_contacted(agent_page: Client) -> None:
    lead = _lead()
    page = _text(agent_page, _page(lead))
    assert f'href="sms:{PHONE}"' in page
    assert 'href="mailto:ann@example.ca"' in page
    assert "Their time" in page
    assert "America/Toronto" in page
    assert "<strong>Wants no more contact." not in page
    Lead.objects.filter(pk=lead.pk).update(phone_is_wrong=True)
    page = _text(agent_page, _page(lead))
    assert "sms:" not in page
    assert "tel:" not in page


def test_a_page_asks_the_gate_and_writes_nothing(agent_page: Client) -> None:
    lead = _lead()
    before = ContactRecord.objects.count(), KpiFactory._meta.model.objects.count()
    with CaptureQueriesContext(connection) as captured:
        agent_page.get(_page(lead))
    assert not [query["sql"] for query in captured if query["sql"].lstrip().startswith(("INSERT", "DELETE"))]
    assert before == (ContactRecord.objects.count(), KpiFactory._meta.model.objects.count())


def test_after_an_opt_out_the_page_is_red_and_has_no_number(agent_page: Client) -> None:
    lead = _lead()
    asked = _text(agent_page, f"{LEADS}{lead.pk}/opt-out/")
    assert "by any channel" in asked
    assert not ContactRecord.objects.filter(entry=Entry.OPT_OUT).exists()
    answer = agent_page.post(f"{LEADS}{lead.pk}/opt-out/", {"reason": "leave me alone"})
    assert (answer.status_code, answer["Location"]) == (302, _page(lead))
    page = _text(agent_page, _page(lead))
    assert "<strong>Wants no more contact." in page
    for gone in ("tel:", "sms:", "mailto:", PHONE[1:], "ann@example.ca"):
        assert gone not in page.split('id="feed"')[0]
    assert FollowupLadder.objects.get().closed_at is not None
    assert "leave me alone" in page
    assert "Opt-out: every channel" in page


def test_an_agent_opens_only_the_pages_of_its_own_leads(agent_page: Client) -> None:
    _lead()
    other = LeadFactory.create(lead_id="L2", first_name="Secret")
    TaskFactory.create(ladder__lead_id="L2", ladder__owner="va9", due_at=timezone.now() + timedelta(days=1))
    for path in ("change", "edit", "note", "opt-out", "appointment"):
        answer = agent_page.get(f"{LEADS}{other.pk}/{path}/")
        assert answer.status_code == 302, path
        assert b"Secret" not in answer.content
    assert agent_page.post(f"{LEADS}{other.pk}/note/", {"text": "mine"}).status_code == 302
    assert not LeadEvent.objects.exists()
    assert agent_page.get(f"{LEADS}no-id/change/").status_code == 302


def test_an_agent_may_note_and_not_steer(agent_page: Client) -> None:
    lead = _lead()
    page = _text(agent_page, _page(lead))
    for may, path in ((True, "note"), (True, "appointment"), (True, "opt-out"), (False, "stop-ladder"), (False, "restart")):
        assert (f"{LEADS}{lead.pk}/{path}/" in page) is may, path
    assert agent_page.get(f"{LEADS}{lead.pk}/stop-ladder/").status_code == 403
    agent_page.post(f"{LEADS}{lead.pk}/note/", {"text": "Prefers evenings"})
    assert "Prefers evenings" in _text(agent_page, _page(lead))


def test_an_operator_steers_the_ladder_from_the_page(operator_page: Client) -> None:
    lead = _lead()
    page = f"{LEADS}{lead.pk}/"
    assert "start/" not in _text(operator_page, _page(lead)).replace("restart/", "")
    operator_page.post(f"{page}give-ladder/", {"owner": "va2", "reason": "vacation"})
    assert FollowupLadder.objects.get().owner == "va2"
    operator_page.post(f"{page}stop-ladder/", {"reason": ""})
    assert FollowupLadder.objects.get().closed_at is None  # a reason is asked for
    operator_page.post(f"{page}stop-ladder/", {"reason": "sold"})
    assert FollowupLadder.objects.get().closed_at is not None
    shown = _text(operator_page, _page(lead))
    assert f"{page}start/" in shown
    assert f"{page}stop-ladder/" not in shown
    operator_page.post(f"{page}restart/", {"reason": "asked again"})
    assert FollowupLadder.objects.filter(closed_at__isnull=True).count() == 1
    refused = operator_page.post(f"{page}start/", {"owner": ""})
    assert refused.status_code == 302  # an open ladder is kept
    assert FollowupLadder.objects.count() == 2


def test_acts_on_a_lead_without_a_ladder_are_refused_on_the_page(operator_page: Client) -> None:
    lead = LeadFactory.create(lead_id="L9", province="ON")
    answer = operator_page.post(f"{LEADS}{lead.pk}/restart/", {"reason": "why not"})
    assert answer.status_code == 200
    assert b"There is no" in answer.content


def test_an_appointment_is_kept_and_ends_the_hunt(operator_page: Client) -> None:
    lead = _lead()
    given = {"meets_at_0": "2027-01-05", "meets_at_1": "10:00:00", "text": "at the house"}
    operator_page.post(f"{LEADS}{lead.pk}/appointment/", given)
    event = LeadEvent.objects.get(kind="APPOINTMENT")
    assert (event.text, event.actor, event.meets_at is not None) == ("at the house", "operator", True)
    lead.refresh_from_db()
    assert lead.status == "APPOINTMENT"
    assert FollowupLadder.objects.get().closed_at is not None


def test_the_form_of_a_lead_is_reached_from_its_page(operator_page: Client) -> None:
    lead = _lead()
    assert f"{LEADS}{lead.pk}/edit-lead/" in _text(operator_page, _page(lead))
    assert operator_page.get(f"{LEADS}{lead.pk}/edit-lead/")["Location"] == f"{LEADS}{lead.pk}/edit/"
    assert 'name="first_name"' in _text(operator_page, f"{LEADS}{lead.pk}/edit/")
    assert 'name="first_name"' not in _text(operator_page, _page(lead))


def test_htmx_brings_the_feed_alone_and_then_its_older_lines(operator_page: Client) -> None:
    lead = _lead()
    task = TaskFactory.create(ladder__lead_id="L1", ladder__closed_at=NOON, ladder__open_steps=0)
    for n in range(60):
        TaskEventFactory.create(task=task, kind="SNOOZED", reason=f"snooze {n:02}", created_at=NOON + timedelta(minutes=n))
    headers = {"HX-Request": "true"}
    feed = operator_page.get(_page(lead), {"kind": "LADDER"}, headers=headers)
    assert feed.content.decode().lstrip().startswith("<section")
    older = feed.context["feed"].older
    lines = operator_page.get(older, headers=headers).content.decode()
    assert lines.lstrip().startswith("<li")
    assert "snooze 00" in lines
    assert "snooze 59" in feed.content.decode()
    assert operator_page.get(_page(lead), {"kind": "?", "before": "?~?"}).status_code == 200


def test_a_line_names_the_leads_own_time_only_where_it_differs_from_the_users(operator_page: Client) -> None:
    lead = _lead()
    operator_page.post(f"{LEADS}{lead.pk}/note/", {"text": "she called"})
    assert "(there " in _text(operator_page, _page(lead))  # the tests' zone is UTC, and the lead is in Ontario
    UserSettings.objects.create(user=User.objects.get(), zone="America/Toronto")
    assert "(there " not in _text(operator_page, _page(lead))


def test_a_leads_page_takes_a_fixed_number_of_queries(agent_page: Client) -> None:
    lead = _lead()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as captured:
            agent_page.get(_page(lead))
        counts.append(counted(captured))
        for _ in range(10):
            task = TaskFactory.create(ladder__lead_id="L1", ladder__closed_at=NOON, ladder__open_steps=0, owner="agent")
            TaskEventFactory.create(task=task, kind="SNOOZED")
    assert counts[0] == counts[1] <= queries("a lead's page, at most")


def test_a_buyers_page_shows_boxes_answers_and_whether_it_may_be_contacted(operator_page: Client) -> None:
    buyer = BuyerFactory.create(buyer_id="B1", name="Bo Li", phone=PHONE)
    BuyBoxPlaceFactory.create(box=BuyBoxFactory.create(buyer=buyer, name="small"), province="ON", market="LONDON")
    DealSentFactory.create(buyer=buyer, deal_ref="D-1")
    FeedbackFactory.create(buyer_id="B1", deal_ref="D-1", event="BOUGHT")
    page = f"{BUYERS}{buyer.pk}/change/"
    shown = _text(operator_page, page)
    for text in ("Bo Li", "small", "London, Ontario", "Deal D-1 offered", "Bought", "May we contact now?", "Deals closed"):
        assert text in shown
    operator_page.post(f"{BUYERS}{buyer.pk}/opt-out/", {"reason": ""})
    shown = _text(operator_page, page)
    assert "<strong>Wants no more contact." in shown
    assert PHONE[1:] not in shown.split('id="feed"')[0]
    assert 'name="company"' in _text(operator_page, f"{BUYERS}{buyer.pk}/edit/")


def test_a_deals_page_shows_its_state_evidence_and_whom_was_asked(operator_page: Client, agent_page: Client) -> None:
    lead = _lead(owner="va9")
    offer = OfferEventFactory.create(offer__deal_ref="D-1", offer__lead_id="L1").offer
    buyer = BuyerFactory.create(buyer_id="B1", name="Bo Li")
    DealSentFactory.create(buyer=buyer, deal_ref="D-1")
    FeedbackFactory.create(buyer_id="B1", deal_ref="D-1", event="RESPONDED")
    FeedbackFactory.create(buyer_id="B2", deal_ref="D-1", event="PASSED")
    page = f"{OFFERS}{offer.pk}/change/"
    shown = _text(operator_page, page)
    answer = BuyerFeedbackEvent.objects.earliest("pk").get_event_display()
    for text in ("Bo Li", answer, "B2", "How it was computed", _page(lead)):
        assert text in shown
    assert _page(lead) not in _text(agent_page, page)  # the lead is somebody else's


def test_a_request_has_a_page_that_rows_link_to(operator_page: Client, user_of: Callable[..., User]) -> None:
    event = KpiFactory.create(correlation_id="C/7 é", metric="ladder_created")
    row = _text(operator_page, f"/admin/kpi/kpievent/{event.pk}/change/")
    assert f'href="{TRACE}C/7%20%C3%A9/"' in row
    assert "ladder started" in _text(operator_page, f"{TRACE}C/7%20%C3%A9/")
    assert operator_page.get(TRACE, {"id": "C-7"})["Location"] == f"{TRACE}C-7/"
    nobody = User.objects.create_user("nobody", is_staff=True)
    assert signed_in(nobody).get(f"{TRACE}C-7/").status_code == 403
