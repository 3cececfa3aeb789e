"""Rows for tests. A factory writes the row as a verb would leave it, without the verb's lock, gate or signal."""

from collections import abc
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from factory.declarations import LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from buyers.models import SFR, BuyerFeedbackEvent, BuyerLiquidityNode
from followups.models import FollowupLadder, FollowupTask
from followups.services import STEPS
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from kpi.models import KPIEvent
from offers.models import OfferEvidence, OfferPolicy

# A Tuesday afternoon in all of Canada, after the clock changes of 2026.
NOON = datetime(2026, 12, 15, 18, 0, tzinfo=UTC)


class Row(DjangoModelFactory):
    """A row of the product."""

    class Meta:
        abstract = True


def many(factory_class: type[Row], size: int, **values: Any) -> abc.Sequence[Any]:
    """So many rows in one statement."""
    rows = factory_class.build_batch(size, **values)
    return factory_class._meta.model._default_manager.bulk_create(rows)


class PlacePolicyFactory(Row):
    """What both kinds of policy share; each row has a market of its own."""

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


class OfferPolicyFactory(PlacePolicyFactory):
    class Meta:
        model = OfferPolicy


class LadderFactory(Row):
    """An open ladder of a lead of Toronto, without its tasks."""

    class Meta:
        model = FollowupLadder

    lead_id = Sequence(lambda n: f"L{n}")
    province = "ON"
    market = "TORONTO"
    created_by = "factory"
    correlation_id = "made"
    created_at = NOON
    open_steps = len(STEPS)


class TaskFactory(Row):
    """An open task, due at `NOON`, the first of a ladder of its own."""

    class Meta:
        model = FollowupTask

    ladder = SubFactory(LadderFactory)
    step = 1
    channel = "SMS"
    due_at = NOON
    lead_id = SelfAttribute("ladder.lead_id")
    province = SelfAttribute("ladder.province")
    market = SelfAttribute("ladder.market")
    owner = SelfAttribute("ladder.owner")
    correlation_id = SelfAttribute("ladder.correlation_id")
    created_at = SelfAttribute("ladder.created_at")


def completed(*, late: timedelta, **values: Any) -> Any:
    """A task that was completed so long after it was due (before it, if negative)."""
    due_at = values.pop("due_at", NOON)
    return TaskFactory.create(due_at=due_at, completed_at=due_at + late, completed_by="factory", **values)


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


class KpiFactory(Row):
    class Meta:
        model = KPIEvent

    occurred_at = NOON
    domain = "WHOLESALE"
    metric = "ladder_created"
    success = True
    correlation_id = "made"
    actor = "factory"
