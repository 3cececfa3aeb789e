"""Rows for tests. A factory writes the row as a verb would leave it, without the verb's lock, gate or signal."""

from collections import abc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from buyers.models import SFR, BuyBox, BuyBoxPlace, Buyer, BuyerFeedbackEvent, BuyerImport, BuyerLiquidityNode, DealSent
from followups.ladders.models import FollowupLadder
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.models import (
    AdministrativeReply,
    InboundDecision,
    InboundMessage,
    InboundWord,
    InboxItem,
    LadderTemplate,
    Lead,
    LeadEvent,
    LeadImport,
    LeadReopening,
    PoolAgent,
    SlaBreach,
    SlaNotice,
    SlaPolicy,
    Vendor,
    VendorAgent,
)
from followups.tasks.models import ContactAttempt, FollowupTask, TaskEvent
from governance import law
from governance.area_codes.models import AreaCodeSubscription
from governance.clocks.models import MarketZone
from governance.closed_days.models import ClosedDay
from governance.duties.models import LegalDuty
from governance.heimdall.models import HeimdallEvent, HeimdallPolicy, HeimdallRecommendation, HeimdallScorecard
from governance.ledger.holds import write_hold
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.points import Point, hold
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.risk.models import RiskDay, RiskEvent, RiskPolicy, RiskReservation
from governance.runbook.models import RunbookRun
from kpi.models import FridayReview, KPIEvent
from kpi.review.services import friday_review
from kpi.tripwire.models import RegressionPolicy, RegressionTrigger
from offers.comps.arv.market import GENERAL
from offers.comps.cells import cell_of
from offers.deals.life.states import State
from offers.models import (
    MarketPrior,
    Offer,
    OfferEvent,
    OfferEvidence,
    OfferPolicy,
    ProvinceRule,
    RatioStudy,
    Sale,
    SaleImport,
    TransferTax,
)
from offers.policies.models import Stake
from wholesale.console.notices.models import Notice
from wholesale.plumbing.act import Act

# A Tuesday afternoon in all of Canada, after the clock changes of 2026.
NOON = datetime(2026, 12, 15, 18, 0, tzinfo=UTC)


class Row(DjangoModelFactory):
    """Base factory of a row of the product."""

    class Meta:
        abstract = True


def many(factory_class: type[Row], size: int, **values: Any) -> abc.Sequence[Any]:
    """Insert so many rows in one statement."""
    rows = factory_class.build_batch(size, **values)
    return factory_class._meta.model._default_manager.bulk_create(rows)


class PlacePolicyFactory(Row):
    """Base factory of a policy of a place. Each row has its own market."""

    class Meta:
        abstract = True

    province = "ON"
    market = Sequence(lambda n: f"TOWN_{n}")
    enabled = True
    changed_by = "factory"
    created_at = updated_at = NOON


class MarketPolicyFactory(PlacePolicyFactory):
    class Meta:
        model = MarketPolicy

    rules = LazyFunction(lambda: dict(SAFE_RULES))


class MarketZoneFactory(Row):
    class Meta:
        model = MarketZone

    province = "ON"
    market = Sequence(lambda n: f"TOWN_{n}")
    zone = "America/Winnipeg"
    changed_by = "factory"
    updated_at = NOON


class OfferPolicyFactory(PlacePolicyFactory):
    class Meta:
        model = OfferPolicy


class TransferTaxFactory(Row):
    """A flat schedule of a municipality of its own."""

    class Meta:
        model = TransferTax

    province = "NS"
    municipality = Sequence(lambda n: f"TOWN_{n}")
    brackets = "0: 1%"
    source = "factory"
    changed_by = "factory"
    created_at = updated_at = NOON


class ProvinceRuleFactory(Row):
    """A rule of Ontario on assignments."""

    class Meta:
        model = ProvinceRule

    place = "ON"
    topic = "ASSIGNMENT"
    code = Sequence(lambda n: f"RULE_{n}")
    statement = "It may."
    source = "factory"
    changed_by = "factory"
    created_at = updated_at = NOON


