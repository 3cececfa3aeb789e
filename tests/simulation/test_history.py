"""A simulation leaves no contact outside the rules, and a plausible history for every page and report."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoDbBlocker

from buyers.liquidity.figures import Event
from buyers.liquidity.rebuilding import rebuild_liquidity
from buyers.liquidity.scores import liquidity_score
from buyers.models import Buyer, BuyerFeedbackEvent, BuyerLiquidityNode, LiquidityPrior
from followups.ladders.models import FollowupLadder
from followups.leads.inbound.decisions import undecided
from followups.leads.inbound.rules import Meaning, read
from followups.leads.inbound.words import words_in_force
from followups.models import InboundMessage, Lead, PoolAgent
from followups.tasks.contacts import contact_for
from followups.tasks.due.services import due_tasks
from followups.tasks.minutes.services import overdue
from followups.tasks.models import ContactAttempt, FollowupTask, TaskEvent
from followups.tasks.outcomes.rules import Outcome
from governance import gate
from governance.golive.models import GoLiveState
from governance.ledger.reading import OnFile
from governance.ledger.rules import LedgerLine
from governance.models import ContactRecord, HeimdallRecommendation, MarketPolicy, RiskReservation, RunbookRun
from kpi.models import FridayReview, KPIEvent, RegressionTrigger
from offers.deals.life.states import FINAL, OPEN, State
from offers.deals.what_if import what_if
from offers.models import Offer, OfferEvent, OfferEvidence
from wholesale.console.calculator.asked import CalculatorAsked, of_lead
from wholesale.demo import practice, simulation
from wholesale.demo.houses import houses
from wholesale.demo.people import BUYER_MARKETS, MARKER, OFFER_MARKETS, REPLIES
from wholesale.demo.plan import SimulationPlan
from wholesale.demo.sellers import Proposal, heard
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import Province

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("simulation")]
UNTIL = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)  # a Wednesday, at work everywhere
PLAN = SimulationPlan(seed=1, leads=90, days=8, until=UNTIL)


@pytest.fixture(scope="module")
def history(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The business simulated by `PLAN`, once for all tests that only read it."""
    with django_db_blocker.unblock(), transaction.atomic():
        for _ in simulation.days(PLAN):
            pass
        yield
        transaction.set_rollback(True)


def as_it_stood(before: datetime) -> Callable[..., Any]:
    """Return a replacement of `parse_on_file` that sees only lines from before an instant, and no last contact."""

    def parse_on_file(text: Any) -> Any:
        lines: dict[str, list[LedgerLine]] = defaultdict(list)
        for row in ContactRecord.objects.filter(created_at__lt=before).order_by("id").select_related("point"):
            line = LedgerLine(row.entry, row.channel, row.effective_at, row.basis, row.expires_at)
            lines[row.point.digest].append(line)
        return {known: OnFile(tuple(found)) for known, found in lines.items()}

    return parse_on_file


def restore_policies(at: datetime) -> None:
    """Restore the market policies of an instant. A seeded policy counts from the start."""
    for policy in MarketPolicy.objects.all():
        versions = policy.history.order_by("version")
        then = versions.filter(version__gt=1, history_date__lte=at).last() or versions.get(version=1)
        MarketPolicy.objects.filter(pk=policy.pk).update(rules=then.rules, enabled=then.enabled, version=then.version)


def test_the_gate_allows_every_contact_by_the_rules_of_its_time(history: None, monkeypatch: pytest.MonkeyPatch) -> None:
    attempts = list(ContactAttempt.objects.select_related("task__lead", "task__ladder").order_by("contacted_at"))
    states = list(GoLiveState.history.order_by("history_date").values_list("history_date", "kill_switch_engaged"))
    drills = [(start, end) for (start, engaged), (end, _) in pairwise(states) if engaged]
    assert len(attempts) > 150
    assert len(drills) == 1
    assert MarketPolicy.objects.get(province="QC", market="ALL").version == 3
    changed_at = list(MarketPolicy.history.filter(version__gt=1).values_list("history_date", flat=True))
    changes = None
    for attempt in attempts:
        if changes != (changes := sum(when <= attempt.contacted_at for when in changed_at)):
            restore_policies(attempt.contacted_at)
        monkeypatch.setattr("governance.gate.reading.parse_on_file", as_it_stood(attempt.created_at))

        contact = contact_for(attempt.task)
        # The status set by an outcome came after the contact.
        lead = contact.person._replace(status="NEW", phone_is_wrong=False, email_is_wrong=False)
        (answer,) = gate.decide_contacts([contact._replace(person=lead)], at=attempt.contacted_at, standing_counts=False)

        assert answer.verdict.allowed, (attempt.pk, answer.verdict.reasons)
        assert (attempt.allowed, attempt.policy_version) == (True, answer.policy_version)
        assert not any(start <= attempt.contacted_at < end for start, end in drills)
    assert not KPIEvent.objects.filter(metric="contact_outside_rules").exists()


