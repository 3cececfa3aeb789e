"""Every verb of the system is held to its execution class (CONTRACT section 4)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from pytest_django import Settings
from rest_framework.test import APIClient

import buyers.book.lists.imports
import buyers.book.lists.services
import buyers.book.services
import buyers.liquidity.deals
import buyers.liquidity.fitting
import buyers.liquidity.graph.neighbours
import buyers.liquidity.graph.services
import buyers.liquidity.rebuilding
import buyers.liquidity.services
import buyers.matching.fitting
import buyers.matching.services
import buyers.people.services
import buyers.services
import followups.ladders.bulk
import followups.ladders.services
import followups.leads.events.services
import followups.leads.inbound.decisions
import followups.leads.inbound.services
import followups.leads.inbox.services
import followups.leads.lists.imports
import followups.leads.people.proof
import followups.leads.people.services
import followups.leads.replies.services
import followups.leads.services
import followups.pool.services
import followups.pool.vendors.services
import followups.services
import followups.sla.breaches
import followups.sla.report
import followups.sla.snapshot
import followups.tasks.answers
import followups.tasks.completions.services
import followups.tasks.due.claims
import followups.tasks.due.handing
import followups.tasks.due.services
import followups.tasks.held.services
import followups.tasks.lapses
import followups.tasks.numbers
import followups.tasks.services
import governance.area_codes.services
import governance.clocks.services
import governance.closed_days.services
import governance.golive.services
import governance.ledger.consents
import governance.ledger.erasures
import governance.ledger.holds
import governance.ledger.opt_outs
import governance.ledger.referrals
import governance.ledger.scrubs
import governance.risk.reservations
import governance.runbook.services
import kpi.review.services
import kpi.services
import kpi.trace.services
import kpi.tripwire.evaluations
import kpi.tripwire.policies
import kpi.tripwire.summaries
import kpi.tripwire.triggers
import offers.comps.lists.imports
import offers.comps.lists.services
import offers.comps.priors
import offers.comps.valuing
import offers.deals.life.services
import offers.deals.taxes.services
import offers.deals.what_if
import offers.services
import offers.studies.services
import wholesale.console.invitations.services
import wholesale.console.notices.looking
import wholesale.console.notices.services
import wholesale.console.preferences.services
import wholesale.console.saved_views.services
from buyers.matching.rules import Deal
from buyers.models import BuyerFeedbackEvent
from followups.ladders.models import FollowupLadder
from followups.tasks.errors import TaskNotFound
from followups.tasks.held.models import HeldAct
from governance import gate, policies
from governance.decisions import VERBS
from governance.duties.models import LegalDuty
from governance.gate import ChecklistFailed, GoLiveDisabled, KillSwitchEngaged
from governance.golive.models import GoLiveState
from governance.heimdall.models import HeimdallPolicy
from governance.models import HeimdallEvent, HeimdallRecommendation, HeimdallScorecard, RiskDay, RiskEvent, RiskReservation
from governance.organisation.models import Organisation
from governance.policies import Policy
from governance.risk.models import RiskPolicy
from kpi.models import KPIEvent
from kpi.tripwire.models import RegressionPolicy
from offers.comps.comps import ArvSubject
from offers.comps.valuing import ArvAsked
from offers.deals.taxes.rules import Transfer
from offers.models import Offer, OfferEvent, OfferEvidence, OfferPolicy
from tests.conftest import codes
from tests.factories import (
    NOON,
    BuyerFactory,
    BuyerImportFactory,
    EvidenceFactory,
    InboundFactory,
    InboxItemFactory,
    KpiFactory,
    LeadFactory,
    LeadImportFactory,
    NoticeFactory,
    OfferFactory,
    PointFactory,
    PoolAgentFactory,
    RatioStudyFactory,
    RecommendationFactory,
    ReplyFactory,
    RiskDayFactory,
    SaleFactory,
    SaleImportFactory,
    SentOfferFactory,
    TaskFactory,
    TriggerFactory,
    VendorFactory,
    many,
)
from wholesale.console.notices.models import Notice
from wholesale.plumbing.act import Act
from wholesale.plumbing.models import SavedView

life = offers.deals.life.services
POINTS = [("PHONE", "+14165550123")]
PLACE = {"province": "ON", "market": "TORONTO", "property_type": "SFR"}
ABOUT_DEAL: dict[str, Any] = {"buyer_id": "B1", "deal_ref": "D1", **PLACE}
WATCHED: dict[str, Any] = {"domain": "WHOLESALE", "metric": "contract_rate"}
ADVICE: dict[str, Any] = {"domain": "BUYER_MATCH", "confidence": Decimal("0.95"), "act": Act("me")}


def agents_act() -> Act:
    """An act of a signed-in agent."""
    return Act("me", User.objects.get_or_create(username="me")[0], reason="test", at=NOON)


def agents_task() -> int:
    """A task that the agent holds."""
    task = TaskFactory.create(leased_by="me", leased_until=NOON + timedelta(minutes=5), ladder__open_steps=1)
    return int(task.pk)


def held() -> Any:
    """An outcome that the agent may still take back."""
    act, kind = agents_act(), HeldAct.Kind.COMPLETE
    return followups.tasks.held.services.hold_act(agents_task(), kind=kind, outcome="REACHED", act=act)


def taken_back() -> Any:
    """An outcome that the agent took back."""
    held()
    return followups.tasks.held.services.take_back(act=agents_act())


def kept_by_a_fault() -> int:
    """The id of a task of which the agent said something that a fault of ours kept from being recorded."""
    said = held()
    HeldAct.objects.filter(pk=said.pk).update(tries=1)
    return int(said.pk)


def answered() -> int:
    """The id of an inbox item about a lead who answered."""
    return int(InboxItemFactory.create(task__ladder__open_steps=1, lead_id=None).pk)


def put_off() -> Any:
    """Another time for the next step of a lead who answered."""
    task = TaskFactory.create(ladder__open_steps=1, owner="me")
    item = InboxItemFactory.create(task=task, lead_id=task.lead_id)
    return followups.tasks.answers.put_off_next_step(item.pk, NOON + timedelta(days=1), act=Act(reason="test", at=NOON))


def opted_out_from_the_inbox() -> Any:
    """An opt-out of a lead who answered."""
    item = InboxItemFactory.create(lead_id="LEAD-1")
    return followups.leads.inbox.services.opt_out_from(item.pk, act=Act(reason="test"))


def reopened() -> Any:
    """An inbox item that was done and waits again."""
    item = InboxItemFactory.create(done_at=NOON, done_by="me")
    return followups.leads.inbox.services.reopen_item(item.pk, act=Act("me", at=NOON))


def taken_over() -> None:
    with suppress(TaskNotFound):  # nothing waits for help
        followups.tasks.due.handing.take_over(0, act=agents_act())


def contract_ended() -> Any:
    """End a contract that was recorded before the switches were set."""
    governance.ledger.consents.record_consent(
        points=POINTS, basis="CONTRACT", obtained_at=NOON, evidence="contract 1", act=Act("me", at=NOON)
    )
    return governance.ledger.consents.end_contract(
        points=POINTS, ended_on=NOON.date(), evidence="notice 1", act=Act("me", at=NOON)
    )


def reserved() -> RiskReservation:
    """A reservation made before the switches were set."""
    made = governance.risk.reservations.reserve(engine="WHOLESALE", amount=Decimal(10), act=Act("me"))[1]
    assert made is not None
    return made


def settled() -> RiskReservation:
    """A reservation made before the switches were set, after its settlement."""
    return governance.risk.reservations.risk_settle(reserved().pk, act=Act("me"))


def offer_in(state: str) -> Offer:
    """The offer in this state that was made before the switches were set; one that does not exist where none was."""
    return Offer.objects.filter(state=state).first() or Offer(pk=0)


def make_offers() -> None:
    """A draft, and offers in three states, each with 10 CAD at stake. The market is open for offers, however illiquid."""
    evidence = EvidenceFactory.create(pk=9_001, policy__enabled=True, policy__min_liquidity_score=0)
    OfferFactory.create(evidence=evidence, amount=Decimal(10))
    for state in ("SENT", "ACCEPTED", "CONTRACTED"):
        SentOfferFactory.create(evidence=evidence, amount=Decimal(10), state=state)
    for engine in ("GLOBAL", "WHOLESALE"):
        RiskDayFactory.create(engine=engine, exposure_used=Decimal(30), open_risk_reserved=Decimal(30), actions_count=3)
    BuyerFactory.create(buyer_id="B1")


def enable_go_live() -> None:
    with suppress(ChecklistFailed):  # an engaged kill switch is one of its blockers: see test_go_live.py
        gate.enable_go_live(act=Act("me", reason="test"))


def approve_baseline() -> None:
    for success in (True, False):
        many(KpiFactory, 100, metric="contract_rate", success=success)
    kpi.tripwire.policies.approve_baseline(**WATCHED, act=Act("me", reason="test"))


def upsert_each_policy() -> None:
    """Upsert one policy of each kind, with the values of its seed or of GIVEN."""
    for model in (model for model in apps.get_models() if issubclass(model, Policy)):
        row = next(iter(model.seeded()), None) or GIVEN[model]
        policies.upsert(model, act=Act("me", reason="test"), **row)


GIVEN: dict[Any, dict[str, Any]] = {
    Organisation: {"consent": "enforce"},
    LegalDuty: {"kind": "TRAINING", "subject": "ann"},
    RiskPolicy: {"engine": "NEW"},
    HeimdallPolicy: {"domain": "BUYER_MATCH"},
    RegressionPolicy: WATCHED,
}


def save_view(username: str) -> SavedView:
    by = Act.by(User.objects.get_or_create(username=username)[0])
    return wholesale.console.saved_views.services.save_view(
        page="followups_lead", name="x", query="", is_shared=False, act=by
    )


def read_notice(username: str) -> Notice:
    user = User.objects.get_or_create(username=username)[0]
    return wholesale.console.notices.services.read_notice(NoticeFactory.create(user=user).pk, act=Act.by(user))


def remove_agent() -> None:
    agent = PoolAgentFactory.create()
    followups.pool.services.remove_agent(agent=agent.agent, province="ON", market="TORONTO", act=Act("me"))


# Written by hand from CONTRACT section 4: the class of each verb, and one way to call it.
VERB_CALLS: dict[Callable[..., Any], tuple[str, Callable[[], Any]]] = {
    policies.upsert: ("CONTROL", upsert_each_policy),
    governance.ledger.consents.record_consent: (
        "RECORD",
        lambda: governance.ledger.consents.record_consent(
            points=POINTS, basis="EXPRESS", obtained_at=NOON, evidence="form 1", act=Act("me", at=NOON)
        ),
    ),
    governance.ledger.opt_outs.record_opt_out: (
        "RECORD",
        lambda: governance.ledger.opt_outs.record_opt_out(points=POINTS, act=Act("me")),
    ),
    governance.ledger.opt_outs.record_do_not_call: (
        "RECORD",
        lambda: governance.ledger.opt_outs.record_do_not_call(points=POINTS, act=Act("me")),
    ),
    governance.ledger.holds.release_points: (
        "RECORD",
        lambda: governance.ledger.holds.release_points(points=POINTS, evidence="message 1", act=Act("me")),
    ),
    governance.ledger.consents.end_contract: (
        "RECORD",
        contract_ended,
    ),
    governance.ledger.referrals.record_use: (
        "RECORD",
        lambda: governance.ledger.referrals.record_use(points=POINTS, channel="SMS", sent_at=NOON, act=Act("me", at=NOON)),
    ),
    governance.ledger.scrubs.record_scrub: (
        "RECORD",
        lambda: governance.ledger.scrubs.record_scrub(
            points=POINTS, checked_at=NOON, evidence="file 1", act=Act("me", at=NOON)
        ),
    ),
    governance.ledger.opt_outs.lift_opt_out: (
        "CONTROL",
        lambda: governance.ledger.opt_outs.lift_opt_out(points=POINTS, act=Act("me", reason="test")),
    ),
    governance.ledger.erasures.erase_point: (
        "CONTROL",
        lambda: governance.ledger.erasures.erase_point(point_id=PointFactory.create().pk, act=Act("me", reason="test")),
    ),
    governance.closed_days.services.set_closed_day: (
        "CONTROL",
        lambda: governance.closed_days.services.set_closed_day(day=NOON.date(), name="Stocktaking", act=Act("me")),
    ),
    governance.closed_days.services.remove_closed_day: (
        "CONTROL",
        lambda: governance.closed_days.services.remove_closed_day(day=NOON.date(), act=Act("me")),
    ),
    governance.area_codes.services.subscribe: (
        "CONTROL",
        lambda: governance.area_codes.services.subscribe(expiries={"416": NOON.date()}, act=Act("me", at=NOON)),
    ),
    governance.area_codes.services.unsubscribe: (
        "CONTROL",
        lambda: governance.area_codes.services.unsubscribe(area_code="416", act=Act("me")),
    ),
    governance.clocks.services.set_market_zone: (
        "CONTROL",
        lambda: governance.clocks.services.set_market_zone(
            province="ON", market="DRYDEN", zone="America/Winnipeg", act=Act("me")
        ),
    ),
    governance.clocks.services.remove_market_zone: (
        "CONTROL",
        lambda: governance.clocks.services.remove_market_zone(province="ON", market="KENORA", act=Act("me")),
    ),
    governance.golive.services.engage_kill_switch: (
        "CONTROL",
        lambda: governance.golive.services.engage_kill_switch(act=Act("me", reason="test")),
    ),
    governance.golive.services.release_kill_switch: (
        "CONTROL",
        lambda: governance.golive.services.release_kill_switch(act=Act("me", reason="test")),
    ),
    governance.golive.services.disable_go_live: (
        "CONTROL",
        lambda: governance.golive.services.disable_go_live(act=Act("me", reason="test")),
    ),
    gate.enable_go_live: ("CONTROL", enable_go_live),
    gate.risk_reserve: (
        "EXECUTE",
        lambda: gate.risk_reserve(engine="WHOLESALE", amount=Decimal(10), act=Act("me")),
    ),
    gate.risk_record: ("RECORD", lambda: gate.risk_record(engine="WHOLESALE", amount=Decimal(10), act=Act("me"))),
    gate.risk_change: (
        "SANDBOX",
        lambda: gate.risk_change(offer_in("SENT").reservation_id or 0, Decimal(9), act=Act("me", at=NOON)),
    ),
    governance.risk.reservations.risk_settle: (
        "RECORD",
        lambda: governance.risk.reservations.risk_settle(reserved().pk, act=Act("me")),
    ),
    governance.risk.reservations.correct_loss: (
        "CONTROL",
        lambda: governance.risk.reservations.correct_loss(settled().pk, Decimal(1), act=Act("me", reason="test")),
    ),
    governance.risk.reservations.release_reservation: (
        "CONTROL",
        lambda: governance.risk.reservations.release_reservation(reserved().pk, act=Act("me", reason="test")),
    ),
    gate.heimdall_trial: ("SANDBOX", lambda: gate.heimdall_trial(**ADVICE, success=True)),
    gate.heimdall_recommend: ("SANDBOX", lambda: gate.heimdall_recommend(**ADVICE, recommendation={"buyer": "B1"})),
    gate.heimdall_use: ("EXECUTE", lambda: gate.heimdall_use(HeimdallRecommendation.objects.latest("id").pk, act=Act())),
    governance.runbook.services.status: ("READ", governance.runbook.services.status),
    governance.runbook.services.store_run: (
        "CONTROL",
        lambda: governance.runbook.services.store_run(act=Act("me", reason="test")),
    ),
    kpi.tripwire.evaluations.evaluate: ("CONTROL", lambda: kpi.tripwire.evaluations.evaluate(**WATCHED, act=Act())),
    kpi.tripwire.evaluations.evaluate_all: ("CONTROL", lambda: list(kpi.tripwire.evaluations.evaluate_all(act=Act()))),
    kpi.tripwire.policies.approve_baseline: ("CONTROL", approve_baseline),
    kpi.tripwire.triggers.undo_trigger: (
        "CONTROL",
        lambda: kpi.tripwire.triggers.undo_trigger(TriggerFactory.create().pk, act=Act("me", reason="test")),
    ),
    kpi.tripwire.summaries.states: ("READ", kpi.tripwire.summaries.states),
    kpi.review.services.friday_review: ("READ", kpi.review.services.friday_review),
    kpi.trace.services.trace: (
        "READ",
        lambda: kpi.trace.services.trace(kpi.trace.services.traced_request("C-1"), user=None),
    ),
    kpi.review.services.keep_review: (
        "RECORD",
        lambda: kpi.review.services.keep_review(act=Act("me", at=NOON + timedelta(days=3))),
    ),
    followups.services.start_ladder: (
        "EXECUTE",
        lambda: followups.services.start_ladder(lead_id="L1", province="ON", act=Act()),
    ),
    followups.ladders.bulk.start_ladders: (
        "EXECUTE",
        lambda: followups.ladders.bulk.start_ladders([followups.ladders.bulk.Start("L1", "ON")], act=Act()),
    ),
    followups.pool.services.upsert_agent: (
        "CONTROL",
        lambda: followups.pool.services.upsert_agent(agent="va1", province="ON", act=Act("me")),
    ),
    followups.pool.services.remove_agent: ("CONTROL", remove_agent),
    wholesale.console.invitations.services.invite: (
        "CONTROL",
        lambda: wholesale.console.invitations.services.invite(
            name="Zoé Roy",
            email="zoe@example.ca",
            role="agent",
            markets=[("ON", "TORONTO")],
            language="fr",
            zone="America/Toronto",
            act=Act("me"),
        ),
    ),
    wholesale.console.preferences.services.choose_settings: (
        "CONTROL",
        lambda: wholesale.console.preferences.services.choose_settings(
            user=User.objects.create_user("zoe"), language="fr", zone="America/Toronto", act=Act("me")
        ),
    ),
    wholesale.console.notices.looking.look_for_facts: (
        "RECORD",
        lambda: wholesale.console.notices.looking.look_for_facts(act=Act()),
    ),
    wholesale.console.notices.services.read_notice: ("CONTROL", lambda: read_notice("me")),
    wholesale.console.notices.services.read_all_notices: (
        "CONTROL",
        lambda: wholesale.console.notices.services.read_all_notices(up_to=1, act=Act("me")),
    ),
    wholesale.console.notices.services.choose_ways: (
        "CONTROL",
        lambda: wholesale.console.notices.services.choose_ways(
            user=User.objects.create_superuser("zoe"), ways={"SLA": "OFF"}, act=Act("me")
        ),
    ),
    wholesale.console.saved_views.services.save_view: ("CONTROL", lambda: save_view("me")),
    wholesale.console.saved_views.services.remove_view: (
        "CONTROL",
        lambda: wholesale.console.saved_views.services.remove_view(
            save_view("me").pk, act=Act.by(User.objects.get(username="me"))
        ),
    ),
    followups.services.due_tasks: ("EXECUTE", followups.services.due_tasks),
    followups.tasks.due.claims.claim_due: ("EXECUTE", lambda: followups.tasks.due.claims.claim_due(owner="me", act=Act())),
    followups.tasks.due.claims.renew_leases: (
        "EXECUTE",
        lambda: followups.tasks.due.claims.renew_leases(task_ids=[1], owner="me", act=Act()),
    ),
    followups.tasks.due.claims.release_leases: (
        "RECORD",
        lambda: followups.tasks.due.claims.release_leases(task_ids=[1], owner="me", act=Act()),
    ),
    followups.tasks.due.handing.hand_back: (
        "RECORD",
        lambda: followups.tasks.due.handing.hand_back(agents_task(), act=agents_act()),
    ),
    followups.tasks.due.handing.take_over: ("EXECUTE", taken_over),
    followups.tasks.held.services.hold_act: ("RECORD", held),
    followups.tasks.held.services.take_back: ("RECORD", taken_back),
    followups.tasks.held.services.do_held: ("RECORD", lambda: followups.tasks.held.services.do_held(act=agents_act())),
    followups.tasks.held.services.do_again: (
        "RECORD",
        lambda: followups.tasks.held.services.do_again(kept_by_a_fault(), act=agents_act()),
    ),
    followups.tasks.held.services.let_go: (
        "RECORD",
        lambda: followups.tasks.held.services.let_go(kept_by_a_fault(), act=agents_act()),
    ),
    followups.tasks.answers.record_appointment: (
        "RECORD",
        lambda: followups.tasks.answers.record_appointment(answered(), act=Act(reason="test")),
    ),
    followups.tasks.answers.put_off_next_step: ("RECORD", put_off),
    followups.leads.inbox.services.reopen_item: ("RECORD", reopened),
    followups.leads.inbox.services.opt_out_from: ("RECORD", opted_out_from_the_inbox),
    followups.tasks.numbers.numbers_of_agents: (
        "READ",
        lambda: followups.tasks.numbers.numbers_of_agents(since=NOON - timedelta(days=1), until=NOON, now=NOON),
    ),
    followups.tasks.numbers.numbers_of: (
        "READ",
        lambda: followups.tasks.numbers.numbers_of(User.objects.get_or_create(username="me")[0], NOON),
    ),
    followups.tasks.held.services.do_overdue: ("RECORD", lambda: followups.tasks.held.services.do_overdue(act=Act(at=NOON))),
    followups.tasks.completions.services.record_completion: (
        "RECORD",
        lambda: followups.services.complete_task(TaskFactory.create().pk, "me"),
    ),
    followups.tasks.services.snooze_task: (
        "RECORD",
        lambda: followups.tasks.services.snooze_task(
            TaskFactory.create().pk, NOON + timedelta(days=1), act=Act(reason="test", at=NOON)
        ),
    ),
    followups.tasks.services.skip_task: (
        "RECORD",
        lambda: followups.tasks.services.skip_task(TaskFactory.create().pk, act=Act(reason="test")),
    ),
    followups.ladders.services.reassign_ladder: (
        "CONTROL",
        lambda: followups.ladders.services.reassign_ladder(TaskFactory.create().ladder_id, "anna", act=Act(reason="test")),
    ),
    followups.ladders.services.cancel_ladder: (
        "CONTROL",
        lambda: followups.ladders.services.cancel_ladder(TaskFactory.create().ladder_id, act=Act(reason="test")),
    ),
    followups.ladders.services.restart_ladder: (
        "EXECUTE",
        lambda: followups.ladders.services.restart_ladder(FollowupLadder.objects.earliest("id").pk, act=Act(reason="test")),
    ),
    followups.tasks.lapses.lapse_steps: ("RECORD", lambda: followups.tasks.lapses.lapse_steps(act=Act(at=NOON))),
    followups.sla.breaches.find_breaches: ("RECORD", lambda: followups.sla.breaches.find_breaches(act=Act(at=NOON))),
    followups.leads.services.upsert_leads: (
        "RECORD",
        lambda: followups.leads.services.upsert_leads([{"lead_id": "L1", "province": "ON"}], act=Act()),
    ),
    followups.leads.services.upsert_lead: (
        "RECORD",
        lambda: followups.leads.services.upsert_lead(lead_id="L1", province="ON", act=Act()),
    ),
    followups.leads.events.services.note_lead: (
        "RECORD",
        lambda: followups.leads.events.services.note_lead(LeadFactory.create().lead_id, "a note", act=Act()),
    ),
    followups.leads.events.services.make_appointment: (
        "RECORD",
        lambda: followups.leads.events.services.make_appointment(LeadFactory.create().lead_id, NOON, act=Act()),
    ),
    followups.leads.lists.imports.begin_import: (
        "RECORD",
        lambda: followups.leads.lists.imports.begin_import(
            file_name="a.csv", content=b"lead_id,province\nL1,ON\n", act=Act()
        ),
    ),
    followups.leads.lists.imports.confirm_import: (
        "RECORD",
        lambda: followups.leads.lists.imports.confirm_import(LeadImportFactory.create().pk),
    ),
    followups.leads.lists.imports.retry_import: (
        "RECORD",
        lambda: followups.leads.lists.imports.retry_import(LeadImportFactory.create(state="FAILED").pk),
    ),
    followups.sla.snapshot.sla_snapshot: ("READ", followups.sla.snapshot.sla_snapshot),
    followups.leads.inbound.services.record_inbound: (
        "RECORD",
        lambda: followups.leads.inbound.services.record_inbound(lead_id="L1", channel="SMS", text="STOP", act=Act()),
    ),
    followups.leads.inbound.decisions.decide_inbound: (
        "RECORD",
        lambda: followups.leads.inbound.decisions.decide_inbound(
            InboundFactory.create().pk, "REPLY", act=Act(reason="test")
        ),
    ),
    followups.leads.people.services.erase_person: (
        "RECORD",
        lambda: followups.leads.people.services.erase_person(TaskFactory.create().lead_id, act=Act(reason="test")),
    ),
    followups.leads.people.services.export_person: (
        "READ",
        lambda: followups.leads.people.services.export_person(TaskFactory.create().lead_id),
    ),
    followups.leads.people.proof.export_proof: (
        "READ",
        lambda: followups.leads.people.proof.export_proof(TaskFactory.create().lead_id),
    ),
    followups.pool.vendors.services.upsert_vendor: (
        "CONTROL",
        lambda: followups.pool.vendors.services.upsert_vendor(
            name="Calls", registration_number="C-1", registration_expires_on=NOON.date(), act=Act("me")
        ),
    ),
    followups.pool.vendors.services.assign_agent: (
        "CONTROL",
        lambda: followups.pool.vendors.services.assign_agent(agent="va1", vendor=VendorFactory.create().name, act=Act("me")),
    ),
    followups.pool.vendors.services.release_agent: (
        "CONTROL",
        lambda: followups.pool.vendors.services.release_agent(agent="va1", act=Act("me")),
    ),
    followups.leads.replies.services.mark_reply_sent: (
        "RECORD",
        lambda: followups.leads.replies.services.mark_reply_sent(ReplyFactory.create().pk, act=Act()),
    ),
    followups.leads.inbox.services.close_item: (
        "RECORD",
        lambda: followups.leads.inbox.services.close_item(InboxItemFactory.create().pk, act=Act(reason="test")),
    ),
    followups.sla.report.sla_report: ("READ", followups.sla.report.sla_report),
    followups.sla.report.recent_sla: ("READ", followups.sla.report.recent_sla),
    buyers.people.services.erase_buyer: (
        "RECORD",
        lambda: buyers.people.services.erase_buyer(BuyerFactory.create().buyer_id, act=Act(reason="test")),
    ),
    buyers.people.services.export_buyer: (
        "READ",
        lambda: buyers.people.services.export_buyer(BuyerFactory.create().buyer_id),
    ),
    buyers.book.services.upsert_buyer: (
        "RECORD",
        lambda: buyers.book.services.upsert_buyer(buyer_id="B1", province="ON", act=Act()),
    ),
    buyers.book.lists.services.upsert_buyers: (
        "RECORD",
        lambda: buyers.book.lists.services.upsert_buyers([{"buyer_id": "B1", "province": "ON"}], act=Act()),
    ),
    buyers.book.lists.imports.begin_import: (
        "RECORD",
        lambda: buyers.book.lists.imports.begin_import(file_name="a.csv", content=b"buyer_id,province\nB1,ON\n", act=Act()),
    ),
    buyers.book.lists.imports.confirm_import: (
        "RECORD",
        lambda: buyers.book.lists.imports.confirm_import(BuyerImportFactory.create().pk),
    ),
    buyers.book.lists.imports.retry_import: (
        "RECORD",
        lambda: buyers.book.lists.imports.retry_import(BuyerImportFactory.create(state="FAILED").pk),
    ),
    buyers.liquidity.services.take_feedback: (
        "RECORD",
        lambda: buyers.services.record_feedback("ON", "TORONTO", "SFR", "RESPONDED"),
    ),
    buyers.liquidity.graph.services.liquidity_graph: ("READ", buyers.liquidity.graph.services.liquidity_graph),
    buyers.liquidity.graph.neighbours.neighbours: (
        "READ",
        lambda: buyers.liquidity.graph.neighbours.neighbours(province="ON", market="TORONTO", property_type="SFR"),
    ),
    buyers.matching.services.match: (
        "READ",
        lambda: buyers.matching.services.match(Deal(province="ON", property_type="SFR")),
    ),
    buyers.matching.fitting.fitting_deals: (
        "READ",
        lambda: buyers.matching.fitting.fitting_deals(BuyerFactory.create()),
    ),
    buyers.services.liquidity_score: ("READ", lambda: buyers.services.liquidity_score("ON")),
    buyers.liquidity.rebuilding.rebuild_liquidity: (
        "CONTROL",
        lambda: list(buyers.liquidity.rebuilding.rebuild_liquidity(act=Act())),
    ),
    buyers.liquidity.fitting.fit_priors: ("RECORD", lambda: buyers.liquidity.fitting.fit_priors(act=Act())),
    buyers.liquidity.deals.record_silence: ("RECORD", lambda: buyers.liquidity.deals.record_silence(act=Act())),
    buyers.liquidity.deals.take_answer: (
        "RECORD",
        lambda: buyers.liquidity.deals.take_answer(**ABOUT_DEAL, event="RESPONDED", seen=0, act=Act()),
    ),
    buyers.liquidity.deals.send_deal: (
        "EXECUTE",
        lambda: buyers.liquidity.deals.send_deal(
            **{**ABOUT_DEAL, "buyer_id": BuyerFactory.create().buyer_id}, channel="EMAIL", act=Act("me", at=NOON)
        ),
    ),
    offers.comps.lists.services.upsert_sales: ("RECORD", lambda: offers.comps.lists.services.upsert_sales([], act=Act())),
    offers.comps.lists.imports.begin_import: (
        "RECORD",
        lambda: offers.comps.lists.imports.begin_import(file_name="a.csv", content=b"sale_id\nS1\n", act=Act()),
    ),
    offers.comps.lists.imports.confirm_import: (
        "RECORD",
        lambda: offers.comps.lists.imports.confirm_import(SaleImportFactory.create().pk),
    ),
    offers.comps.lists.imports.retry_import: (
        "RECORD",
        lambda: offers.comps.lists.imports.retry_import(SaleImportFactory.create(state="FAILED").pk),
    ),
    offers.comps.priors.fit_market_priors: ("RECORD", lambda: offers.comps.priors.fit_market_priors(act=Act())),
    offers.comps.valuing.estimate_arv: (
        "READ",
        lambda: SaleFactory.create() and offers.comps.valuing.estimate_arv(ArvSubject("ON"), as_of=NOON.date()),
    ),
    offers.studies.services.begin_study: ("RECORD", lambda: offers.studies.services.begin_study(act=Act())),
    offers.studies.services.carry_out: (
        "RECORD",
        lambda: offers.studies.services.carry_out(RatioStudyFactory.create().pk),
    ),
    offers.deals.taxes.services.transfer_tax: (
        "READ",
        lambda: offers.deals.taxes.services.transfer_tax(Transfer("ON", NOON.date(), Decimal(450000))),
    ),
    life.draft_offer: (
        "SANDBOX",
        lambda: life.draft_offer(evidence_id=OfferEvidence.objects.latest("id").pk, act=Act("me", at=NOON)),
    ),
    life.send_offer: ("EXECUTE", lambda: life.send_offer(offer_id=offer_in("DRAFT").pk, act=Act("me"))),
    life.counter_offer: (
        "SANDBOX",
        lambda: life.counter_offer(offer_id=offer_in("SENT").pk, amount=Decimal(9), act=Act("me", at=NOON)),
    ),
    life.accept_offer: ("RECORD", lambda: life.accept_offer(offer_id=offer_in("SENT").pk, act=Act("me"))),
    life.reject_offer: ("RECORD", lambda: life.reject_offer(offer_id=offer_in("SENT").pk, act=Act("me"))),
    life.contract_offer: ("RECORD", lambda: life.contract_offer(offer_id=offer_in("ACCEPTED").pk, act=Act("me"))),
    life.assign_offer: (
        "EXECUTE",
        lambda: life.assign_offer(offer_id=offer_in("CONTRACTED").pk, buyer_id="B1", act=Act("me")),
    ),
    life.close_offer: (
        "RECORD",
        lambda: life.close_offer(offer_id=offer_in("CONTRACTED").pk, realized_profit=Decimal(1), act=Act("me")),
    ),
    life.fail_offer: ("RECORD", lambda: life.fail_offer(offer_id=offer_in("SENT").pk, act=Act("me"))),
    life.expire_offers: ("RECORD", lambda: life.expire_offers(act=Act("me", at=NOON + timedelta(days=8)))),
    offers.deals.what_if.what_if: (
        "READ",
        lambda: offers.deals.what_if.what_if(
            province="ON", arv=Decimal(450000), repairs=Decimal(50000), estimate=ArvAsked(ArvSubject("ON"))
        ),
    ),
    offers.services.make_offer: (
        "SANDBOX",
        lambda: offers.services.make_offer(province="ON", arv=Decimal(450000), repairs=Decimal(50000), act=Act()),
    ),
    kpi.services.write_kpi: ("RECORD", lambda: kpi.services.emit_kpi("WHOLESALE", "x")),
    kpi.services.record_kpi: ("RECORD", lambda: kpi.services.record_kpi(domain="WHOLESALE", metric="x", act=Act())),
    kpi.services.summarise: ("READ", kpi.services.summarise),
}
STOPPED_BY_KILL_SWITCH = ("SANDBOX", "EXECUTE")
each_verb = pytest.mark.parametrize("verb", VERB_CALLS, ids=lambda v: f"{v.__module__}.{v.__name__}")


@pytest.fixture(autouse=True)
def _offers_are_on_and_advice_and_a_ladder_are_there(db: None) -> None:
    OfferPolicy.objects.filter(province="ON").update(enabled=True)
    make_offers()
    RecommendationFactory.create()
    TaskFactory.create(ladder__lead_id="L0", ladder__open_steps=1)


ACTS: tuple[Any, ...] = (
    FollowupLadder,
    BuyerFeedbackEvent,
    Offer,
    OfferEvent,
    OfferEvidence,
    KPIEvent,
    RiskReservation,
    RiskDay,
    RiskEvent,
    HeimdallScorecard,
    HeimdallRecommendation,
    HeimdallEvent,
)


def rows_of_acts() -> int:
    return sum(model.objects.count() for model in ACTS)


def test_every_verb_has_the_class_of_the_contract() -> None:
    assert {verb: str(execution_class) for verb, execution_class in VERBS.items()} == {
        verb: execution_class for verb, (execution_class, _) in VERB_CALLS.items()
    }


@each_verb
def test_with_the_kill_switch_released_every_verb_works(verb: Any) -> None:
    VERB_CALLS[verb][1]()


@each_verb
def test_with_the_kill_switch_engaged_acting_verbs_refuse_and_the_others_work(verb: Any, kill_switch: GoLiveState) -> None:
    execution_class, call = VERB_CALLS[verb]
    before = rows_of_acts()
    if execution_class in STOPPED_BY_KILL_SWITCH:
        with pytest.raises(KillSwitchEngaged):
            call()
        assert rows_of_acts() == before
    else:
        call()


@each_verb
def test_a_missing_row_counts_as_engaged(verb: Any) -> None:
    GoLiveState.objects.all().delete()
    execution_class, call = VERB_CALLS[verb]
    if execution_class in STOPPED_BY_KILL_SWITCH:
        with pytest.raises(KillSwitchEngaged):
            call()
    else:
        call()


@each_verb
def test_go_live_off_stops_executing_verbs_where_it_is_enforced(verb: Any, settings: Settings) -> None:
    settings.GO_LIVE_ENFORCE = True
    execution_class, call = VERB_CALLS[verb]
    before = rows_of_acts()
    if execution_class == "EXECUTE":
        with pytest.raises(GoLiveDisabled):
            call()
        assert rows_of_acts() == before
    else:
        call()


@each_verb
def test_go_live_on_lets_every_verb_work(verb: Any, settings: Settings) -> None:
    settings.GO_LIVE_ENFORCE = True
    GoLiveState.objects.update(go_live_enabled=True)
    VERB_CALLS[verb][1]()


REFUSED_REQUESTS = [
    ("post", "/api/followups/ladder/create", {"province": "ON"}, True),
    ("post", "/api/followups/ladder/bulk", {"ladders": [{"lead_id": "L1", "province": "ON"}]}, True),
    ("get", "/api/followups/due", {}, True),
    ("post", "/api/deals/offers/compute", {"province": "ON", "arv": 450000, "repairs": 50000}, False),
    ("post", "/api/deals/offers", {"evidence_id": 9_001}, False),
    ("post", "/api/governance/risk/check-and-reserve", {"engine": "WHOLESALE", "amount": 10}, True),
    (
        "post",
        "/api/governance/heimdall/sandbox/trial",
        {"domain": "BUYER_MATCH", "confidence": 0.95, "success": True},
        False,
    ),
    (
        "post",
        "/api/governance/heimdall/recommend",
        {"domain": "BUYER_MATCH", "confidence": 0.95, "recommendation": {"buyer": "B1"}},
        False,
    ),
]


@pytest.mark.parametrize(("method", "path", "given", "executes"), REFUSED_REQUESTS)
def test_the_api_answers_503_with_the_reason(
    integrator: APIClient, settings: Settings, method: Any, path: Any, given: Any, executes: Any
) -> None:
    def answer() -> tuple[int, Any]:
        response = getattr(integrator, method)(path, given)
        return response.status_code, codes(response) if response.status_code >= 400 else None

    state = GoLiveState.objects.all()
    state.update(kill_switch_engaged=True)
    assert answer() == (503, ["KILL_SWITCH_ENGAGED"])
    settings.GO_LIVE_ENFORCE = True
    assert answer() == (503, ["KILL_SWITCH_ENGAGED"])
    state.update(kill_switch_engaged=False)
    assert answer() == ((503, ["GO_LIVE_DISABLED"]) if executes else (201, None))
    assert FollowupLadder.objects.count() == 1  # the existing ladder
    assert RiskEvent.objects.count() == 0


def test_a_fact_is_recorded_over_the_api_with_the_kill_switch_engaged(agent: APIClient, kill_switch: GoLiveState) -> None:
    task = TaskFactory.create()
    assert agent.post(f"/api/followups/task/{task.pk}/complete").status_code == 200
    feedback = {"province": "ON", "event": "BOUGHT"}
    assert agent.post("/api/buyers/liquidity/feedback", feedback).status_code == 201
    assert set(KPIEvent.objects.values_list("metric", flat=True)) >= {"followup_completed", "buyer_feedback"}


def test_a_loss_and_a_kpi_are_recorded_over_the_api_with_the_kill_switch_engaged(integrator: APIClient) -> None:
    reservation = reserved()
    governance.golive.services.engage_kill_switch(act=Act("me", reason="test"))
    settle = {"reservation_id": reservation.pk, "realized_loss": 4}
    assert integrator.post("/api/governance/risk/settle", settle).status_code == 200
    assert integrator.post("/api/governance/regression/kpi", WATCHED).status_code == 201
    reservation.refresh_from_db()
    assert reservation.realized_loss == 4
    assert KPIEvent.objects.count() == 1