class SaleFactory(Row):
    """A market sale of a house in Toronto, where no other sale is."""

    class Meta:
        model = Sale

    sale_id = Sequence(lambda n: f"SALE-{n}")
    province = "ON"
    market = "TORONTO"
    latitude = Sequence(lambda n: round(43.6 + n % 100 / 1000, 3))
    longitude = -79.4
    cell_y = LazyAttribute(lambda sale: None if sale.latitude is None else cell_of(sale.latitude, sale.longitude).y)
    cell_x = LazyAttribute(lambda sale: None if sale.latitude is None else cell_of(sale.latitude, sale.longitude).x)
    sold_on = NOON.date() - timedelta(days=100)
    price = Decimal(800_000)
    property_type = SFR
    living_area_sqft = 1_500
    beds = 3
    changed_by = "factory"
    created_at = updated_at = NOON


class SaleImportFactory(Row):
    """A checked file with one new sale."""

    class Meta:
        model = SaleImport

    file_name = "sales.csv"
    is_large = False
    content = b"sale_id,province,sold_on,price,property_type\nF1,ON,2026-01-15,500000,SFR\n"
    state = SaleImport.State.CHECKED
    created = 1
    changed_by = "factory"
    created_at = NOON


class MarketPriorFactory(Row):
    """A market prior that says what is held of all markets."""

    class Meta:
        model = MarketPrior

    province = "ON"
    market = Sequence(lambda n: f"MARKET_{n}")
    as_of = NOON.date() - timedelta(days=30)
    version = "arv-1"
    sales = 30
    mean = LazyAttribute(lambda prior: GENERAL.mean.tolist())
    covariance = LazyAttribute(lambda prior: GENERAL.covariance.tolist())
    fitted_at = NOON


class RatioStudyFactory(Row):
    """A ratio study that waits for the worker."""

    class Meta:
        model = RatioStudy

    most = 100
    actor = "factory"
    correlation_id = "C-1"
    created_at = NOON


class LeadFactory(Row):
    """A lead in Toronto with its own number and no e-mail address."""

    class Meta:
        model = Lead

    lead_id = Sequence(lambda n: f"LEAD-{n}")
    first_name = "Jane"
    last_name = "Roe"
    # Outside the numbers that tests write by hand, since only one lead of a number is followed up.
    phone = Sequence(lambda n: f"+1416556{n % 10_000:04}")
    postal_code = "M5V 2T6"
    province = "ON"
    market = "TORONTO"
    changed_by = "factory"
    created_at = updated_at = NOON


class LeadReopeningFactory(Row):
    """The reopening of a lead that was given up."""

    class Meta:
        model = LeadReopening

    lead_id = Sequence(lambda n: f"LEAD-{n}")
    status_before = "DEAD"
    status_after = "NEW"
    reason = "called us"
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class LeadEventFactory(Row):
    """A note about a lead."""

    class Meta:
        model = LeadEvent

    lead_id = Sequence(lambda n: f"LEAD-{n}")
    kind = "NOTE"
    text = "prefers evenings"
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class LeadImportFactory(Row):
    """A checked file with one new lead."""

    class Meta:
        model = LeadImport

    file_name = "leads.csv"
    is_large = False
    content = b"lead_id,province\nF1,ON\n"
    state = LeadImport.State.CHECKED
    created = 1
    changed_by = "factory"
    created_at = NOON


class LadderFactory(Row):
    """An open ladder of a lead in Toronto, without tasks."""

    class Meta:
        model = FollowupLadder

    lead_id = Sequence(lambda n: f"of-ladder-{n}")
    province = "ON"
    market = "TORONTO"
    created_by = "factory"
    correlation_id = "made"
    created_at = NOON
    open_steps = len(GUIDE_STEPS)


