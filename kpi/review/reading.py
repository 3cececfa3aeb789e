"""What a review reads: one query for each kind of figure, whatever the number of provinces."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from kpi.models import COUNTED, Domain, KPIEvent
from kpi.tripwire.models import RegressionTrigger
from offers.deals.life.models import Offer, OfferEvent
from offers.deals.life.states import FINAL, State
from offers.studies.models import RatioStudy
from wholesale.plumbing.vocabulary import WALKTHROUGH_MARK

ACCEPTED, CONTRACTED, OUTSIDE_RULES = "offer_accept_rate", "contract_rate", "contact_outside_rules"
METRICS = (ACCEPTED, CONTRACTED, OUTSIDE_RULES)


class Span(NamedTuple):
    """The week of a review, from `since` until before `until`, and the weeks from `before` until before `since`."""

    before: datetime
    since: datetime
    until: datetime

    def within(self, column: str) -> Q:
        """The condition that a time is in the week or in the weeks before it."""
        return Q(**{f"{column}__gte": self.before, f"{column}__lt": self.until})

    def in_week(self, column: str) -> Q:
        """The condition that a time is in the week."""
        return Q(**{f"{column}__gte": self.since, f"{column}__lt": self.until})


class CountedEvents(NamedTuple):
    """How often something was counted in a province (None: none was named), in the week or in the weeks before it."""

    province: str | None
    metric: str
    is_week: bool
    events: int
    judged: int  # of these, the events with a success value
    successes: int


def counted(span: Span) -> list[CountedEvents]:
    """Count the KPI events that a review is about. Events of walkthroughs are left out."""
    events = KPIEvent.objects.filter(COUNTED, span.within("occurred_at"), domain=Domain.WHOLESALE, metric__in=METRICS)
    rows = (
        events.order_by()
        .annotate(is_week=Case(When(occurred_at__gte=span.since, then=True), default=False))
        .values("province", "metric", "is_week")
        .annotate(events=Count("id"), judged=Count("success"), successes=Count("id", filter=Q(success=True)))
    )
    return [CountedEvents(*row) for row in rows.values_list(*CountedEvents._fields)]


def _offers() -> "QuerySet[Offer]":
    return Offer.objects.exclude(correlation_id__startswith=WALKTHROUGH_MARK).order_by()


def sent(span: Span) -> dict[str, tuple[int, int]]:
    """How many offers of each province were sent in the week, and in the weeks before it."""
    rows = _offers().filter(span.within("sent_at")).values("province")
    counts = rows.annotate(
        week=Count("id", filter=Q(sent_at__gte=span.since)), before=Count("id", filter=Q(sent_at__lt=span.since))
    )
    return {row["province"]: (row["week"], row["before"]) for row in counts}


class Stay(NamedTuple):
    """The time that an offer spent in a state, until it left the state or until the week's end. `at_stake` is in CAD."""

    province: str
    state: State
    lasted: timedelta
    is_over: bool
    at_stake: Decimal = Decimal(0)


def stays(span: Span) -> list[Stay]:
    """The stays in a state that ended in the week, and those that had not ended when the week did. Final states have none
    of the latter: an offer stays in them for good."""
    return [*_ended(span), *_standing(span.until)]


def _ended(span: Span) -> Iterator[Stay]:
    earlier = OfferEvent.objects.filter(offer=OuterRef("offer"), seq=OuterRef("seq") - 1).order_by()
    events = OfferEvent.objects.filter(span.in_week("at"), offer__in=_offers()).order_by()
    began = Coalesce(Subquery(earlier.values("at")[:1]), F("offer__drafted_at"))
    for province, state, since, at in events.annotate(began=began).values_list(
        "offer__province", "from_state", "began", "at"
    ):
        yield Stay(province, State(state), max(at - since, timedelta(0)), is_over=True)


def _standing(until: datetime) -> Iterator[Stay]:
    last = OfferEvent.objects.filter(offer=OuterRef("pk"), at__lt=until).order_by("-seq")
    # An offer that ended before the week's end is none; one that has moved since may have stood elsewhere then.
    offers = _offers().filter(~Q(state__in=FINAL) | Q(state_since__gte=until), drafted_at__lt=until)
    rows = offers.annotate(
        stood=Coalesce(Subquery(last.values("to_state")[:1]), Value(State.DRAFT.value)),
        since=Coalesce(Subquery(last.values("at")[:1]), F("drafted_at")),
    ).values_list("province", "stood", "since", "reservation__amount")
    for province, stood, since, amount in rows:
        if stood not in FINAL:
            at_stake = Decimal(0) if stood == State.DRAFT or amount is None else amount
            yield Stay(province, State(stood), until - since, is_over=False, at_stake=at_stake)


def went_off(span: Span) -> dict[tuple[str, str, str | None], int]:
    """How often each tripwire (by its policy's key) went off in the week."""
    triggers = RegressionTrigger.objects.filter(span.in_week("created_at")).order_by()
    keys = triggers.values_list("policy__domain", "policy__metric", "policy__province")
    return {(domain, metric, province): times for domain, metric, province, times in keys.annotate(Count("id"))}


def study_of(span: Span) -> dict[str, Any] | None:
    """The newest ratio study of all places that was done in the week, or None."""
    done = RatioStudy.objects.filter(span.in_week("finished_at"), state=RatioStudy.State.DONE, province="", market="")
    found = done.order_by("-id").values("id", "since", "until", "results").first()
    return dict(found) if found else None