def test_each_contact_is_recorded_by_its_claimant_within_the_claim(history: None) -> None:
    contacted: Any = FollowupTask.objects.completed().select_related("attempt")
    assert all(task.leased_by in (None, task.completed_by) for task in contacted)
    spans = [task.completed_at - task.attempt.contacted_at for task in contacted]
    assert all(timedelta(0) <= span <= timedelta(minutes=30) for span in spans)
    assert any(span > timedelta(minutes=2) for span in spans)


def test_every_row_is_marked_and_lies_within_the_simulated_time(history: None) -> None:
    begun = PLAN.starts(0)
    for model in (
        FollowupLadder,
        FollowupTask,
        ContactAttempt,
        TaskEvent,
        InboundMessage,
        BuyerFeedbackEvent,
        OfferEvidence,
        Offer,
        OfferEvent,
    ):
        rows = model._default_manager
        assert not rows.exclude(correlation_id__startswith=MARKER).exists(), model
        assert not rows.exclude(created_at__range=(begun, UNTIL)).exists(), model
    assert simulation.others() == {}
    told = KPIEvent.objects.exclude(metric="followup_breached")  # a breach is recorded when it is found
    happened = list(told.order_by("id").values_list("occurred_at", flat=True))
    assert happened == sorted(happened)
    assert begun <= happened[0] < happened[-1] <= UNTIL


def test_the_calculator_finds_comps_for_a_lead_of_each_market(history: None) -> None:
    markets = set()
    for lead in Lead.objects.exclude(market=practice.MARKET):
        asked = CalculatorAsked(of_lead(lead) | {"living_area_sqft": "1500", "repairs": "20000"})
        asked.check()
        found = what_if(**asked.offer)
        assert found.calc, lead
        assert found.valued
        assert found.valued["low"] <= found.calc.arv <= found.valued["high"]
        markets.add((lead.province, lead.market))
    assert len(markets) >= 15


def test_leads_of_most_provinces_reached_different_statuses(history: None) -> None:
    assert Lead.objects.exclude(market=practice.MARKET).count() == PLAN.leads
    assert len(set(Lead.objects.values_list("province", flat=True))) >= 8
    assert set(Lead.objects.values_list("province", flat=True)) <= set(Province.values)
    statuses = set(Lead.objects.values_list("status", flat=True))
    assert {Lead.Status.NEW, Lead.Status.CONTACTED, Lead.Status.APPOINTMENT, Lead.Status.DEAD} <= statuses
    outcomes = set(FollowupTask.objects.completed().values_list("outcome", flat=True))
    assert {Outcome.REACHED, Outcome.NO_ANSWER, Outcome.LEFT_MESSAGE, Outcome.APPOINTMENT} <= outcomes
    assert {Outcome.NOT_INTERESTED, Outcome.WRONG_NUMBER, Outcome.REPLIED} <= outcomes


def test_agents_have_habits_and_snoozes_and_reassignments_have_reasons(history: None) -> None:
    assert len(set(ContactAttempt.objects.values_list("actor", flat=True))) >= 4
    assert {None} < set(FollowupTask.objects.values_list("owner", flat=True))
    assert PoolAgent.objects.filter(paused_until__isnull=False).exists()
    kinds = set(TaskEvent.objects.values_list("kind", flat=True))
    of_people = {TaskEvent.Kind.SKIPPED, TaskEvent.Kind.OPTED_OUT, TaskEvent.Kind.TAKEN_BACK, TaskEvent.Kind.UNRECORDED}
    assert kinds >= set(TaskEvent.Kind.values) - of_people
    reasoned = TaskEvent.objects.exclude(kind=TaskEvent.Kind.COMPLETED).select_related("words")
    assert all(line.reason for line in reasoned)


def test_a_person_who_said_stop_was_not_contacted_afterwards(history: None) -> None:
    stopped = InboundMessage.objects.filter(meaning=Meaning.OPT_OUT)
    assert stopped.exists()
    for message in stopped:
        assert message.lead_id
        later = ContactAttempt.objects.filter(lead_id=message.lead_id, contacted_at__gte=message.received_at)
        assert not later.exists()


def test_the_queue_is_up_to_date(history: None) -> None:
    assert overdue(UNTIL).tasks == 0
    listed = due_tasks(now=UNTIL)
    assert listed
    assert all(task.allowed for task in listed)
    assert undecided().count() == 3
    assert {task.id for task in listed} <= set(FollowupTask.objects.due(UNTIL).values_list("pk", flat=True))
    assert not DBTaskResult.objects.exists()