class TaskFactory(Row):
    """An open task, the first of its own ladder, due at `NOON` and permitted around it."""

    class Meta:
        model = FollowupTask

    ladder = SubFactory(LadderFactory)
    step = 1
    channel = "SMS"
    due_at = actionable_at = NOON
    open_from = NOON - timedelta(hours=3)
    open_until = NOON + timedelta(hours=3)
    # By the seeded SLA policy, if every minute in between is permitted.
    warns_at = LazyAttribute(lambda task: (task.actionable_at or task.due_at) + timedelta(minutes=30))
    breaches_at = LazyAttribute(lambda task: (task.actionable_at or task.due_at) + timedelta(minutes=120))
    lead_id = SelfAttribute("ladder.lead_id")
    province = SelfAttribute("ladder.province")
    market = SelfAttribute("ladder.market")
    owner = SelfAttribute("ladder.owner")
    correlation_id = SelfAttribute("ladder.correlation_id")
    created_at = SelfAttribute("ladder.created_at")


def hold_points(points: abc.Collection[Point], *, evidence: str = "message 1", act: Act) -> list[ContactRecord]:
    """Hold points as an inbound message does that waits for a person."""
    with transaction.atomic():
        return write_hold(points, evidence=evidence, held=hold(points, len(points)), act=act)


def completed(*, late: timedelta, **values: Any) -> Any:
    """A task completed so long after it was due (before, if negative), with every minute permitted."""
    due_at = values.pop("due_at", NOON)
    values.setdefault("actionable_at", due_at)
    values.setdefault("late_for", max(late, timedelta()))
    return TaskFactory.create(due_at=due_at, completed_at=due_at + late, completed_by="factory", **values)


class AttemptFactory(Row):
    """An attempt within the rules: a text message to Toronto at noon."""

    class Meta:
        model = ContactAttempt

    task = SubFactory(TaskFactory)
    lead_id = SelfAttribute("task.lead_id")
    channel = SelfAttribute("task.channel")
    contacted_at = created_at = NOON
    allowed = legal_ok = policy_ok = True
    reasons = warnings = LazyFunction(list)
    zone = "America/Toronto"
    zone_source = "market"
    local_time = "2026-12-15T13:00:00-05:00"
    tz_version = "2026.6"
    law_version = law.VERSION
    matched_market = "ALL"
    policy_version = 1
    actor = "factory"
    correlation_id = "made"


class TaskEventFactory(Row):
    """The event of a snooze by two hours."""

    class Meta:
        model = TaskEvent

    task = SubFactory(TaskFactory)
    kind = "SNOOZED"
    reason = "made"
    detail = LazyFunction(lambda: {"from": "2026-12-15T18:00:00Z", "to": "2026-12-15T20:00:00Z"})
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class InboundFactory(Row):
    """A doubtful message from an unknown number, which waits for a person."""

    class Meta:
        model = InboundMessage

    lead_id = Sequence(lambda n: f"L{n}")
    channel = "SMS"
    text = "please stop calling me"
    meaning = "DOUBTFUL"
    received_at = created_at = NOON
    actor = "factory"
    correlation_id = "made"


class ReplyFactory(Row):
    """An unsent administrative reply to a HELP by text."""

    class Meta:
        model = AdministrativeReply

    kind = "HELP"
    message = SubFactory("tests.factories.InboundFactory", text="HELP", meaning="HELP")
    lead_id = SelfAttribute("message.lead_id")
    point = SubFactory("tests.factories.PointFactory")
    channel = "SMS"
    language = "en"
    text = "Messages about an offer to buy your property."
    due_at = created_at = NOON
    correlation_id = "made"


class DecisionFactory(Row):
    """A decision that a message is a reply."""

    class Meta:
        model = InboundDecision

    message = SubFactory(InboundFactory)
    meaning = "REPLY"
    reason = "read it"
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class InboundWordFactory(Row):
    """An enabled inbound word that is a wish."""

    class Meta:
        model = InboundWord

    kind = "WISH"
    phrase = Sequence(lambda n: f"wish {n}")
    language = "en"
    changed_by = "factory"
    created_at = updated_at = NOON


