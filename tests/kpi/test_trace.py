"""The trace of a lead, a buyer, an offer or a request: in order, in pages, as a role may see it, and without the erased."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from followups.leads.events.services import make_appointment, note_lead
from followups.leads.people.services import erase_person
from followups.leads.services import upsert_lead
from followups.services import complete_task
from governance import gate
from kpi.trace.entries import TraceKind, TraceMark
from kpi.trace.services import trace, traced_buyer, traced_lead, traced_offer, traced_request
from kpi.trace.tables import SOURCES
from tests.factories import (
    NOON,
    AttemptFactory,
    BuyerFactory,
    DealSentFactory,
    FeedbackFactory,
    InboundFactory,
    KpiFactory,
    LeadFactory,
    OfferEventFactory,
    OfferFactory,
    RiskEventFactory,
    TaskEventFactory,
    TaskFactory,
)
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
TRACE = "/api/kpi/trace/"


def _act(minutes: int, correlation_id: str = "C-1", reason: str = "") -> Act:
    return Act("va1", None, reason, correlation_id, NOON + timedelta(minutes=minutes))


def test_a_lead_has_one_timeline_of_all_that_happened() -> None:
    lead = LeadFactory.create(lead_id="L1", phone="+14165550123", email="ann@example.ca", status="NEW")
    task = TaskFactory.create(ladder__lead_id="L1", ladder__created_at=NOON)
    AttemptFactory.create(task=task, lead_id="L1", contacted_at=NOON + timedelta(minutes=1))
    TaskEventFactory.create(task=task, kind="SNOOZED", created_at=NOON + timedelta(minutes=2))
    InboundFactory.create(lead_id="L1", text="Who is this?", created_at=NOON + timedelta(minutes=3))
    note_lead("L1", "Prefers evenings", act=_act(4))
    upsert_lead(lead_id="L1", status="CONTACTED", act=_act(5))
    OfferFactory.create(lead_id="L1", drafted_at=NOON + timedelta(minutes=6))
    points = [*gate.points_of(phone=lead.phone, email=lead.email), (gate.LEAD, "L1")]
    gate.record_opt_out(points=points, act=_act(7, reason="said so"))
    InboundFactory.create(lead_id="L2", text="of somebody else", created_at=NOON)
    found = trace(traced_lead(lead), user=None)
    assert [(entry.kind.value, entry.words) for entry in found.entries] == [
        ("LADDER", "Wants no more contact"),  # its open step
        ("CONSENT", "said so"),  # three lines of the ledger: number, address, lead
        ("OFFER", ""),
        ("STATUS", ""),
        ("NOTE", "Prefers evenings"),
        ("MESSAGE", "Who is this?"),
        ("LADDER", "made"),
        ("CONTACT", ""),
        ("LADDER", ""),
    ]
    assert found.next is None
    assert found.entries[3].what == "Status: New to Contacted"
    assert found.entries[4].who == "va1"
    only = trace(traced_lead(lead), user=None, kinds=[TraceKind.NOTE])
    assert [entry.words for entry in only.entries] == ["Prefers evenings"]


def test_pages_of_a_trace_join_without_gap_or_double_even_at_one_time() -> None:
    lead = LeadFactory.create(lead_id="L1")
    for n in range(5):
        note_lead("L1", f"note {n}", act=_act(0))
        InboundFactory.create(lead_id="L1", text=f"message {n}", created_at=NOON + timedelta(minutes=n % 2))
    whole = trace(traced_lead(lead), user=None).entries
    seen, mark = [], None
    for _ in range(6):
        page = trace(traced_lead(lead), user=None, limit=2, before=mark)
        seen += page.entries
        mark = page.next and TraceMark.read(str(page.next))
        if mark is None:
            break
    assert seen == whole
    assert len(whole) == 10
    assert [entry.at for entry in whole] == sorted((entry.at for entry in whole), reverse=True)


def test_a_request_shows_what_it_did_in_every_table(auditor: APIClient) -> None:
    task = TaskFactory.create(ladder__lead_id="L1", ladder__open_steps=1)
    complete_task(task.pk, actor="va1", correlation_id="C-7", now=NOON)
    KpiFactory.create(correlation_id="C-8")
    shown = auditor.get(f"{TRACE}C-7").json()
    assert (shown["correlation_id"], shown["next"]) == ("C-7", None)
    assert {(line["table"], line["kind"]) for line in shown["entries"]} == {
        ("followups.taskevent", "LADDER"),
        ("kpi.kpievent", "KPI"),
    }
    (event,) = [line for line in shown["entries"] if line["table"] == "followups.taskevent"]
    assert event["details"]["Lead"] == "L1"
    assert event["at"] == "2026-12-15T18:00:00Z"
    first = auditor.get(f"{TRACE}C-7", {"limit": 1}).json()
    second = auditor.get(f"{TRACE}C-7", {"limit": 1, "before": first["next"]}).json()
    assert [*first["entries"], *second["entries"]] == shown["entries"][:2]
    assert auditor.get(f"{TRACE}unknown").json()["entries"] == []


@pytest.mark.parametrize(
    ("given", "attr"), [({"before": "yesterday"}, "before"), ({"limit": 0}, "limit"), ({"kind": "?"}, "kind")]
)
def test_a_request_that_makes_no_sense_is_refused(auditor: APIClient, given: Any, attr: str) -> None:
    answer = auditor.get(f"{TRACE}C-7", given)
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, attr)


def test_an_agent_sees_of_a_request_its_own_leads_and_its_own_acts(
    client_of: Callable[..., APIClient], user_of: Callable[..., User]
) -> None:
    agent = client_of("agent")
    own, others = (TaskFactory.create(ladder__lead_id=f"L-{name}", owner=name) for name in ("agent", "va9"))
    for task in (own, others):
        LeadFactory.create(lead_id=task.lead_id)
        TaskEventFactory.create(task=task, kind="SNOOZED", correlation_id="C-1")
        KpiFactory.create(lead_id=task.lead_id, correlation_id="C-1")
        InboundFactory.create(lead_id=task.lead_id, correlation_id="C-1", text=f"of {task.lead_id}")
    RiskEventFactory.create(correlation_id="C-1")
    lines = agent.get(f"{TRACE}C-1").json()["entries"]
    assert {(line["table"], line["details"].get("Lead")) for line in lines} == {
        ("followups.taskevent", "L-agent"),
        ("followups.inboundmessage", "L-agent"),
        ("kpi.kpievent", "L-agent"),
    }
    everything = client_of("auditor").get(f"{TRACE}C-1").json()["entries"]
    assert len(everything) == 7


def test_an_agent_sees_of_its_lead_all_but_the_tasks_of_others(user_of: Callable[..., User]) -> None:
    lead = LeadFactory.create(lead_id="L1")
    for owner, closed in (("agent", {}), ("va9", {"ladder__closed_at": NOON, "ladder__open_steps": 0})):
        task = TaskFactory.create(ladder__lead_id="L1", owner=owner, ladder__owner=owner, **closed)
        TaskEventFactory.create(task=task, kind="SNOOZED", reason=f"by {owner}")
    InboundFactory.create(lead_id="L1", text="Who is this?")
    note_lead("L1", "a note", act=_act(0))
    seen = trace(traced_lead(lead), user=user_of("agent")).entries
    assert {entry.words for entry in seen} == {"", "by agent", "Who is this?", "a note"}


def test_nothing_personal_of_an_erased_lead_comes_back() -> None:
    lead = LeadFactory.create(lead_id="L1", phone="+14165550123", email="ann@example.ca", first_name="Ann", last_name="Roy")
    task = TaskFactory.create(ladder__lead_id="L1", note="Ann Roy called")
    AttemptFactory.create(task=task, lead_id="L1")
    InboundFactory.create(lead_id="L1", text="I am Ann Roy", correlation_id="C-1")
    note_lead("L1", "Ann Roy prefers evenings", act=_act(1))
    make_appointment("L1", NOON + timedelta(days=1), "at Ann Roy's", act=_act(2))
    gate.record_opt_out(
        points=[*gate.points_of(phone=lead.phone, email=lead.email)],
        evidence="call by Ann Roy",
        act=_act(3, reason="Ann Roy"),
    )
    before = str(trace(traced_lead(lead), user=None)) + str(trace(traced_request("C-1"), user=None))
    assert "Ann Roy" in before
    assert "4165550123" in before
    digests = traced_lead(lead)
    erase_person("L1", act=_act(9, "C-9", "asked for it"))
    after = str(trace(digests, user=None)) + str(trace(traced_request("C-1"), user=None))
    assert len(trace(digests, user=None).entries) > 5
    for text in ("Ann", "Roy", "4165550123", "example.ca"):
        assert text not in after


def test_a_buyer_and_a_deal_have_timelines() -> None:
    buyer = BuyerFactory.create(buyer_id="B1")
    event = OfferEventFactory.create(offer__deal_ref="D-1")
    DealSentFactory.create(buyer=buyer, deal_ref="D-1")
    FeedbackFactory.create(buyer_id="B1", deal_ref="D-1")
    FeedbackFactory.create(buyer_id="B2", deal_ref="D-2")
    of_buyer = trace(traced_buyer(buyer), user=None).entries
    assert sorted(entry.table for entry in of_buyer) == ["buyers.buyerfeedbackevent", "buyers.dealsent"]
    of_deal = trace(traced_offer(event.offer), user=None).entries
    assert sorted(entry.table for entry in of_deal) == [
        "buyers.buyerfeedbackevent",
        "buyers.dealsent",
        "offers.offer",
        "offers.offerevent",
        "offers.offerevidence",
    ]


@pytest.mark.parametrize("events", [2, 20])
def test_a_trace_takes_one_query_for_each_source(events: int) -> None:
    lead = LeadFactory.create(lead_id="L1")
    for n in range(events):
        note_lead("L1", f"note {n}", act=_act(n))
        TaskEventFactory.create(task__ladder__lead_id="L1", task__ladder__closed_at=NOON, task__ladder__open_steps=0)
    with CaptureQueriesContext(connection) as captured:
        trace(traced_lead(lead), user=None)
    assert counted(captured) == queries("the trace of a lead")
    with CaptureQueriesContext(connection) as captured:
        trace(traced_request("C-1"), user=None)
    assert counted(captured) == queries("the trace of a request")
    assert queries("the trace of a request") <= len(SOURCES)