def test_offers_are_made_on_the_simulated_sales_one_market_after_the_other(history: None) -> None:
    first, second = OFFER_MARKETS
    offers: list[Any] = list(OfferEvidence.objects.filter(market=first.market).order_by("id"))
    sold = [house.sale["price"] for house in houses()]
    assert [offer.comps_json["sales"][0]["price"] for offer in offers] == sold * 2
    assert all("rule" in offer.assumptions_json and "Anglin" in offer.comps_json["source"] for offer in offers)
    later: list[Any] = list(OfferEvidence.objects.filter(market=second.market).order_by("id"))
    assert {offer.arv for offer in later} <= {offer.arv * second.times for offer in offers}
    assert all("elsewhere" in offer.assumptions_json and offer.comps_json is None for offer in later)
    assert later[0].created_at >= PLAN.starts(PLAN.on(second.begins)) > offers[0].created_at
    assert OfferEvidence.objects.filter(advice_json__basis="prior").exists()


def test_offers_come_to_every_end_and_those_without_an_answer_wait(history: None) -> None:
    states = set(Offer.objects.values_list("state", flat=True))
    assert states >= {State.SENT, State.ACCEPTED, State.REJECTED, State.FELL_THROUGH, State.CONTRACTED}
    moves = set(OfferEvent.objects.values_list("from_state", "to_state"))
    assert moves >= {(State.SENT, State.COUNTERED), (State.SENT, State.ACCEPTED), (State.CONTRACTED, State.ASSIGNED)}
    assert all(offer.amount <= offer.evidence.recommended_offer for offer in Offer.objects.select_related("evidence"))


def test_what_open_offers_put_at_stake_is_what_is_reserved(history: None) -> None:
    at_stake = Offer.objects.filter(state__in=OPEN).aggregate(Sum("fee"))["fee__sum"]
    assert at_stake
    assert gate.open_risk(gate.GLOBAL) == at_stake
    ended = RiskReservation.objects.filter(settled_at__isnull=False)
    assert ended.count() == Offer.objects.filter(state__in=FINAL, reservation__isnull=False).count()


def test_each_answer_is_the_one_that_the_simulated_sellers_give(history: None) -> None:
    """So the runs that make only the answers speak for those that make the offers."""
    markets = {where.market: where for where in OFFER_MARKETS}
    counted = dict(KPIEvent.objects.filter(metric="offer_accept_rate").values_list("subject_id", "success"))
    checked = 0
    for offer in Offer.objects.filter(answered_at__isnull=False).select_related("evidence"):
        proposal = Proposal(markets[offer.market], int(offer.deal_ref[-4:]) - 1)
        assert offer.sent_at
        assert offer.answered_at
        expected = heard(PLAN, proposal, offer.evidence.recommended_offer, offer.sent_at)
        assert counted[str(offer.pk)] is expected.accepted, offer.deal_ref
        late = offer.answered_at - expected.at
        assert timedelta(0) <= late <= timedelta(hours=3), (offer.deal_ref, late)
        checked += 1
    assert checked > 15


def test_buyers_gave_feedback_and_their_bad_days_tripped_the_tripwire_once(history: None) -> None:
    assert list(rebuild_liquidity(write=False, act=Act())) == []
    assert BuyerLiquidityNode.objects.count() == len(BUYER_MARKETS)
    assert not RegressionTrigger.objects.filter(undone_at__isnull=True).exists()
    events = BuyerFeedbackEvent.objects.values_list("event", flat=True)
    assert set(events) == set(Event)
    assert set(events.filter(is_derived=True)) == {Event.NO_RESPONSE}
    assert set(events.filter(is_derived=False)) == set(Event) - {Event.NO_RESPONSE}
    assert Buyer.objects.filter(boxes__places__isnull=False).distinct().count() == sum(one.buyers for one in BUYER_MARKETS)
    windsor = liquidity_score("ON", "WINDSOR", now=UNTIL)
    assert windsor["posterior"]["response"]["low"] < 0.9 < windsor["posterior"]["response"]["high"] + 0.1
    assert windsor["posterior_score"] > 90
    assert LiquidityPrior.objects.filter(level="BUYER").exists()
    assert HeimdallRecommendation.objects.exists()
    assert RunbookRun.objects.exists()


@pytest.mark.django_db
def test_messages_of_leads_are_read_as_intended() -> None:
    words = words_in_force(mark.current())
    meant = {"interest": Meaning.REPLY, "stop": Meaning.OPT_OUT, "doubtful": Meaning.DOUBTFUL}
    for (kind, language), texts in REPLIES.items():
        assert {read(text, words).meaning for text in texts} == {meant[kind]}, (kind, language)


def test_the_friday_of_the_history_is_kept(history: None) -> None:
    review = FridayReview.objects.get()
    assert (review.until, review.mailed_to) == (datetime(2026, 11, 20, 16, tzinfo=UTC), 0)
    canada = review.content["places"][0]
    assert canada["sla"]["count"] > 0