class InboxItemFactory(Row):
    """An unowned inbox item about a lead who replied at noon."""

    class Meta:
        model = InboxItem

    kind = "REPLY"
    task = SubFactory("tests.factories.TaskFactory")
    due_by = NOON + timedelta(minutes=30)
    created_at = NOON
    correlation_id = "made"


class PoolAgentFactory(Row):
    """A working agent of Toronto's pool with weight 1."""

    class Meta:
        model = PoolAgent

    province = "ON"
    market = "TORONTO"
    agent = Sequence(lambda n: f"va{n}")
    changed_by = "factory"
    updated_at = NOON


class LadderTemplateFactory(PlacePolicyFactory):
    """A template with the guide's steps."""

    class Meta:
        model = LadderTemplate

    steps = LazyFunction(lambda: [dict(step) for step in GUIDE_STEPS])


class SlaPolicyFactory(PlacePolicyFactory):
    """An SLA policy for text messages, with the guide's times."""

    class Meta:
        model = SlaPolicy

    channel = "SMS"
    warn_after_minutes = 30
    breach_after_minutes = 120


class SlaNoticeFactory(Row):
    """A look that found one breach."""

    class Meta:
        model = SlaNotice

    breaches = 1
    created_at = NOON
    correlation_id = "made"


class SlaBreachFactory(Row):
    """A breach two hours after its task was due, found a minute later."""

    class Meta:
        model = SlaBreach

    task = SubFactory(TaskFactory)
    due_at = SelfAttribute("task.due_at")
    counted_from = SelfAttribute("task.due_at")
    breached_at = NOON + timedelta(hours=2)
    late_for = timedelta(hours=2, minutes=1)
    found_at = NOON + timedelta(hours=2, minutes=1)
    owner = SelfAttribute("task.owner")
    province = SelfAttribute("task.province")
    market = SelfAttribute("task.market")
    channel = SelfAttribute("task.channel")
    step = SelfAttribute("task.step")
    policy = SubFactory(SlaPolicyFactory)
    policy_version = 1
    breach_after_minutes = 120
    notice = SubFactory(SlaNoticeFactory)
    correlation_id = "made"


class NoticeFactory(Row):
    """An unread notice of one breach, without an e-mail."""

    class Meta:
        model = Notice

    user = LazyFunction(lambda: User.objects.get_or_create(username="told")[0])
    kind = "SLA"
    slot = NOON
    at = NOON
    count = 1
    in_app = True
    mail = "NONE"


class NodeFactory(Row):
    class Meta:
        model = BuyerLiquidityNode

    province = "ON"
    market = Sequence(lambda n: f"TOWN_{n}")
    property_type = SFR
    updated_at = NOON


class FeedbackFactory(Row):
    class Meta:
        model = BuyerFeedbackEvent

    node = SubFactory(NodeFactory)
    province = SelfAttribute("node.province")
    market = SelfAttribute("node.market")
    property_type = SelfAttribute("node.property_type")
    event = "RESPONDED"
    correlation_id = "made"
    actor = "factory"
    created_at = NOON


class BuyerFactory(Row):
    """A buyer of the book, without a buy box."""

    class Meta:
        model = Buyer

    buyer_id = Sequence(lambda n: f"B{n}")
    name = "Bo Buyer"
    phone = Sequence(lambda n: f"+1416555{n % 10_000:04}")
    email = Sequence(lambda n: f"buyer{n}@example.com")
    province = "ON"
    market = "TORONTO"
    changed_by = "factory"
    created_at = updated_at = NOON


class BuyerImportFactory(Row):
    """A checked file with one new buyer."""

    class Meta:
        model = BuyerImport

    file_name = "buyers.csv"
    is_large = False
    content = b"buyer_id,province\nF1,ON\n"
    state = BuyerImport.State.CHECKED
    created = 1
    changed_by = "factory"
    created_at = NOON


class BuyBoxFactory(Row):
    """A buy box that bounds nothing."""

    class Meta:
        model = BuyBox

    buyer = SubFactory(BuyerFactory)


