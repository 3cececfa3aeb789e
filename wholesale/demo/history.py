"""The demo: a small, believable history, made by the real services with a clock that is told to them.

Its choices come from a generator with a fixed seed, so two demos differ only in when they begin.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from random import Random

from django.db import transaction
from django.utils import timezone

from buyers.liquidity import Event
from buyers.models import SFR, BuyerFeedbackEvent, BuyerLiquidityNode
from buyers.services import record_feedback
from followups.minutes.services import roll
from followups.models import FollowupLadder, FollowupTask
from followups.services import complete_task, start_ladder
from followups.steps.rules import GUIDE_STEPS, parsed
from offers.models import OfferEvidence, OfferPolicy
from offers.services import make_offer, upsert_policy
from wholesale.demo.houses import houses
from wholesale.vocabulary import Province

MARKER = "demo-"  # how the correlation id of each of its rows begins
ACTOR = "demo"
PROVINCE, MARKET = Province.ON, "WINDSOR"  # where the offers are made
SPAN = timedelta(days=10)

_LADDERS_EACH = 4
_PLACES = (
    (Province.ON, "WINDSOR"),
    (Province.BC, "VANCOUVER"),
    (Province.AB, "CALGARY"),
    (Province.QC, "MONTREAL"),
    (Province.MB, "WINNIPEG"),
    (Province.NS, "HALIFAX"),
)
_OWNERS = ("va1", "va2", None)
_MINUTES_LATE = (-5, 1, 2, 4, 8, 12, 20, 25, 35, 70, 150, 320)  # one of these for each completed step
_FORGOTTEN = 0.15  # of the steps are never done
# province, market, property type: how many buyers, how many events, how often one of them is good news
_BUYERS = (
    (Province.ON, "WINDSOR", SFR, 45, 120, 0.85),
    (Province.ON, "TORONTO", SFR, 30, 60, 0.85),
    (Province.ON, "TORONTO", "CONDO", 15, 25, 0.40),
    (Province.AB, "CALGARY", SFR, 25, 40, 0.70),
    (Province.BC, "VANCOUVER", "CONDO", 20, 30, 0.55),
    (Province.QC, "MONTREAL", "MF", 12, 20, 0.60),
    (Province.NS, "HALIFAX", SFR, 8, 12, 0.50),
)
_GOOD = (Event.RESPONDED, Event.RESPONDED, Event.RESPONDED, Event.BOUGHT)
_BAD = (Event.NO_RESPONSE, Event.NO_RESPONSE, Event.PASSED)

# When something happened, and the act, which is told that time as `now`.
Deed = tuple[datetime, Callable[..., object]]


class DemoRefused(Exception):
    """The database is not empty."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of each kind the demo has."""

    ladders: int
    completed: int
    due: int
    feedback: int
    nodes: int
    offers: int


def is_loaded() -> bool:
    """Whether the demo is in this database."""
    return FollowupLadder.objects.filter(correlation_id__startswith=MARKER).exists()


def is_empty() -> bool:
    """Whether nobody has worked with this database: no ladder, no feedback, no offer, no policy where the demo's goes."""
    used = any(model.objects.exists() for model in (FollowupLadder, BuyerFeedbackEvent, OfferEvidence))
    return not used and not OfferPolicy.objects.filter(province=PROVINCE, market=MARKET).exists()


@transaction.atomic
def load(now: datetime | None = None) -> Loaded:
    """Make the last ten days up to `now`, all or nothing, in the order of time.

    Raises:
        DemoRefused: the database is not empty.
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.
        VersionConflict: another load came first.

    """
    if not is_empty():
        raise DemoRefused("This database holds rows that are not the demo's; it is for an empty one.")
    now = now or timezone.now()
    upsert_policy(
        province=PROVINCE,
        market=MARKET,
        enabled=True,
        changed_by=ACTOR,
        reason="demo: offers on real house sales of 1987; not for real offers",
        expected_version=0,
        now=now - SPAN,
    )
    random = Random(1987)
    deeds = [*_ladders(random, now), *_feedback(random, now), *_offers(now)]
    for when, act in sorted(deeds, key=itemgetter(0)):
        act(now=when)
    roll(now)  # the minutes of the older open tasks are those of their ladder's first day
    return summary(now)


def summary(now: datetime | None = None) -> Loaded:
    """What the database holds now."""
    return Loaded(
        ladders=FollowupLadder.objects.count(),
        completed=FollowupTask.objects.completed().count(),
        due=FollowupTask.objects.due(now or timezone.now()).count(),
        feedback=BuyerFeedbackEvent.objects.count(),
        nodes=BuyerLiquidityNode.objects.count(),
        offers=OfferEvidence.objects.count(),
    )


def _ladders(random: Random, now: datetime) -> Iterator[Deed]:
    """Leads that came in over the span, the last of them just now; steps done in time, late, or not yet."""
    count = len(_PLACES) * _LADDERS_EACH
    for n in range(count):
        province, market = _PLACES[n % len(_PLACES)]
        lead = _Lead(f"{MARKER}ladder-{n + 1}", f"DEMO-L{n + 1:03}", province, market, random.choice(_OWNERS))
        started_at = now - SPAN * (count - 1 - n) / count - timedelta(minutes=1)
        yield started_at, lead.start
        for number, step in enumerate(parsed(GUIDE_STEPS), start=1):
            done_at = max(started_at + step.delay + timedelta(minutes=random.choice(_MINUTES_LATE)), started_at)
            if random.random() >= _FORGOTTEN and done_at < now:
                yield done_at, partial(lead.complete, number)


@dataclass(slots=True)
class _Lead:
    """A lead that comes in; its tasks are known from then on."""

    correlation_id: str
    lead_id: str
    province: str
    market: str
    owner: str | None
    tasks: Sequence[FollowupTask] = ()

    def start(self, *, now: datetime) -> None:
        self.tasks = start_ladder(
            lead_id=self.lead_id,
            province=self.province,
            market=self.market,
            owner=self.owner,
            correlation_id=self.correlation_id,
            actor=ACTOR,
            now=now,
        ).tasks

    def complete(self, step: int, *, now: datetime) -> None:
        complete_task(self.tasks[step - 1].pk, self.owner or ACTOR, self.correlation_id, now=now)


def _feedback(random: Random, now: datetime) -> Iterator[Deed]:
    """What buyers did, at any time of the span."""
    for province, market, property_type, buyers, events, good in _BUYERS:
        for n in range(events):
            yield (
                now - SPAN * random.random(),
                partial(
                    record_feedback,
                    province,
                    market,
                    property_type,
                    random.choice(_GOOD if random.random() < good else _BAD),
                    f"DEMO-{market[:3]}-B{random.randrange(buyers) + 1:02}",
                    f"{MARKER}feedback-{market.lower()}-{property_type.lower()}-{n + 1}",
                    actor=ACTOR,
                ),
            )


def _offers(now: datetime) -> Iterator[Deed]:
    """One offer after the other on the real sales, the last of them an hour ago."""
    sales = list(houses())
    for n, house in enumerate(sales):
        yield (
            now - SPAN * (len(sales) - 1 - n) / len(sales) - timedelta(hours=1),
            partial(
                make_offer,
                province=PROVINCE,
                market=MARKET,
                arv=house.arv,
                repairs=house.repairs,
                comps=house.comps,
                assumptions=house.assumptions,
                correlation_id=f"{MARKER}offer-{n + 1}",
                actor=ACTOR,
            ),
        )