class BuyBoxPlaceFactory(Row):
    """A place of a buy box."""

    class Meta:
        model = BuyBoxPlace

    box = SubFactory(BuyBoxFactory)
    province = "ON"
    market = "TORONTO"


class DealSentFactory(Row):
    """A deal that was sent to a buyer of the book."""

    class Meta:
        model = DealSent

    buyer = SubFactory(BuyerFactory)
    deal_ref = Sequence(lambda n: f"D{n}")
    channel = "EMAIL"
    sent_at = NOON
    province = "ON"
    market = "TORONTO"
    property_type = SFR
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class EvidenceFactory(Row):
    class Meta:
        model = OfferEvidence

    policy = SubFactory(OfferPolicyFactory)
    policy_version = 1
    province = SelfAttribute("policy.province")
    market = SelfAttribute("policy.market")
    max_arv_multiplier = Decimal("0.70")
    default_assignment_fee = Decimal(10000)
    arv = Decimal(450000)
    repairs = Decimal(50000)
    fees_buffer = Decimal(2500)
    mao = recommended_offer = Decimal(262500)
    correlation_id = "made"
    actor = "factory"
    created_at = NOON


class OfferFactory(Row):
    """A draft of what its evidence recommends."""

    class Meta:
        model = Offer

    evidence = SubFactory(EvidenceFactory)
    province = SelfAttribute("evidence.province")
    market = SelfAttribute("evidence.market")
    amount = SelfAttribute("evidence.recommended_offer")
    arv = SelfAttribute("evidence.arv")
    fee = SelfAttribute("evidence.default_assignment_fee")
    actor = "factory"
    correlation_id = "made"
    created_at = drafted_at = state_since = NOON


class SentOfferFactory(OfferFactory):
    """An offer that was sent at noon and expires a week later, as the policy's defaults have it."""

    state = State.SENT
    stake = Stake.OFFER
    sent_at = NOON
    expires_at = NOON + timedelta(days=7)
    reservation = SubFactory("tests.factories.ReservationFactory", amount=SelfAttribute("..amount"))
    last_seq = 1


class OfferEventFactory(Row):
    """The sending of an offer."""

    class Meta:
        model = OfferEvent

    offer = SubFactory(SentOfferFactory)
    seq = 1
    from_state = State.DRAFT
    to_state = State.SENT
    amount = SelfAttribute("offer.amount")
    at = NOON
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class KpiFactory(Row):
    class Meta:
        model = KPIEvent

    occurred_at = NOON
    domain = "WHOLESALE"
    metric = "ladder_created"
    success = True
    correlation_id = "made"
    actor = "factory"


class FridayReviewFactory(Row):
    """The kept review of a week in which nothing happened, mailed to nobody. Each ends a week later than the one before."""

    class Meta:
        model = FridayReview

    ends_on = Sequence(lambda n: NOON.date() + timedelta(days=3 + 7 * n))
    since = NOON - timedelta(days=4)
    until = NOON + timedelta(days=3)
    content = LazyFunction(lambda: friday_review(until=NOON + timedelta(days=3), now=NOON))
    mailed_to = 0
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class PolicyFactory(Row):
    """Base factory of a policy of the control plane."""

    class Meta:
        abstract = True

    changed_by = "factory"
    created_at = updated_at = NOON


class RiskPolicyFactory(PolicyFactory):
    """An enabled risk policy without any cap."""

    class Meta:
        model = RiskPolicy

    engine = Sequence(lambda n: f"ENGINE_{n}")
    enabled = True


class RiskDayFactory(Row):
    class Meta:
        model = RiskDay

    engine = Sequence(lambda n: f"ENGINE_{n}")
    day = NOON.date()


class ReservationFactory(Row):
    """An open reservation that no ledger counts."""

    class Meta:
        model = RiskReservation

    engine = "WHOLESALE"
    day = NOON.date()
    amount = Decimal(10)
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class RiskEventFactory(Row):
    class Meta:
        model = RiskEvent

    kind = "DENIED"
    engine = "WHOLESALE"
    day = NOON.date()
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class CharterFactory(PolicyFactory):
    """A charter with production use on. It asks for 50 trials, 8 of 10 successful, and a confidence of 0.9."""

    class Meta:
        model = HeimdallPolicy

    domain = Sequence(lambda n: f"DOMAIN_{n}")
    min_confidence_prod = Decimal("0.9")
    min_sandbox_trials = 50
    min_sandbox_success_rate = Decimal("0.8")
    prod_use_enabled = True


class ScorecardFactory(Row):
    class Meta:
        model = HeimdallScorecard

    domain = Sequence(lambda n: f"DOMAIN_{n}")
    day = NOON.date()


class RecommendationFactory(Row):
    class Meta:
        model = HeimdallRecommendation

    domain = "BUYER_MATCH"
    confidence = Decimal("0.95")
    recommendation = LazyFunction(lambda: {"do": "call"})
    prod_eligible = False
    gate_reason = "prod_use_disabled"
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class HeimdallEventFactory(Row):
    class Meta:
        model = HeimdallEvent

    kind = "TRIAL"
    domain = "BUYER_MATCH"
    actor = "factory"
    correlation_id = "made"
    created_at = NOON


class PointFactory(Row):
    """A point whose digest belongs to no number. `governance.ledger.points` makes points that can be found."""

    class Meta:
        model = ContactPoint

    kind = "PHONE"
    digest = Sequence(lambda n: f"digest {n}")
    value = Sequence(lambda n: f"+1416557{n % 10_000:04}")


class RecordFactory(Row):
    """An opt-out of everything by its own point."""

    class Meta:
        model = ContactRecord

    point = SubFactory(PointFactory)
    entry = "OPT_OUT"
    effective_at = created_at = NOON
    actor = "factory"
    correlation_id = "made"


class AreaCodeFactory(Row):
    """A subscription for an area code, in force."""

    class Meta:
        model = AreaCodeSubscription

    area_code = Sequence(lambda n: str(200 + n % 800))
    expires_on = NOON.date() + timedelta(days=90)
    changed_by = "factory"
    updated_at = NOON


class VendorFactory(Row):
    """A vendor whose registration is in force."""

    class Meta:
        model = Vendor

    name = Sequence(lambda n: f"Vendor {n}")
    registration_number = "C-1"
    registration_expires_on = NOON.date() + timedelta(days=3_650)
    changed_by = "factory"
    updated_at = NOON


class VendorAgentFactory(Row):
    class Meta:
        model = VendorAgent

    agent = Sequence(lambda n: f"hired{n}")
    vendor = SubFactory(VendorFactory)
    changed_by = "factory"
    updated_at = NOON


class ClosedDayFactory(Row):
    class Meta:
        model = ClosedDay

    day = Sequence(lambda n: NOON.date() + timedelta(days=n))
    name = "Stocktaking"
    changed_by = "factory"
    updated_at = NOON


class LegalDutyFactory(Row):
    """The duty to train agents, due in a year."""

    class Meta:
        model = LegalDuty

    kind = "TRAINING"
    subject = Sequence(lambda n: f"agent {n}")
    due_on = NOON.date() + timedelta(days=365)
    changed_by = "factory"
    created_at = updated_at = NOON


class RunFactory(Row):
    class Meta:
        model = RunbookRun

    status = LazyFunction(lambda: {"generated_at": "2026-12-15T18:00:00Z"})
    ok_to_enable_go_live = True
    changed_by = "factory"
    reason = "made"
    correlation_id = "made"
    created_at = NOON


class RegressionPolicyFactory(PolicyFactory):
    class Meta:
        model = RegressionPolicy

    domain = "WHOLESALE"
    metric = Sequence(lambda n: f"metric_{n}")


class TriggerFactory(Row):
    """A trigger that found nothing to do."""

    class Meta:
        model = RegressionTrigger

    policy = SubFactory(RegressionPolicyFactory)
    policy_version = 1
    note = "made"
    action_taken = "none"
    correlation_id = "made"
    created_at = NOON
